"""What several want is done once."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING

import pytest

from wheelforge.simple.once import Once, WaitsForItself
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import Sequence


class Work:
    """A job that goes on until it is let go, and counts how often it began and ended early."""

    def __init__(self, result: str | Exception = "done") -> None:
        self.result = result
        self.began = 0
        self.cancelled = 0
        self.gate = asyncio.Event()

    async def __call__(self) -> str:
        self.began += 1
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


async def started(*tasks: asyncio.Task[str]) -> None:
    """Let tasks run until they wait."""
    for _ in range(2 * len(tasks)):
        await asyncio.sleep(0)


def test_several_share_one_job() -> None:
    async def main() -> tuple[list[str], int]:
        once, work = Once[str](), Work()
        tasks = [asyncio.create_task(once.get("key", work)) for _ in range(3)]
        await started(*tasks)
        work.gate.set()
        results = await asyncio.gather(*tasks)
        return [*results, await once.get("key", work)], work.began

    assert asyncio.run(main()) == (["done"] * 4, 1)


def test_other_keys_are_other_jobs() -> None:
    async def main() -> int:
        once, work = Once[str](), Work()
        work.gate.set()
        await asyncio.gather(once.get("a", work), once.get("b", work))
        return work.began

    assert asyncio.run(main()) == 2


def test_a_failure_goes_to_all_and_is_not_remembered() -> None:
    async def main() -> tuple[list[str | BaseException], str]:
        once, work = Once[str](), Work(ValueError("broken"))
        work.gate.set()
        results = await asyncio.gather(once.get("key", work), once.get("key", work), return_exceptions=True)
        work.result = "better"
        return [*results], await once.get("key", work)

    results, later = asyncio.run(main())
    assert [str(result) for result in results] == ["broken", "broken"]
    assert later == "better"


def test_one_callers_cancelling_is_not_anothers() -> None:
    async def main() -> tuple[str, int]:
        once, work = Once[str](), Work()
        first, second = (asyncio.create_task(once.get("key", work)) for _ in range(2))
        await started(first, second)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        work.gate.set()
        return await second, work.cancelled

    assert asyncio.run(main()) == ("done", 0)


def test_a_job_that_nobody_waits_for_is_cancelled() -> None:
    async def main() -> tuple[int, str]:
        once, work = Once[str](), Work()
        tasks = [asyncio.create_task(once.get("key", work)) for _ in range(2)]
        await started(*tasks)
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await asyncio.sleep(0)
        cancelled = work.cancelled
        work.gate.set()
        return cancelled, await once.get("key", work)

    assert asyncio.run(main()) == (1, "done")


def test_jobs_that_wait_for_each_other_are_told_so_whoever_began() -> None:
    needs = {"a": ["b"], "b": ["c", "d"], "c": ["a"], "d": []}

    async def main(start: str) -> tuple[object, ...]:
        several = {name: Once[None]() for name in needs}

        async def job(name: str) -> None:
            await together(several[other].get(other, partial(job, other)) for other in needs[name])

        with pytest.raises(WaitsForItself) as told:
            async with asyncio.timeout(20):
                await several[start].get(start, lambda: job(start))
        return told.value.keys

    assert asyncio.run(main("a")) == ("c", "a", "b", "c")
    assert asyncio.run(main("b")) == ("a", "b", "c", "a")


def test_two_who_begin_at_once_and_need_each_other_do_not_wait_for_ever() -> None:
    async def main() -> Sequence[object]:
        once = Once[None]()

        async def job(other: str, back: str) -> None:
            await asyncio.sleep(0)
            await once.get(other, lambda: job(back, other))

        async with asyncio.timeout(20):
            return await asyncio.gather(
                once.get("a", lambda: job("b", "a")), once.get("b", lambda: job("a", "b")), return_exceptions=True
            )

    assert [type(one) for one in asyncio.run(main())] == [WaitsForItself, WaitsForItself]


def test_what_is_done_may_be_asked_for_by_what_it_needed() -> None:
    async def main() -> str:
        once = Once[str]()

        async def outer() -> str:
            return await once.get("inner", inner) + await once.get("inner", inner)

        async def inner() -> str:
            return "x"

        return await once.get("outer", outer) + await once.get("outer", outer)

    assert asyncio.run(main()) == "xxxx"
