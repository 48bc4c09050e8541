"""A question for the solver, and its answers."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, NamedTuple

from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion

from wheelforge.errors import ResolutionError
from wheelforge.model.inputs import Resolution, public_url
from wheelforge.model.pep508 import words

if TYPE_CHECKING:
    from collections.abc import Container, Hashable, Iterable, Iterator, Mapping
    from datetime import datetime

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.model.artifacts import Kind, Project
    from wheelforge.model.digest import Digest
    from wheelforge.model.inputs import Asked, Formats, Reference
    from wheelforge.model.targets import Target
    from wheelforge.resolve.candidates import Candidate

_ANY = SpecifierSet()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Which versions serve these requirements on this target, under these rules?"""

    subject: str
    """Whose requirements these are, for messages: ``the requirements``, ``the build environment of flask 3.1.3``."""
    target: Target
    roots: tuple[Asked, ...]
    formats: Formats
    constraints: tuple[Asked, ...] = ()
    preferences: Mapping[NormalizedName, tuple[Version, ...]] = field(default_factory=dict)
    """Versions to try before all others, best first."""
    allow_prereleases: bool = False
    follow: bool = True
    """Whether dependencies are followed (not with ``--no-deps``)."""
    overrides: tuple[Asked, ...] = ()
    """What counts instead of all that roots and dependencies say of these projects."""
    given: Mapping[NormalizedName, Project] = field(default_factory=dict)
    """Projects that the inputs bring themselves: the files of a lock or of a direct reference count, no index's do."""
    places: Mapping[NormalizedName, Reference] = field(default_factory=dict)
    """Where constraints send for projects that are not given: each comes from just that place, should it be needed."""
    pinned: Mapping[NormalizedName, Project | None] = field(default_factory=dict)
    """Projects that are taken from one index only on this target, as that index has them."""
    resolution: Resolution = Resolution.HIGHEST
    uploaded_prior_to: datetime | None = None
    """See `Inputs.uploaded_prior_to`."""

    place: Hashable = field(init=False, repr=False, compare=False)
    """Stands for the target in caches: targets of one name can differ in markers and tags."""
    _bounds: Mapping[NormalizedName, SpecifierSet] = field(init=False, repr=False, compare=False)
    _hashes: Mapping[NormalizedName, frozenset[Digest]] = field(init=False, repr=False, compare=False)
    _overridden: Mapping[NormalizedName, tuple[Asked, ...]] = field(init=False, repr=False, compare=False)
    placed: frozenset[NormalizedName] = field(init=False, repr=False, compare=False)
    """The projects that were named by their place: no requirement can send for them elsewhere."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "placed", frozenset({*named_by_place(self.given), *self.places}))
        target = self.target
        markers = frozenset(target.environment.items())
        object.__setattr__(self, "place", (target.name, hash((markers, target.tags))))
        object.__setattr__(self, "_overridden", _by_name(self.overrides))
        object.__setattr__(self, "_hashes", self._hashes_asked())
        bounds: dict[NormalizedName, SpecifierSet] = {}
        for name, constraints in _by_name(self.constraints).items():
            applying = (one.requirement for one in constraints if applies(one.requirement, target))
            bounds[name] = reduce(and_, (one.specifier for one in applying), SpecifierSet())
        object.__setattr__(self, "_bounds", bounds)

    def _hashes_asked(self) -> dict[NormalizedName, frozenset[Digest]]:
        found: dict[NormalizedName, frozenset[Digest]] = {}
        roots = (root for root in self.roots if canonicalize_name(root.requirement.name) not in self._overridden)
        for asked in (*roots, *self.constraints, *self.overrides):
            if asked.hashes and applies(asked.requirement, self.target):
                name = canonicalize_name(asked.requirement.name)
                found[name] = found.get(name, asked.hashes) & asked.hashes
        return found

    def wanted(self) -> list[Want]:
        """What the roots want on the target, overrides counted, in the order in which it was asked for.

        Raises:
            ResolutionError: a root names a place, or its marker has no meaning.
        """
        return [
            want
            for root in self.roots
            for asked in self.instead(root.requirement, root.origin)
            if applies(asked.requirement, self.target)
            for want in wants(asked.requirement, asked.origin, self.placed)
        ]

    def instead(self, requirement: Requirement, origin: str | None) -> Iterator[Stated]:
        """What counts for a requirement: itself, or the overrides of its project, under their own markers.

        Of its own marker then only a condition on extras is left, as in uv: what a platform was said to need can be
        overridden too.
        """
        overrides = self._overridden.get(canonicalize_name(requirement.name))
        if overrides is None:
            yield Stated(requirement, origin)
        for asked in overrides or ():
            yield Stated(_under_extras_of(requirement, asked.requirement), f"{asked.origin} (an override)")

    def bound(self, name: NormalizedName) -> SpecifierSet:
        """What the constraints leave of a project's versions on the target."""
        return self._bounds.get(name, _ANY)

    def hashes(self, name: NormalizedName) -> frozenset[Digest] | None:
        """The hashes of which a file of ``name`` must have one; ``None`` where any may be taken.

        As in pip, a file must satisfy every line that has hashes: where they have none in common, no file may be taken.
        """
        return self._hashes.get(name)

    def unvouched(self, solution: Solution) -> list[Candidate]:
        """What was chosen though no line that counts here gives it a hash, and no input brings it itself."""
        chosen = (choice.candidate for choice in solution.choices)
        placed = {name for name, place in self.places.items() if place.hashes}
        return [one for one in chosen if one.name not in {*self._hashes, *self.given, *placed}]

    def kinds(self, project: Project) -> tuple[Kind, ...]:
        """The kinds of files that may be taken of a project, the preferred one first.

        Who names one file by its place means that file: rules about formats are for choosing.
        """
        placed = project.name in self.placed
        files = [file for release in project.releases.values() for file in release] if placed else []
        match files:
            case [file] if file.direct is not None:
                return (file.kind,)
            case _:
                return self.formats.allowed(project.name)


