"""A question for the solver, and its answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.markers import UndefinedComparison
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion

from wheelforge.errors import ResolutionError
from wheelforge.model.inputs import Resolution

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.model.artifacts import Project
    from wheelforge.model.inputs import Asked, Formats
    from wheelforge.model.targets import Target
    from wheelforge.resolve.candidates import Candidate


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
    resolution: Resolution = Resolution.HIGHEST
    uploaded_prior_to: datetime | None = None
    """See `Inputs.uploaded_prior_to`."""

    _hashes: Mapping[NormalizedName, frozenset[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        hashes: dict[NormalizedName, frozenset[str]] = {}
        for asked in (*self.roots, *self.constraints):
            name = canonicalize_name(asked.requirement.name)
            hashes[name] = hashes.get(name, frozenset()) | asked.hashes
        object.__setattr__(self, "_hashes", hashes)

    def hashes(self, name: NormalizedName) -> frozenset[str]:
        """The SHA-256 of the files that may be taken for ``name``; empty where any may."""
        return self._hashes.get(name, frozenset())


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


def applies(requirement: Requirement, target: Target, extras: Iterable[str] = ()) -> bool:
    """Whether a requirement counts on a target, for any of ``extras`` or for none.

    Raises:
        ResolutionError: its marker compares what cannot be compared.
    """
    try:
        return target.evaluate(requirement.marker, extras)
    except (UndefinedComparison, InvalidVersion) as fault:
        raise ResolutionError(f"the marker of {str(requirement)!r} has no meaning: {fault}") from None


def wants(requirement: Requirement, origin: str | None = None) -> Iterator[Want]:
    """The project that a requirement names, then each of its extras.

    Raises:
        ResolutionError: it names a place instead of a version.
    """
    if requirement.url is not None:
        raise ResolutionError(f"a requirement by URL is not taken: {str(requirement)!r}")
    name, text = canonicalize_name(requirement.name), unmarked(requirement)
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
    """Candidates whose metadata is not known."""
