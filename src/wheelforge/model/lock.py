"""The whole truth of a collected folder: what stands in it, why, and how it is built."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wheelforge.model.treatment import PLAIN, Treatment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.model.artifacts import Kind
    from wheelforge.model.direct import DirectUrl
    from wheelforge.model.shape import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedInputs:
    """What was asked, as text, so that a later run can tell whether it asks the same."""

    requirements: tuple[str, ...]
    constraints: tuple[str, ...]
    build_constraints: tuple[str, ...]
    references: tuple[str, ...] = ()
    """Places that were named instead of projects, as they were written."""
    constraint_references: tuple[str, ...] = ()
    """Places that constraints name, as they were written."""
    locks: tuple[str, ...] = ()
    """``FILE sha256:DIGEST`` of each lock that was an input, and behind it what is picked of it."""
    overrides: tuple[str, ...] = ()
    options: Mapping[str, bool | str | tuple[str, ...]] = field(default_factory=dict)
    """Only what differs from the defaults: ``prefer``, ``no-binary``, ``only-binary``, ``seeds``, ``pre``..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedArtifact:
    """One file of the folder."""

    filename: str
    name: NormalizedName
    version: Version
    kind: Kind
    sha256: str
    size: int
    url: str
    """Where it came from, without credentials; empty for what was built here, and for what came from a local place."""
    index: str
    upload_time: str | None
    build_only: bool
    """Stands in ``build-deps/``, since only builds need it."""
    targets: tuple[str, ...] = ()
    """In a folder that is laid out per target: the targets in whose folders it stands, sorted."""
    for_builds: bool = False
    """In such a folder: stands in ``build-deps/`` too, since builds need what is shipped to some target."""
    fallback: bool = False
    """The index's wheel of an sdist that stands here too: taken only where the build of that fails."""
    left_out: bool = False
    """Not in the folder, since its index was left out when it was written."""
    provenance: str | None = None
    """PEP 740: where the index keeps its attestations."""
    direct: DirectUrl | None = None
    """PEP 610: for what was named by its place."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Its places in the folder, with forward slashes; the same bytes stand in each."""
        if self.left_out:
            return ()
        if self.build_only:
            return (f"build-deps/{self.filename}",)
        shipped = tuple(f"{target}/{self.filename}" for target in self.targets) or (self.filename,)
        return (*shipped, f"build-deps/{self.filename}") if self.for_builds else shipped

    def path_for(self, target: str) -> str:
        """Where an installer for a target finds it."""
        return f"{target}/{self.filename}" if target in self.targets else self.path

    @property
    def path(self) -> str:
        """The first of its places; its bare name where it has none."""
        return next(iter(self.paths), self.filename)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One distribution of a resolved set."""

    name: NormalizedName
    version: Version
    artifact: str
    """The file name of the sdist or wheel that provides it."""
    extras: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    """Its requirements that apply to the target, for its extras: PEP 508 without markers, sorted."""


class Source(enum.Enum):
    """Who asked for a build requirement."""

    STATIC = "static"
    """``[build-system] requires`` (PEP 518), or the default of PEP 517 where there is none."""
    HOOK = "hook"
    """``get_requires_for_build_wheel`` (PEP 517)."""
    RECIPE = "recipe"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequirement:
    """A requirement of a build, and who asked for it."""

    requirement: str
    """PEP 508, as written."""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildEnvironment:
    """The exact distributions that a backend sees; several units can share one."""

    key: str
    """Content: the first 16 hex digits of the SHA-256 over the sorted ``name==version artifact`` lines."""
    pins: tuple[Pin, ...]
    """Sorted by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookWheel:
    """A wheel that a backend was asked with; it need not stand in the folder.

    What was made here of an sdist, with hooks from source, is told by the sdist.
    """

    filename: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HookEnvironment:
    """Where backends were asked, at collect; several units can share one."""

    key: str
    """Content: the first 16 hex digits of the SHA-256 over the sorted ``filename sha256`` lines."""
    wheels: tuple[HookWheel, ...]
    """Sorted by file name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """A build cycle that was met, and that an environment does not close since it holds another version."""

    path: tuple[str, ...]
    """``hen 2.0``, ``nest 1.0``, ``hen 2.0``: each would need the next one to be built."""
    avoids: str
    """``hen==2.0``: what the environment must not hold."""

    def __str__(self) -> str:
        return " -> ".join(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One sdist to be built by one builder."""

    artifact: str
    """The file name of the sdist."""
    name: NormalizedName
    version: Version
    builder: str
    """The name of the builder, a target's name."""
    backend: str
    """``[build-system] build-backend``."""
    requires: tuple[BuildRequirement, ...]
    environment: str
    """The key of its `BuildEnvironment`."""
    order: int
    """Its place in one valid order of building, from 0."""
    treatment: Treatment = PLAIN
    """What recipes and settings want of its build; what they add is among ``requires``."""
    hooks: str = ""
    """The key of the `HookEnvironment` in which its backend was asked what it requires; empty where it was not."""
    cycles: tuple[Cycle, ...] = ()
    """Those that its environment breaks, in the order in which they were met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedTarget:
    """What is shipped for one target."""

    name: str
    environment: Mapping[str, str]
    """The marker environment that was used."""
    pins: tuple[Pin, ...]
    """The runtime closure, sorted by name."""
    incomplete: tuple[str, ...] = ()
    """Of what could not be known, that which concerns this target and not all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedShape:
    """What the wheel of an sdist should hold, since the index has one of that version."""

    artifact: str
    """The file name of the sdist."""
    wheel: str
    """The file name of the index's wheel that was looked at: the best for a target, else any."""
    shape: Shape


class Holding(enum.Enum):
    """What the folder of a lock holds."""

    COLLECTED = "collected"
    """Sdists and wheels, as ``collect`` has fetched them."""
    WHEELHOUSE = "wheelhouse"
    """The wheels that were built from such a folder, and those that it held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What ``wheelforge.lock`` says."""

    holds: Holding = Holding.COLLECTED
    inputs: LockedInputs
    targets: tuple[LockedTarget, ...]
    artifacts: tuple[LockedArtifact, ...]
    """Sorted by file name."""
    environments: tuple[BuildEnvironment, ...] = ()
    hook_environments: tuple[HookEnvironment, ...] = ()
    units: tuple[Unit, ...] = ()
    """Sorted by order."""
    expected: tuple[ExpectedShape, ...] = ()
    """Sorted by sdist, then wheel."""
    incomplete: tuple[str, ...] = ()
    """Why something could not be known; empty when the set is complete."""
    built: tuple[LockedArtifact, ...] = ()
    """In a wheelhouse: the wheels that were built, each under the file name that stands there."""
