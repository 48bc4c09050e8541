"""Parts of plans, made of file names: candidates, solutions, units that need each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from packaging.utils import NormalizedName

from fakes import Offer
from wheelforge.model.metadata import BuildSystem
from wheelforge.model.treatment import PLAIN
from wheelforge.plan.needs import Need
from wheelforge.plan.units import PlannedUnit
from wheelforge.resolve.candidates import Candidate
from wheelforge.resolve.problem import Choice, Solution

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from wheelforge.model.lock import BuildRequirement

    Needs = dict[str, list[str]]

NAMES = "abcdefgh"


def sdist(name: str) -> str:
    """The file of a unit that is told by its name alone."""
    return f"{name}-1.0.tar.gz"


def wheel(name: str) -> str:
    """A wheel of the same version."""
    return f"{name}-1.0-py3-none-any.whl"


def candidate(filename: str, *, speaks: str | None = None) -> Candidate:
    """A file that can be taken, and the one that speaks for it."""
    artifact = Offer(filename).artifact
    evidence = artifact if speaks is None else Offer(speaks).artifact
    return Candidate(name=artifact.name, version=artifact.version, artifact=artifact, evidence=evidence)


def choice(filename: str, *requires: str, extras: Sequence[str] = ()) -> Choice:
    """A file that was taken, and what it requires."""
    return Choice(candidate=candidate(filename), extras=tuple(map(NormalizedName, extras)), requires=requires)


def solution(*filenames: str) -> Solution:
    """These files serve a problem."""
    return Solution(choices=tuple(choice(filename) for filename in sorted(filenames)))


def unit(filename: str, environment: Solution, *requires: BuildRequirement, speaks: str | None = None) -> PlannedUnit:
    """An sdist that is built in this environment."""
    told = candidate(filename, speaks=speaks)
    system = BuildSystem(requires=(), backend="flit_core.buildapi", backend_path=())
    need = Need(sdist=told, system=system, treatment=PLAIN, told=requires)
    return PlannedUnit(need=need, environment=environment)


def units(needs: Mapping[str, Iterable[str]], *, wheels: Container[str] = ()) -> dict[str, PlannedUnit]:
    """Units by file name; those named in ``wheels`` have a wheel on the index too."""
    return {
        sdist(name): unit(sdist(name), solution(*map(sdist, needed)), speaks=wheel(name) if name in wheels else None)
        for name, needed in needs.items()
    }


def reachable(needs: Mapping[str, Iterable[str]], start: str) -> set[str]:
    """All that ``start`` needs, directly or not; itself too where it stands in a cycle."""
    found: set[str] = set()
    waiting = list(needs[start])
    while waiting:
        if (name := waiting.pop()) not in found:
            found.add(name)
            waiting += needs[name]
    return found


def is_cyclic(needs: Mapping[str, Iterable[str]]) -> bool:
    """Whether any unit needs itself, directly or not."""
    return any(name in reachable(needs, name) for name in needs)


@st.composite
def graphs(draw: st.DrawFn) -> Needs:
    """Any few units that need any of them, in any order."""
    names = draw(st.permutations(NAMES[: draw(st.integers(1, len(NAMES)))]))
    return {name: sorted(draw(st.sets(st.sampled_from(names), max_size=3))) for name in names}


@st.composite
def acyclic_graphs(draw: st.DrawFn) -> Needs:
    """Any few units that can be built, in any order."""
    names = draw(st.permutations(NAMES[: draw(st.integers(1, len(NAMES)))]))
    needs = {name: [other for other in names[:place] if draw(st.booleans())] for place, name in enumerate(names)}
    return {name: needs[name] for name in draw(st.permutations(names))}
