"""No source tree is built before it is known what came with it: its build may require just that."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Arrival:
    """One that is under way."""


class Arrivals:
    """Knows who is under way; for one event loop."""

    def __init__(self) -> None:
        self._under_way: set[Arrival] = set()
        self._waiting: dict[Arrival, asyncio.Future[None]] = {}

    @contextlib.contextmanager
    def one(self) -> Iterator[Arrival]:
        """One is under way until the block ends, or until it has waited for the others."""
        arrival = Arrival()
        self._under_way.add(arrival)
        try:
            yield arrival
        finally:
            self._under_way.discard(arrival)
            self._let_go()

    async def others(self, arrival: Arrival) -> None:
        """Wait until nobody is under way but those who wait, too; from then on nobody waits for them."""
        self._waiting[arrival] = turn = asyncio.get_running_loop().create_future()
        self._let_go()
        try:
            await turn
        finally:
            self._waiting.pop(arrival, None)

    def _let_go(self) -> None:
        if self._under_way <= self._waiting.keys():
            self._under_way.clear()
            for turn in self._waiting.values():
                if not turn.done():
                    turn.set_result(None)
