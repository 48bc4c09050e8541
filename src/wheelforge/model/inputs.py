"""What the user asks for: requirements with their origin, and the rules under which they are met."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from wheelforge.model.artifacts import Kind
from wheelforge.model.building import Building
from wheelforge.model.secrets import Secrets
from wheelforge.model.told import plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from packaging.markers import Marker
    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName

    from wheelforge.model.artifacts import Project
    from wheelforge.model.digest import Digest
    from wheelforge.model.targets import Target

ALL = ":all:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A requirement and who wrote it down: ``the command line``, ``requirements.txt:3``."""

    requirement: Requirement
    origin: str
    hashes: frozenset[Digest] = frozenset()
    """``--hash=sha256:...`` of the line, of which a file must have one; empty where the line has none."""
    settings: tuple[tuple[str, str], ...] = ()
    """``--config-settings KEY=VALUE`` of the line, or of the command line, in their order."""
    place: str = field(default="", compare=False)
    """For messages, where it stands for a place that was named: see `Reference.told`; else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A place that was named instead of a project: PEP 508's ``name @ URL``, or what pip takes beyond that."""

    location: str
    """As a URL: ``https://``, ``http://``, ``file:///`` (absolute, a file or a folder), ``git+https://``,
    ``git+ssh://``, ``git+file://``, with ``@ref`` where it has one; without fragment, perhaps with credentials."""
    origin: str
    """Who wrote it down."""
    written: str
    """As it was written, without credentials and with no variable expanded, for the lock's memory of the inputs: an
    absolute path stands there relative to where the run was started, or by its last part."""
    public: str = ""
    """The location as it may be recorded: without credentials and query, and with no variable expanded; a place on this
    machine as ``written`` tells it, or by its last part. By default it is made of the location."""
    told: str = field(default="", compare=False)
    """For messages: as it was written, paths of this machine too, without credentials, with no variable expanded and
    without what a terminal would obey. By default it is what is written."""
    name: NormalizedName | None = None
    """``None`` where only the place is named: then what stands there says it."""
    extras: tuple[NormalizedName, ...] = ()
    """Sorted."""
    marker: Marker | None = None
    subdirectory: str = ""
    """``#subdirectory=``: the folder of the project inside it."""
    hashes: frozenset[Digest] = frozenset()
    """From ``#sha256=`` and the like or ``--hash``, of which its bytes must have one; empty where none is written."""
    editable: bool = False
    """``-e``: for what is collected it counts as a folder."""
    settings: tuple[tuple[str, str], ...] = ()
    """See `Asked.settings`."""

    def __post_init__(self) -> None:
        if not self.public:
            object.__setattr__(self, "public", public_url(self.location))
        object.__setattr__(self, "told", plain(self.told or self.written))


