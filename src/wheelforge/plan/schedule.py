"""Which unit to start next: a ready queue over the graph, the longest path first."""

from __future__ import annotations

import heapq
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Schedule:
    """A state machine without clock or I/O: units become ready, are started, and are done or lost.

    ``needs`` maps each unit to those that must be done before it, ``seconds`` to how long it is expected to take.
    """

    def __init__(self, needs: Mapping[str, Sequence[str]], seconds: Mapping[str, float]) -> None:
        self._needs = needs
        self._sorter = TopologicalSorter(needs)
        self._sorter.prepare()
        self._ranks = _ranks(needs, seconds)
        self._ready: list[tuple[float, str]] = []
        self._collect()

    def start(self) -> str | None:
        """The ready unit with the longest path behind it; ``None`` where none is ready now."""
        return heapq.heappop(self._ready)[1] if self._ready else None

    def done(self, unit: str) -> None:
        """A started unit is built: what waited for it may become ready."""
        self._sorter.done(unit)
        self._collect()

    def lose(self, unit: str) -> list[str]:
        """A started unit failed: those that need it, directly or not, will never be ready. Sorted."""
        doomed = {unit}
        for name in TopologicalSorter(self._needs).static_order():
            if doomed.intersection(self._needs.get(name, ())):
                doomed.add(name)
        return sorted(doomed - {unit})

    def _collect(self) -> None:
        for unit in self._sorter.get_ready():
            heapq.heappush(self._ready, (-self._ranks[unit], unit))


def _ranks(needs: Mapping[str, Sequence[str]], seconds: Mapping[str, float]) -> dict[str, float]:
    """For each unit the length in seconds of the longest path that starts with it."""
    order = list(TopologicalSorter(needs).static_order())
    behind = dict.fromkeys(order, 0.0)
    ranks: dict[str, float] = {}
    for unit in reversed(order):
        ranks[unit] = behind[unit] + seconds.get(unit, 1.0)
        for needed in needs.get(unit, ()):
            behind[needed] = max(behind[needed], ranks[unit])
    return ranks
