"""What several want is done once."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from wheelforge.simple.once import Once


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
