"""Breaking build cycles: single environments get other versions, as few as possible, found in few attempts."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from wheelforge.model.lock import Cycle
from wheelforge.plan.components import components, edges_within, shortest_cycle
from wheelforge.plan.graph import cycle_path, needs_of, way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wheelforge.plan.graph import Units
    from wheelforge.plan.units import PlannedUnit

ATTEMPTS = 20
"""Each solves one environment again under one more ban."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detour:
    """What may break a cycle."""

    unit: str
    """The file name of the sdist whose environment is solved again."""
    cycle: Cycle
    """With what that environment must not hold."""


class Replan(Protocol):
    """Plans units again with one environment changed, and what that needs and no longer needs."""

    async def __call__(self, units: Units, detour: Detour, /) -> Units | None:
        """``None`` where there is no such environment, or none for what it would need."""


async def break_cycles(units: Units, replan: Replan) -> Units:
    """The same units without cycles, where other versions in few environments do; else as they are.

    The best plan so far goes on: that with the fewest edges within cycles, and of equal ones that with the fewest bans.
    Of its detours the next one is tried, so that a ban which leads nowhere costs one attempt and is forgotten.
    """
    waiting = [_ranked(units, 0)]
    tried: set[frozenset[tuple[str, str]]] = set()
    while waiting:
        edges, _, _, plan, detours = waiting[0]
        if not edges:
            return plan
        detour = next(detours, None)
        if detour is None:
            heappop(waiting)
            continue
        bans = frozenset({*_bans(plan), (detour.unit, detour.cycle.avoids)})
        if bans in tried:
            continue
        if len(tried) == ATTEMPTS:
            break
        tried.add(bans)
        found = await replan(plan, detour)
        if found is not None:
            heappush(waiting, _ranked(found, len(tried)))
    return units


def tell(unit: PlannedUnit) -> Iterator[str]:
    """What became of each cycle that a unit's environment breaks, as a sentence."""
    members = {choice.candidate.name: choice.candidate for choice in unit.environment.choices}
    for cycle in unit.cycles:
        name = cycle.avoids.partition("==")[0]
        instead = next((f"with {member} instead" for member in members.values() if member.name == name), None)
        yield f"build cycle {cycle}: {unit.sdist} is built {instead or f'without {name}'}"


def _ranked(units: Units, serial: int) -> tuple[int, int, int, Units, Iterator[Detour]]:
    graph = needs_of(units)
    circles = components(graph)
    edges = sum(edges_within(graph, component) for component in circles)
    detours = _detours(units, shortest_cycle(graph, circles[0])) if circles else iter(())
    return edges, len(_bans(units)), serial, units, detours


def _bans(units: Units) -> set[tuple[str, str]]:
    return {(filename, cycle.avoids) for filename, unit in units.items() for cycle in unit.cycles}


def _detours(units: Units, cycle: list[str]) -> Iterator[Detour]:
    """For each edge all that leads along it, what the build itself requires first: without that the rest may go too."""
    path = tuple(map(str, cycle_path(units, cycle)))
    for filename, needed in pairwise(cycle):
        for member in way(units[filename], units[needed].sdist):
            avoids = f"{member.name}=={member.version}"
            yield Detour(unit=filename, cycle=Cycle(path=path, avoids=avoids))
