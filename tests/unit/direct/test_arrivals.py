"""Those who are under way wait for each other, and nobody waits for ever."""

from __future__ import annotations

import asyncio

import pytest

from fakes import paused
from wheelforge.direct.arrivals import Arrivals

SECONDS = 20.0
"""How long a test waits before it calls it a hang."""


class Journey:
    """Several under way, and what happened in which order."""

    def __init__(self) -> None:
        self.arrivals = Arrivals()
        self.told: list[str] = []

    async def straight(self, name: str, turns: int) -> None:
        with self.arrivals.one():
            await paused(turns)
            self.told.append(name)

    async def waiting(self, name: str, turns: int, *then: tuple[str, int]) -> None:
        with self.arrivals.one() as arrival:
            await paused(turns)
            await self.arrivals.others(arrival)
            self.told.append(name)
            for inner in then:
                await self.waiting(*inner)

    async def failing(self, turns: int) -> None:
        with self.arrivals.one():
            await paused(turns)
            raise OSError


async def within(*jobs: object) -> None:
    async with asyncio.timeout(SECONDS):
        await asyncio.gather(*jobs, return_exceptions=True)  # type: ignore[call-overload] # coroutines


def test_who_waits_goes_on_when_all_others_have_arrived_or_wait() -> None:
    one = Journey()
    asyncio.run(within(one.waiting("a", 1), one.straight("b", 9), one.waiting("c", 4), one.straight("d", 2)))
    assert one.told[:2] == ["d", "b"]
    assert set(one.told[2:]) == {"a", "c"}


def test_one_alone_does_not_wait() -> None:
    one = Journey()
    asyncio.run(within(one.waiting("a", 0)))
    assert one.told == ["a"]


def test_one_that_fails_is_not_waited_for() -> None:
    one = Journey()
    asyncio.run(within(one.waiting("a", 1), one.failing(5)))
    assert one.told == ["a"]


@pytest.mark.parametrize("turns", [0, 3])
def test_what_is_sent_for_after_the_waiting_does_not_wait_for_who_sent_for_it(turns: int) -> None:
    one = Journey()
    asyncio.run(within(one.waiting("a", 0, ("b", turns), ("c", 0)), one.waiting("d", 2, ("e", turns))))
    assert sorted(one.told) == ["a", "b", "c", "d", "e"]


def test_one_that_is_cancelled_is_not_waited_for() -> None:
    one = Journey()

    async def main() -> None:
        gone = asyncio.ensure_future(one.waiting("gone", 2))
        others = asyncio.ensure_future(within(one.waiting("a", 1), one.straight("b", 9)))
        await paused(3)
        gone.cancel()
        await others

    asyncio.run(main())
    assert one.told == ["b", "a"]
