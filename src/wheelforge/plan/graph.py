"""The graph of units: who must be built before whom, in which order, and where that turns in a circle."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from wheelforge.errors import ResolutionError
from wheelforge.model.artifacts import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wheelforge.plan.units import PlannedUnit
    from wheelforge.resolve.candidates import Candidate


class BuildCycle(ResolutionError):
    """Units that need each other to be built; ``path`` begins and ends with the same one."""

    def __init__(self, path: Sequence[Candidate]) -> None:
        self.path = tuple(path)
        seed = next((member for member in path if member.evidence.kind is Kind.WHEEL), None)
        told = " -> ".join(map(str, path))
        super().__init__(
            f"build cycle: {told}\neach of these needs the next one to be built",
            hint=None if seed is None else f"take one of them as a wheel: --seed {seed.name}",
        )


def build_order(units: Mapping[str, PlannedUnit]) -> tuple[PlannedUnit, ...]:
    """The units, each after all that its environment needs; among equals by file name.

    Raises:
        BuildCycle: there is no such order.
    """
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for filename, unit in sorted(units.items()):
        sorter.add(filename, *needs(unit))
    try:
        sorter.prepare()
    except CycleError as cycle:
        raise BuildCycle([units[filename].sdist for filename in reversed(cycle.args[1])]) from None
    return tuple(units[filename] for filename in _batches(sorter))


def needs(unit: PlannedUnit) -> list[str]:
    """The sdists that must be built before a unit."""
    files = (choice.candidate.artifact for choice in unit.environment.choices)
    return sorted(file.filename for file in files if file.kind is Kind.SDIST)


def _batches(sorter: TopologicalSorter[str]) -> Iterator[str]:
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        yield from ready
        sorter.done(*ready)
