"""What the inputs come to on one target: requirements by name, and the projects that the inputs bring themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wheelforge.direct.demands import Ground, follow
from wheelforge.direct.obtained import INDEX
from wheelforge.errors import UsageError
from wheelforge.model.artifacts import Project
from wheelforge.model.inputs import Asked
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.utils import NormalizedName

    from wheelforge.direct.demands import Obtaining
    from wheelforge.model.artifacts import Artifact
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
    given: dict[NormalizedName, Project] = {}
    references = list(inputs.references)
    for lock in inputs.locks:
        held = lock.select(target)
        roots += held.requirements
        references += held.references
        for name, project in held.projects.items():
            _give(given, name, project)
    wanted = [one for one in references if target.evaluate(one.marker)]
    obtained = await together(places.obtain(one) for one in wanted)
    for reference, artifact in ((reference, one.artifact) for reference, one in zip(wanted, obtained, strict=True)):
        _give(given, artifact.name, _alone(artifact))
        roots.append(_by_name(reference, artifact))
    alone = bool(inputs.locks) and not inputs.requirements and not inputs.references
    follows = not (inputs.no_deps or alone)
    pins = [pin for pin in inputs.index_pins if target.evaluate(pin.marker)]
    # Nobody but the user can vouch for a place by a hash.
    if follows and not inputs.require_hashes:
        ground = Ground(
            target=target,
            roots=tuple(one.requirement for one in roots),
            settled=frozenset(given) | _overridden(inputs) | {pin.project for pin in pins},
        )
        for one in await follow(obtained, places, ground):
            _give(given, one.artifact.name, _alone(one.artifact))
    return Wish(roots=tuple(roots), given=given, pinned=await _pinned(pins, target, indexes), follow=follows)


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


def _give(given: dict[NormalizedName, Project], name: NormalizedName, project: Project) -> None:
    if not _are_the_same(given.setdefault(name, project), project):
        raise UsageError(
            f"{name} is asked for at two places:\n" + "\n".join(_told([given[name], project])),
            hint="name one of them",
        )


def _are_the_same(one: Project, other: Project) -> bool:
    """What has the same bytes may have been asked for in two ways: a branch and its commit."""
    hashes = _hashes(one)
    return one == other or (hashes == _hashes(other) and None not in hashes)


def _hashes(project: Project) -> set[str | None]:
    return {file.sha256 for release in project.releases.values() for file in release}


def _told(projects: Iterable[Project]) -> list[str]:
    files = (file for project in projects for release in project.releases.values() for file in release[:1])
    return [f"  {file.direct.url if file.direct else file.filename}" for file in files]


def _alone(artifact: Artifact) -> Project:
    return Project(name=artifact.name, index=INDEX, releases={artifact.version: (artifact,)})


def _by_name(reference: Reference, artifact: Artifact) -> Asked:
    requirement = Requirement(artifact.name)
    requirement.extras = set(reference.extras)
    requirement.marker = reference.marker
    return Asked(requirement=requirement, origin=reference.origin)