Identifier = tuple[str, str]
"""A project's name and one of its extras, which is empty for the project itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """A requirement as the solver sees it: a project, or one extra of it."""

    name: NormalizedName
    extra: NormalizedName | None
    specifier: SpecifierSet
    text: str
    """PEP 508 without the marker, for locks and messages."""
    origin: str | None = None
    """Who wrote it down, for the user's own requirements."""

    @property
    def identifier(self) -> Identifier:
        """What the solver decides at once."""
        return self.name, self.extra or ""


class Stated(NamedTuple):
    """A requirement and who wrote it down, if that was the user."""

    requirement: Requirement
    origin: str | None


def _by_name(listed: Iterable[Asked]) -> dict[NormalizedName, tuple[Asked, ...]]:
    found: dict[NormalizedName, tuple[Asked, ...]] = {}
    for asked in listed:
        name = canonicalize_name(asked.requirement.name)
        found[name] = (*found.get(name, ()), asked)
    return found


def _under_extras_of(requirement: Requirement, override: Requirement) -> Requirement:
    if requirement.marker is None or "extra" not in words(requirement.marker):
        return override
    markers = [f"({marker})" for marker in (requirement.marker, override.marker) if marker is not None]
    combined = copy(override)
    combined.marker = Marker(" and ".join(markers))
    return combined


def applies(requirement: Requirement, target: Target, extras: Iterable[str] = ()) -> bool:
    """Whether a requirement counts on a target, for any of ``extras`` or for none.

    Raises:
        ResolutionError: its marker compares what cannot be compared, or asks for what only lock files have.
    """
    try:
        return target.evaluate(requirement.marker, extras)
    except (UndefinedComparison, UndefinedEnvironmentName, InvalidVersion) as fault:
        raise ResolutionError(f"the marker of {str(requirement)!r} has no meaning: {fault}") from None


def named_by_place(given: Mapping[NormalizedName, Project]) -> dict[NormalizedName, Project]:
    """Of the projects that inputs bring, those that were named by their place."""
    return {
        name: project
        for name, project in given.items()
        if any(file.direct is not None for release in project.releases.values() for file in release)
    }


def wants(
    requirement: Requirement, origin: str | None = None, placed: Container[NormalizedName] = ()
) -> Iterator[Want]:
    """The project that a requirement names, then each of its extras.

    Where the user has named the place of a project himself, another's word for it counts as its name alone.

    Raises:
        ResolutionError: it names a place instead of a version.
    """
    name, text = canonicalize_name(requirement.name), unmarked(requirement)
    if requirement.url is not None and name not in placed:
        told = repr(f"{name} @ {public_url(requirement.url)}")
        raise ResolutionError(
            f"a requirement by URL is not taken: {told}",
            hint=f"if you trust that place, name it on the command line: {told}",
        )
    yield Want(name=name, extra=None, specifier=requirement.specifier, text=text, origin=origin)
    for extra in sorted(map(canonicalize_name, requirement.extras)):
        yield Want(name=name, extra=extra, specifier=requirement.specifier, text=text, origin=origin)


def unmarked(requirement: Requirement) -> str:
    """A requirement in one spelling, without its marker: ``flask[async]>=3,<4``."""
    extras = ",".join(sorted(map(canonicalize_name, requirement.extras)))
    return f"{canonicalize_name(requirement.name)}{f'[{extras}]' if extras else ''}{requirement.specifier}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One project of a solution."""

    candidate: Candidate
    extras: tuple[NormalizedName, ...]
    requires: tuple[str, ...]
    """What it requires here, sorted, without markers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The answer: one candidate a project, sorted by name."""

    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacks:
    """No answer yet: what must be known first."""

    projects: frozenset[NormalizedName] = frozenset()
    candidates: tuple[Candidate, ...] = ()
    """The candidate whose metadata is not known, then those that would be tried after it, in their order."""
    way: str = ""
    """How the search came to the first of them, where that was not the user's own word."""
