"""Where each package of a ``uv.lock`` comes from: an index, a repository, a folder, or an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from packaging.version import InvalidVersion, Version

from wheelforge.formats.lock_listing import Listed, Owner, listed_project, url_filename
from wheelforge.formats.lock_places import split
from wheelforge.model.digest import sha256
from wheelforge.model.inputs import Reference
from wheelforge.model.upload_time import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wheelforge.formats.lock_places import Ground, Place
    from wheelforge.formats.uv_lock_wire import File, Package
    from wheelforge.model.artifacts import Project
    from wheelforge.model.digest import Digest

_WEB = ("https", "http")
_LOCAL = "uv.lock"
"""What stands for the index of files that lie beside the lock."""


def package_source(where: str, package: Package, ground: Ground) -> Project | Reference | None:
    """The files of a package, or the place that it comes from; ``None`` for a project that is not installed itself.

    Raises:
        UsageError: its source is of no kind that is known, or its version is none.
        IntegrityError: a hash is missing or wrong, or a place is unsafe.
    """
    source = package.source
    if source.virtual is not None:
        return None
    if source.registry is not None:
        return _project(where, package, source.registry, ground)
    at = f"{where}.source"
    subdirectory = source.subdirectory or ""
    hashes: frozenset[Digest] = frozenset()
    if source.git is not None:
        place, subdirectory = _repository(at, source.git, ground)
    elif source.folder is not None:
        place = ground.directory(at, source.folder)
    elif source.url is not None or source.path is not None:
        place = ground.file(at, url=source.url, path=source.path)
        hashes = frozenset(map(sha256, _archive_hash(where, package, ground)))
    else:
        raise ground.wrong(at, "of a kind that is not known here", hint="is it a newer uv's lock?")
    return Reference(
        location=place.url,
        written=place.written,
        origin=ground.told(where),
        name=package.name,
        subdirectory=ground.subdirectory(at, subdirectory),
        hashes=hashes,
        editable=source.editable is not None,
    )


def _project(where: str, package: Package, registry: str, ground: Ground) -> Project:
    try:
        version = Version(package.version or "")
    except InvalidVersion:
        raise ground.wrong(f"{where}.version", f"no version: {package.version!r}") from None
    host = split(registry).hostname if split(registry).scheme in _WEB else None
    owner = Owner(name=package.name, version=version, index=host or _LOCAL)
    files = tuple(_files(where, package, registry, ground))
    if not files:
        raise ground.wrong(where, f"{package.name} {version} has no files")
    return listed_project(owner, files, ground)


def _files(where: str, package: Package, registry: str, ground: Ground) -> Iterator[Listed]:
    if package.sdist:
        yield _listed(f"{where}.sdist", package.sdist, registry, ground)
    for place, wheel in enumerate(package.wheels):
        yield _listed(f"{where}.wheels[{place}]", wheel, registry, ground)


def _listed(where: str, file: File, registry: str, ground: Ground) -> Listed:
    """A file beside the lock may go without a hash, as uv writes it: it comes over no network."""
    path = None if file.path is None else f"{registry}/{file.path}"
    return Listed(
        where=where,
        filename=file.filename or url_filename(file.url or file.path or ""),
        url=file.url,
        path=path,
        sha256=None if file.url is None and file.hash is None else _sha256(where, file, ground),
        size=file.size,
        upload_time=rfc3339(file.upload_time),
    )


def _archive_hash(where: str, package: Package, ground: Ground) -> Iterator[str]:
    if package.sdist:
        yield _sha256(f"{where}.sdist", package.sdist, ground)
    for place, wheel in enumerate(package.wheels):
        yield _sha256(f"{where}.wheels[{place}]", wheel, ground)
    if package.sdist is None and not package.wheels:
        raise ground.unsafe(where, "an archive without a hash could not be checked")


def _sha256(where: str, file: File, ground: Ground) -> str:
    algorithm, _, digest = (file.hash or "").partition(":")
    return ground.sha256(f"{where}.hash", {algorithm: digest} if algorithm else {})


def _repository(where: str, git: str, ground: Ground) -> tuple[Place, str]:
    """``URL?rev=REF&subdirectory=FOLDER#COMMIT``: the ref is what was asked for, the commit is what counts."""
    parts = split(git)
    [subdirectory, *_] = parse_qs(parts.query).get("subdirectory", [""])
    place = ground.repository(where, parts._replace(query="", fragment="").geturl(), parts.fragment)
    return place, subdirectory
