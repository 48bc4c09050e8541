"""What the wheels of the chosen sdists should hold, told by the wheels that the index has of the same versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.errors import IndexAccessError
from wheelforge.events import Note
from wheelforge.model.artifacts import Kind
from wheelforge.model.lock import ExpectedShape
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wheelforge.events import Reporter
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.targets import Target
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.simple.index import Index


async def expected_shapes(
    chosen: Iterable[tuple[Target, Candidate]], *, index: Index, report: Reporter
) -> tuple[ExpectedShape, ...]:
    """The outline of a wheel for each chosen sdist and target, sorted by sdist and wheel; wheels may be among them.

    It is the wheel that would be taken for the target, else any of that version. Where that one is for a platform and
    the project publishes a wheel for all of them too, both are told: some build without their extension modules
    unless they are asked for them, and mean to.

    What the index fails to give is left out, and noted.

    Raises:
        IntegrityError: a wheel is not what was promised, or cannot be read safely.
    """
    several = {(target.name, candidate.artifact.filename): (target, candidate) for target, candidate in chosen}
    found = await together(_speakers(target, candidate, index, report) for target, candidate in several.values())
    wanted = {(sdist.filename, wheel.filename): (sdist, wheel) for pairs in found for sdist, wheel in pairs}
    read = await together(_read(*wanted[key], index, report) for key in sorted(wanted))
    return tuple(one for one in read if one is not None)


async def _speakers(
    target: Target, candidate: Candidate, index: Index, report: Reporter
) -> list[tuple[Artifact, Artifact]]:
    """A candidate's sdist with each of the wheels that tell what to expect of it."""
    sdist, wheel = candidate.artifact, candidate.evidence
    if sdist.kind is not Kind.SDIST or not _speaks_for(wheel, sdist):
        return []
    wheels = [wheel]
    if not _is_universal(wheel) and target.rank(wheel.tags) is not None:
        try:
            wheels += await _universal(sdist, target, index)
        except IndexAccessError as fault:
            _note(sdist, fault, report)
            return []
    return [(sdist, one) for one in wheels]


def _speaks_for(wheel: Artifact, sdist: Artifact) -> bool:
    """What somebody else has made of the same name, or the project has taken back, is no measure."""
    same_place = wheel.index == sdist.index and sdist.direct is None
    return wheel.kind is Kind.WHEEL and wheel.yanked is None and same_place


async def _universal(sdist: Artifact, target: Target, index: Index) -> list[Artifact]:
    project = await index.project(sdist.name)
    files = project.releases.get(sdist.version, ()) if project is not None else ()
    fitting = [
        wheel
        for wheel in files
        if _speaks_for(wheel, sdist) and _is_universal(wheel) and target.rank(wheel.tags) is not None
    ]
    return sorted(fitting, key=lambda wheel: wheel.filename)[:1]


def _is_universal(wheel: Artifact) -> bool:
    return all(tag.platform == "any" for tag in wheel.tags)


async def _read(sdist: Artifact, wheel: Artifact, index: Index, report: Reporter) -> ExpectedShape | None:
    try:
        shape = await index.shape(wheel)
    except IndexAccessError as fault:
        _note(sdist, fault, report)
        return None
    return ExpectedShape(artifact=sdist.filename, wheel=wheel.filename, shape=shape)


def _note(sdist: Artifact, fault: IndexAccessError, report: Reporter) -> None:
    report(Note(text=f"not known what the wheel of {sdist.name} {sdist.version} should hold: {fault.message}"))
