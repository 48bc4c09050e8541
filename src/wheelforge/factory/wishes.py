"""What the inputs come to on one target: requirements by name, and the projects that the inputs bring themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from packaging.requirements import Requirement

from wheelforge.direct.obtained import INDEX
from wheelforge.errors import UsageError
from wheelforge.factory.together import together
from wheelforge.model.artifacts import Project
from wheelforge.model.inputs import Asked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.utils import NormalizedName

    from wheelforge.direct.obtained import Obtained
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.inputs import Inputs, Reference
    from wheelforge.model.targets import Target


class Obtaining(Protocol):
    """Gets what stands at a place, as `wheelforge.direct.places.Places` does."""

    async def obtain(self, reference: Reference, /) -> Obtained:
        """Its bytes are in the store; what is asked for twice is obtained once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted on one target."""

    roots: tuple[Asked, ...]
    given: Mapping[NormalizedName, Project] = field(default_factory=dict)
    follow: bool = True


async def wish(inputs: Inputs, target: Target, places: Obtaining) -> Wish:
    """Evaluate the inputs for a target: choose from the locks, and obtain what was named by its place.

    A lock is law: where nothing but locks is asked for, they are not added to.

    Raises:
        UsageError: one project is asked for at two places.
        ResolutionError: a lock was not made for this target.
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
    return Wish(roots=tuple(roots), given=given, follow=not (inputs.no_deps or alone))


def _give(given: dict[NormalizedName, Project], name: NormalizedName, project: Project) -> None:
    if given.setdefault(name, project) != project:
        raise UsageError(
            f"{name} is asked for at two places:\n" + "\n".join(_told([given[name], project])),
            hint="name one of them",
        )


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
