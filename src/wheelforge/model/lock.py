"""The whole truth of a collected folder: what stands in it, why, and how it is built."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.model.artifacts import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedInputs:
    """What was asked, as text, so that a later run can tell whether it asks the same."""

    requirements: tuple[str, ...]
    constraints: tuple[str, ...]
    build_constraints: tuple[str, ...]
    options: Mapping[str, bool | str | tuple[str, ...]]
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
    """Where it came from, without credentials; empty for a wheel that was built here."""
    index: str
    upload_time: str | None
    build_only: bool
    """Stands in ``build-deps/``, since only builds need it."""

    @property
    def path(self) -> str:
        """Its place in the folder, with forward slashes."""
        return f"build-deps/{self.filename}" if self.build_only else self.filename


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


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedTarget:
    """What is shipped for one target."""

    name: str
    environment: Mapping[str, str]
    """The marker environment that was used."""
    pins: tuple[Pin, ...]
    """The runtime closure, sorted by name."""


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
    units: tuple[Unit, ...] = ()
    """Sorted by order."""
    incomplete: tuple[str, ...] = ()
    """Why something could not be known; empty when the set is complete."""
    built: tuple[LockedArtifact, ...] = ()
    """In a wheelhouse: the wheels that were built, each under the file name that stands there."""
