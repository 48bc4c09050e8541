"""What the inputs come to on one target: requirements by name, and the projects that the inputs bring themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wheelforge.direct.demands import Ground, follow
from wheelforge.errors import UsageError
from wheelforge.factory.constrained import constrained, obtaining
from wheelforge.model.inputs import Asked
from wheelforge.model.told import naming
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.utils import NormalizedName

    from wheelforge.direct.demands import Obtaining
    from wheelforge.direct.obtained import Obtained
    from wheelforge.model.artifacts import Project
    from wheelforge.model.inputs import IndexPin, Inputs, Reference
    from wheelforge.model.targets import Target


class Pinning(Protocol):
    """Knows what one index has of a project, as `wheelforge.simple.indexes.Indexes` does."""

    async def project_from(self, name: NormalizedName, index: str, /) -> Project | None:
        """Its files; ``None`` where that index has no such project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted on one target."""

    roots: tuple[Asked, ...]
    given: Mapping[NormalizedName, Project] = field(default_factory=dict)
    places: Mapping[NormalizedName, Reference] = field(default_factory=dict)
    """See `Problem.places`."""
    pinned: Mapping[NormalizedName, Project | None] = field(default_factory=dict)
    """Projects that are taken from one index here, and perhaps from another elsewhere."""
    follow: bool = True


async def wish(inputs: Inputs, target: Target, places: Obtaining, indexes: Pinning) -> Wish:
    """Evaluate the inputs for a target: choose from the locks, and obtain what was named by its place or its index.

    What was named by its place may name further places: they are taken too, but where the user has said otherwise.
    A lock is law: where nothing but locks is asked for, they are not added to.

    Raises:
        UsageError: one project is asked for at two places, or at an index that nobody knows.
        ResolutionError: a lock was not made for this target, or what stands at a place asks for places without end.
    """
    roots = list(inputs.requirements)
    given = _Given()
    references = [(one, "") for one in inputs.references]
    for lock in inputs.locks:
        held = lock.select(target)
        roots += held.requirements
        references += [(one, one.origin) for one in held.references]
        for project in held.projects.values():
            given.add(project, f"{_first(project)} ({lock.origin})")
    wanted = [(one, lister) for one, lister in references if target.evaluate(one.marker)]
    obtained = await together(_obtain(one, lister, places) for one, lister in wanted)
    for one in obtained:
        given.add_place(one)
        roots.append(_by_name(one))
    bounds = constrained(inputs, target)
    needed = [place for name, place in bounds.items() if name in given.projects]
    for one in await together(obtaining(places, inputs).obtain(place) for place in needed):
        given.add_place(one)
    alone = bool(inputs.locks) and not inputs.requirements and not inputs.references
    follows = not (inputs.no_deps or alone)
    pins = [pin for pin in inputs.index_pins if target.evaluate(pin.marker)]
    # Nobody but the user can vouch for a place by a hash.
    if follows and not inputs.require_hashes:
        ground = Ground(
            target=target,
            roots=tuple(one.requirement for one in roots),
            settled=frozenset(given.projects) | bounds.keys() | _overridden(inputs) | {pin.project for pin in pins},
        )
        for one in await follow(obtained, places, ground):
            given.add_place(one)
    return Wish(
        roots=tuple(roots),
        given=given.projects,
        places={name: place for name, place in bounds.items() if name not in given.projects},
        pinned=await _pinned(pins, target, indexes),
        follow=follows,
    )


async def pinned_on(target: Target, inputs: Inputs, indexes: Pinning) -> Mapping[NormalizedName, Project | None]:
    """The projects that are taken from one index on a target, as that index has them.

    Raises:
        UsageError: one is taken from two, or from an index that nobody knows.
    """
    return await _pinned((pin for pin in inputs.index_pins if target.evaluate(pin.marker)), target, indexes)


def _overridden(inputs: Inputs) -> frozenset[NormalizedName]:
    return frozenset(canonicalize_name(one.requirement.name) for one in inputs.overrides)


async def _pinned(
    pins: Iterable[IndexPin], target: Target, indexes: Pinning
) -> Mapping[NormalizedName, Project | None]:
    """What a target takes from one index, of pins that hold on it; those without a marker are the index's to heed."""
    found: dict[NormalizedName, IndexPin] = {}
    for pin in (pin for pin in pins if pin.marker is not None):
        first = found.setdefault(pin.project, pin)
        if first.index != pin.index:
            raise UsageError(
                f"{pin.project} is taken from two indexes on {target.name}:\n"
                f"  {first} ({first.origin})\n  {pin} ({pin.origin})",
                hint=f"say which: --pin {pin.project}={pin.index}",
            )
    projects = await together(indexes.project_from(pin.project, pin.index) for pin in found.values())
    return dict(zip(found, projects, strict=True))


class _Given:
    """The projects that the inputs bring themselves, and who brought each."""

    def __init__(self) -> None:
        self.projects: dict[NormalizedName, Project] = {}
        self._bringers: dict[NormalizedName, str] = {}

    def add_place(self, obtained: Obtained) -> None:
        reference = obtained.reference
        self.add(obtained.project, f"{reference.told} ({reference.origin})")

    def add(self, project: Project, bringer: str) -> None:
        name = project.name
        first = self._bringers.setdefault(name, bringer)
        if not _are_the_same(self.projects.setdefault(name, project), project):
            raise UsageError(
                f"{name} is asked for at two places:\n  {first}\n  {bringer}", hint="leave one of them out"
            )


async def _obtain(reference: Reference, lister: str, places: Obtaining) -> Obtained:
    with naming(lister):
        return await places.obtain(reference)


def _are_the_same(one: Project, other: Project) -> bool:
    """What has the same bytes may have been asked for in two ways: a branch and its commit."""
    hashes = _hashes(one)
    return one == other or (hashes == _hashes(other) and None not in hashes)


def _hashes(project: Project) -> set[str | None]:
    return {file.sha256 for release in project.releases.values() for file in release}


def _first(project: Project) -> str:
    return next((file.filename for release in project.releases.values() for file in release), project.name)


def _by_name(obtained: Obtained) -> Asked:
    artifact, reference = obtained.artifact, obtained.reference
    requirement = Requirement(artifact.name)
    requirement.extras = set(reference.extras)
    requirement.marker = reference.marker
    return Asked(requirement=requirement, origin=reference.origin, settings=reference.settings, place=reference.told)
