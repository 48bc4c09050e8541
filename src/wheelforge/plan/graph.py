"""The graph of units: who must be built before whom, in which order, and where that turns in a circle."""

from __future__ import annotations

from collections import defaultdict, deque
from graphlib import TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wheelforge.errors import ResolutionError
from wheelforge.model.artifacts import Kind
from wheelforge.plan.components import components, fewest_that_end, shortest_cycle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName

    from wheelforge.plan.units import PlannedUnit
    from wheelforge.resolve.candidates import Candidate

    Units = Mapping[str, PlannedUnit]
    """By the file names of their sdists."""


class BuildCycle(ResolutionError):
    """Units that need each other to be built.

    Each of ``paths`` begins and ends with the same one; between two units stands what leads from the one to the other.
    ``seeds`` are the fewest that end all cycles, of what an index has wheels of; where these do not do, ``lacking`` are
    the fewest of all.
    """

    def __init__(self, paths: Sequence[Sequence[Candidate]], seeds: Sequence[str], lacking: Sequence[str] = ()) -> None:
        self.paths = tuple(map(tuple, paths))
        self.seeds = tuple(seeds)
        self.lacking = tuple(lacking)
        lines = [f"build cycle: {' -> '.join(map(str, path))}" for path in paths]
        super().__init__("\n".join([*lines, "each of these needs the next one to be built"]), hint=self._way_out())

    def _way_out(self) -> str | None:
        options = " ".join(f"--seed {name}" for name in self.seeds or self.lacking)
        if self.seeds:
            return f"take from the index as a wheel what cannot be built first: {options}"
        if self.lacking:
            return f"no index has the wheels that would do: make them elsewhere, into FOLDER: -f FOLDER {options}"
        return None


def build_order(units: Units) -> tuple[PlannedUnit, ...]:
    """The units, each after all that its environment needs; among equals by file name.

    Raises:
        BuildCycle: there is no such order.
    """
    graph = needs_of(units)
    if circles := components(graph):
        members = sorted({file for component in circles for file in component})
        inner = {file: [one for one in graph[file] if one in members] for file in members}
        paths = [cycle_path(units, cycle) for component in circles for cycle in _told(inner, component)]
        raise BuildCycle(paths, *_seeds(inner, [units[file].sdist for file in members]))
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    return tuple(units[filename] for filename in _batches(sorter))


def needs_of(units: Units) -> dict[str, list[str]]:
    """For each unit those that must be built before it."""
    return {filename: needs(unit) for filename, unit in sorted(units.items())}


def cycle_path(units: Units, cycle: Sequence[str]) -> list[Candidate]:
    """A cycle of units, with all that leads from the one to the other."""
    members = [units[filename] for filename in cycle]
    path = [members[0].sdist]
    for unit, needed in pairwise(members):
        path += way(unit, needed.sdist)
    return path


def way(unit: PlannedUnit, needed: Candidate) -> list[Candidate]:
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


def _told(graph: Mapping[str, Sequence[str]], component: Sequence[str]) -> Iterator[list[str]]:
    """The shortest cycle of several, and whoever needs itself: neither would end with the other."""
    if len(component) > 1:
        yield shortest_cycle({file: [one for one in graph[file] if one != file] for file in component}, component)
    yield from ([file, file] for file in component if file in graph[file])


def _seeds(graph: Mapping[str, Sequence[str]], members: Iterable[Candidate]) -> tuple[list[str], list[str]]:
    """See `BuildCycle`: a seed stands in for all versions of its project."""
    files, built = defaultdict[str, list[str]](list), set[str]()
    for member in members:
        files[member.name].append(member.artifact.filename)
        built |= {member.name} if member.evidence.kind is Kind.SDIST else set()
    offered = fewest_that_end(graph, {name: found for name, found in files.items() if name not in built})
    return offered, [] if offered else fewest_that_end(graph, files)


def needs(unit: PlannedUnit) -> list[str]:
    """The sdists that must be built before a unit."""
    files = (choice.candidate.artifact for choice in unit.environment.choices)
    return sorted(file.filename for file in files if file.kind is Kind.SDIST)


def _batches(sorter: TopologicalSorter[str]) -> Iterator[str]:
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        yield from ready
        sorter.done(*ready)
