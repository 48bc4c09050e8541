"""Several jobs at once, of which the first failure is the end."""

from __future__ import annotations

import asyncio

import pytest

from wheelforge.together import together


async def told(text: str, pauses: int) -> str:
    for _ in range(pauses):
        await asyncio.sleep(0)
    return text


def test_results_come_in_the_order_of_the_jobs() -> None:
    assert asyncio.run(together(told(text, pauses) for text, pauses in (("a", 5), ("b", 0), ("c", 2)))) == [
        "a",
        "b",
        "c",
    ]


def test_the_first_failure_is_raised_as_it_is_and_the_others_have_ended_by_then() -> None:
    ended: list[str] = []

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("the other")

    async def fail() -> None:
        await asyncio.sleep(0)
        raise LookupError

    async def main() -> list[str]:
        with pytest.raises(LookupError):
            await together([wait(), fail()])
        return list(ended)

    assert asyncio.run(main()) == ["the other"]
