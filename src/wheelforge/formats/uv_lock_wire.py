"""``uv.lock``, version 1, as it is written: what of it is read here, table by table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from packaging.utils import NormalizedName

from wheelforge.formats.toml_text import convert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wheelforge.formats.lock_places import Ground

VERSION = 1
"""Revisions of it add what older readers can do without."""

Name = Annotated[NormalizedName, msgspec.Meta(pattern=r"\A[a-z0-9]+(-[a-z0-9]+)*\Z")]
"""Of a package, an extra or a group: uv writes them normalised."""


class Table(msgspec.Struct, rename="kebab", kw_only=True, frozen=True):
    """A table; keys that are not known are passed over, since revisions add some."""


class Source(Table, kw_only=True, frozen=True):
    """Where a package comes from: one of these, and perhaps a subdirectory of it."""

    registry: str | None = None
    """The URL of an index, or a folder of files relative to the lock."""
    git: str | None = None
    """``URL?rev=...&subdirectory=...#COMMIT``."""
    url: str | None = None
    path: str | None = None
    directory: str | None = None
    editable: str | None = None
    virtual: str | None = None
    """A folder whose project is not installed, only what it requires."""
    subdirectory: str | None = None

    @property
    def folder(self) -> str | None:
        """The folder of a project, relative to the lock."""
        return next((one for one in (self.editable, self.virtual, self.directory) if one is not None), None)


class Dependency(Table, kw_only=True, frozen=True):
    """An edge: uv has already chosen the version."""

    name: Name
    version: str | None = None
    """Only where the lock has several packages of the name."""
    source: Source | None = None
    extra: tuple[Name, ...] = ()
    marker: str | None = None


class File(Table, kw_only=True, frozen=True):
    """An sdist or a wheel."""

    url: str | None = None
    path: str | None = None
    """Relative to the folder of the registry."""
    filename: str | None = None
    hash: str | None = None
    """``sha256:...``."""
    size: Annotated[int, msgspec.Meta(ge=0)] | None = None
    upload_time: str | None = None


class Metadata(Table, kw_only=True, frozen=True):
    """What a package says of itself."""

    provides_extras: tuple[Name, ...] = ()
    requires_dev: dict[Name, Any] = msgspec.field(default_factory=dict)


class Package(Table, kw_only=True, frozen=True):
    """One version of a project."""

    name: Name
    source: Source
    version: str | None = None
    """Absent where a local project finds it out when it is built."""
    resolution_markers: tuple[str, ...] = ()
    """Where versions differ between platforms: those on which this one counts."""
    dependencies: tuple[Dependency, ...] = ()
    optional_dependencies: dict[Name, tuple[Dependency, ...]] = msgspec.field(default_factory=dict)
    dev_dependencies: dict[Name, tuple[Dependency, ...]] = msgspec.field(default_factory=dict)
    sdist: File | None = None
    wheels: tuple[File, ...] = ()
    metadata: Metadata = Metadata()

    @property
    def extras(self) -> frozenset[NormalizedName]:
        """The extras it has, those that require nothing included."""
        return frozenset((*self.optional_dependencies, *self.metadata.provides_extras))

    @property
    def groups(self) -> frozenset[NormalizedName]:
        """The dependency groups it has (PEP 735), empty ones included."""
        return frozenset((*self.dev_dependencies, *self.metadata.requires_dev))


class Requirement(Table, kw_only=True, frozen=True):
    """A requirement that no project of the lock has written."""

    name: Name
    extras: tuple[Name, ...] = ()
    marker: str | None = None

    @property
    def edge(self) -> Dependency:
        """It as the edge that it is."""
        return Dependency(name=self.name, extra=self.extras, marker=self.marker)


class Manifest(Table, kw_only=True, frozen=True):
    """What was asked for besides the projects."""

    members: tuple[Name, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    """Of a script."""
    dependency_groups: dict[Name, tuple[Requirement, ...]] = msgspec.field(default_factory=dict)
    """Of a workspace whose root is no project."""


class Conflict(Table, kw_only=True, frozen=True):
    """A part of a package that cannot be had together with the others of its set."""

    package: Name
    extra: Name | None = None
    group: Name | None = None


class UvLock(Table, kw_only=True, frozen=True):
    """The whole file."""

    version: int
    requires_python: str = ""
    supported_markers: tuple[str, ...] = ()
    conflicts: tuple[tuple[Conflict, ...], ...] = ()
    manifest: Manifest = Manifest()
    package: tuple[Package, ...] = ()


def read_wire(table: Mapping[str, Any], ground: Ground) -> UvLock:
    """Take the tables of a ``uv.lock``.

    Raises:
        UsageError: it is none, or of another version; the error names the key.
    """
    version = table.get("version")
    if version != VERSION:
        raise ground.wrong(
            "version", f"{version!r} is not known here, only {VERSION}", hint="is it uv's lock, or a newer uv's?"
        )
    if "distribution" in table:
        raise ground.wrong("distribution", "an early uv wrote this lock", hint="make it anew: uv lock")
    return convert(table, UvLock, origin=ground.origin)
