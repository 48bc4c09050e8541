"""The files of a package as a lock lists them, in the form that an index would give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from packaging.requirements import Requirement
from packaging.version import InvalidVersion, Version

from wheelforge.formats.lock_places import split
from wheelforge.model.artifacts import Artifact, Project
from wheelforge.model.digest import sha256
from wheelforge.model.filenames import build_tag, named, tag_set
from wheelforge.model.inputs import Asked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.specifiers import SpecifierSet
    from packaging.utils import NormalizedName

    from wheelforge.formats.lock_places import Ground


class Listed(NamedTuple):
    """One file as a lock lists it; a tuple, since a lock may list ten thousand."""

    where: str
    """Its place in the lock: ``packages[3].wheels[0]``."""
    filename: str
    url: str | None
    path: str | None
    """Relative to the lock."""
    sha256: str | None
    """``None`` only for a file beside the lock: what comes over a network has one."""
    size: int | None
    upload_time: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The package that files belong to."""

    name: NormalizedName
    version: Version
    index: str
    requires_python: SpecifierSet | None = None


def listed_project(owner: Owner, files: Iterable[Listed], ground: Ground) -> Project:
    """A project with one version, and the files that the lock lists for it.

    Raises:
        IntegrityError: a file's name is unsafe or another project's, stands there twice, or its place is unsafe.
    """
    artifacts: dict[str, Artifact] = {}
    for file in files:
        if file.filename in artifacts:
            raise ground.unsafe(file.where, f"{file.filename!r} stands there twice")
        artifacts[file.filename] = _artifact(owner, file, ground)
    return Project(name=owner.name, index=owner.index, releases={owner.version: tuple(artifacts.values())})


def pinned(project: Project, extras: Iterable[NormalizedName], origin: str) -> Asked:
    """``name[extras]==version`` of a project with one version, with the hashes of its files."""
    [(version, files)] = project.releases.items()
    asked = ",".join(sorted(extras))
    requirement = Requirement(f"{project.name}{f'[{asked}]' if asked else ''}=={version}")
    hashes = frozenset(sha256(file.sha256) for file in files if file.sha256)
    return Asked(requirement=requirement, origin=origin, hashes=hashes if len(hashes) == len(files) else frozenset())


def url_filename(url: str) -> str:
    """The last part of a URL's path, decoded."""
    return unquote(split(url).path.rpartition("/")[2])


def _artifact(owner: Owner, file: Listed, ground: Ground) -> Artifact:
    parts = named(file.filename, owner.name)
    if parts is None:
        raise ground.unsafe(file.where, f"{file.filename!r} is no file name of a wheel or an sdist of {owner.name}")
    if not _is(owner.version, parts.version):
        raise ground.unsafe(file.where, f"{file.filename!r} is not of version {owner.version}")
    return Artifact(
        filename=file.filename,
        name=owner.name,
        version=owner.version,
        kind=parts.kind,
        url=ground.file(file.where, url=file.url, path=file.path).bare,
        index=owner.index,
        sha256=file.sha256,
        size=file.size,
        requires_python=owner.requires_python,
        upload_time=file.upload_time,
        tags=tag_set(parts.tags) if parts.tags else frozenset(),
        build=build_tag(parts.build),
        listed=ground.told(file.where),
    )


def _is(version: Version, written: str) -> bool:
    try:
        return Version(written) == version
    except InvalidVersion:
        return False