def public_url(location: str) -> str:
    """A location as it may be recorded: see `Reference.public`."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return location.partition(":")[0] + ":"
    if parts.scheme in {"file", "git+file"}:
        path, at, ref = parts.path.rpartition("@") if parts.scheme == "git+file" else (parts.path, "", "")
        return f"{parts.scheme}:{(path or ref).rpartition('/')[2]}{at}{ref if at else ''}"
    login, _, server = parts.netloc.rpartition("@")
    # The user of ssh that hosts of repositories share is no secret (PEP 610).
    netloc = f"{login}@{server}" if login == "git" else server
    return parts._replace(netloc=netloc, query="", fragment="").geturl()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPin:
    """A project that is taken from one index only."""

    project: NormalizedName
    index: str
    """The name of the index."""
    origin: str
    marker: Marker | None = None
    """Where it counts; ``None`` for everywhere."""

    def __str__(self) -> str:
        """``PROJECT=INDEX``, and behind a semicolon the marker."""
        return f"{self.project}={self.index}" + (f"; {self.marker}" if self.marker else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedSet:
    """What a lock that is used as an input holds for one target."""

    requirements: tuple[Asked, ...]
    """``name[extras]==version`` of each package that the target takes, sorted by name."""
    projects: Mapping[NormalizedName, Project]
    """The files that may be taken for them: those that the lock lists, and no others."""
    references: tuple[Reference, ...] = ()
    """Its packages that are repositories, folders, or archives without a version."""


class LockInput(Protocol):
    """A lock as an input: as written it serves many targets, and is law for each."""

    @property
    def origin(self) -> str:
        """Its file, for messages."""

    @property
    def digest(self) -> str:
        """The SHA-256 of its bytes, lower-case hex, so that a later run can tell whether it is still the same."""

    @property
    def picks(self) -> tuple[str, ...]:
        """What is picked of it, as text, groups that it takes by default included: ``extras=a,b``, ``groups=dev``."""

    def select(self, target: Target) -> LockedSet:
        """What it holds for a target.

        Raises:
            ResolutionError: it was not made for this target.
        """


class Resolution(enum.Enum):
    """Which of the versions that fit are tried first."""

    HIGHEST = "highest"
    LOWEST = "lowest"


class Prefer(enum.Enum):
    """Which form of the chosen version is taken where both are to be had."""

    SOURCE = "source"
    WHEEL = "wheel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """pip's format rules: ``no_binary`` and ``only_binary`` hold normalised names, or ``:all:``.

    A name in one set is out of the other; a name beats ``:all:``.
    """

    prefer: Prefer = Prefer.WHEEL
    no_binary: frozenset[str] = frozenset()
    only_binary: frozenset[str] = frozenset()

    def allowed(self, name: NormalizedName) -> tuple[Kind, ...]:
        """The kinds that may be taken for ``name``, the preferred one first."""
        match self._rule(name):
            case "source":
                return (Kind.SDIST,)
            case "binary":
                return (Kind.WHEEL,)
            case _ if self.prefer is Prefer.SOURCE:
                return (Kind.SDIST, Kind.WHEEL)
            case _:
                return (Kind.WHEEL, Kind.SDIST)

    def _rule(self, name: NormalizedName) -> str:
        for key in (name, ALL):
            if key in self.only_binary:
                return "binary"
            if key in self.no_binary:
                return "source"
        return "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything that decides what is collected; a lock remembers it to notice drift."""

    requirements: tuple[Asked, ...]
    """By name: none has a URL."""
    references: tuple[Reference, ...] = ()
    locks: tuple[LockInput, ...] = ()
    constraints: tuple[Asked, ...] = ()
    constraint_places: tuple[Reference, ...] = ()
    """Constraints by URL, each with a name: its project is taken from just that place, should it be needed."""
    overrides: tuple[Asked, ...] = ()
    """What counts instead of all else that is said of these projects, by whomever (uv's ``--override``)."""
    build_constraints: tuple[Asked, ...] = ()
    formats: Formats = field(default_factory=Formats)
    seeds: frozenset[NormalizedName] = frozenset()
    """Taken as wheels for builds though the rest is built from source."""
    build_deps: bool = False
    allow_prereleases: bool = False
    resolution: Resolution = Resolution.HIGHEST
    uploaded_prior_to: datetime | None = None
    """Files that were uploaded at this moment or later are not there, nor those without an upload time (PEP 700)."""
    uploaded_prior_to_written: str = ""
    """The same as it was asked for: ``P3D`` is another moment in each run, and asks for the same."""
    require_hashes: bool = False
    """pip's hash-checking mode: every file that is taken must have a hash that the user wrote down."""
    with_fallback: bool = False
    """The index's wheel is collected beside each sdist, for where its build fails."""
    align: bool = False
    """Targets share a version where they can, instead of each having what it would have alone."""
    indexes: tuple[str, ...] = ()
    """The indexes and find-links that were named for this run, each as ``NAME=URL``, without credentials and paths of
    this machine; empty where the configuration's are used."""
    index_pins: tuple[IndexPin, ...] = ()
    """Projects that are taken from one index only, sorted by how they are written. Those without a marker are the
    index's own to heed."""
    no_deps: bool = False
    """pip's ``--no-deps``: what is named is collected, and nothing that it requires."""
    building: Building = field(default_factory=Building)
    secrets: Secrets = field(default_factory=Secrets, repr=False)
    """What stands in addresses and must stand in no lock."""
