"""The graph of units: who must be built before whom, in which order, and where that turns in a circle."""

from __future__ import annotations

from collections import deque
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wheelforge.errors import ResolutionError
from wheelforge.model.artifacts import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName

    from wheelforge.plan.units import PlannedUnit
    from wheelforge.resolve.candidates import Candidate


class BuildCycle(ResolutionError):
    """Units that need each other to be built.

    ``path`` begins and ends with the same one; between two units stands what leads from the one to the other.
    """

    def __init__(self, path: Sequence[Candidate], seeds: Sequence[str]) -> None:
        self.path = tuple(path)
        self.seeds = tuple(seeds)
        told = " -> ".join(map(str, path))
        options = " ".join(f"--seed {name}" for name in seeds)
        super().__init__(
            f"build cycle: {told}\neach of these needs the next one to be built",
            hint=f"take from the index as a wheel what cannot be built first: {options}" if seeds else None,
        )


def build_order(units: Mapping[str, PlannedUnit]) -> tuple[PlannedUnit, ...]:
    """The units, each after all that its environment needs; among equals by file name.

    Raises:
        BuildCycle: there is no such order.
    """
    graph = {filename: needs(unit) for filename, unit in sorted(units.items())}
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as cycle:
        members = [units[filename] for filename in reversed(cycle.args[1])]
        path = [members[0].sdist]
        for unit, needed in pairwise(members):
            path += _way(unit, needed.sdist)
        raise BuildCycle(path, _seeds(graph, [unit.sdist for unit in members])) from None
    return tuple(units[filename] for filename in _batches(sorter))


def _way(unit: PlannedUnit, needed: Candidate) -> list[Candidate]:
    """The shortest way from what a build requires, over what that requires to run, to a member of its environment."""
    choices = {choice.candidate.name: choice for choice in unit.environment.choices}
    asked = _names(one.requirement for one in unit.requires) & choices.keys()
    ways = {name: [choices[name].candidate] for name in asked}
    waiting = deque(sorted(ways))
    while waiting:
        name = waiting.popleft()
        for further in sorted(_names(choices[name].requires) & choices.keys() - ways.keys()):
            ways[further] = [*ways[name], choices[further].candidate]
            waiting.append(further)
    return ways.get(needed.name, [needed])


def _names(requirements: Iterable[str]) -> set[NormalizedName]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def _seeds(graph: Mapping[str, Sequence[str]], path: Sequence[Candidate]) -> list[str]:
    """The one member of a cycle that, taken as a wheel, leaves no cycle at all; where none does, every member."""
    members = {member.name: member for member in path if member.evidence.kind is Kind.WHEEL}
    for name, member in sorted(members.items()):
        seeded = {file: [need for need in needed if need != member.artifact.filename] for file, needed in graph.items()}
        try:
            TopologicalSorter(seeded).prepare()
        except CycleError:
            continue
        return [name]
    return sorted(members)


def needs(unit: PlannedUnit) -> list[str]:
    """The sdists that must be built before a unit."""
    files = (choice.candidate.artifact for choice in unit.environment.choices)
    return sorted(file.filename for file in files if file.kind is Kind.SDIST)


def _batches(sorter: TopologicalSorter[str]) -> Iterator[str]:
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        yield from ready
        sorter.done(*ready)
