"""An archive that is named by its address: brought into the store, and known for a wheel, an sdist, or a tree."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion

from wheelforge.archives.headers import read_headers
from wheelforge.archives.sdist import read_sdist
from wheelforge.archives.wheel import read_metadata
from wheelforge.direct.bound import LARGEST, bounded
from wheelforge.errors import IntegrityError, UsageError
from wheelforge.events import DownloadAdvanced, Downloaded, Warn
from wheelforge.metadata.core import InvalidMetadata, parse_metadata
from wheelforge.metadata.static import static_metadata
from wheelforge.model.artifacts import Kind
from wheelforge.model.digest import Algorithm
from wheelforge.model.filenames import SDIST_SUFFIXES, is_safe
from wheelforge.model.metadata import Surety
from wheelforge.simple.address import exposed, host
from wheelforge.simple.exchange import Missing
from wheelforge.simple.index import Fetched
from wheelforge.store.vouching import check_vouched

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.requirements import Requirement
    from packaging.tags import Tag
    from packaging.utils import BuildTag, NormalizedName
    from packaging.version import Version

    from wheelforge.archives.sdist import SdistContents
    from wheelforge.events import Reporter
    from wheelforge.model.inputs import Reference
    from wheelforge.simple.client import Client
    from wheelforge.store.store import Store


_OLD = frozenset({None, "1.0", "1.1", "1.2", "2.0", "2.1"})
"""Versions of core metadata that a source tree may carry along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A file that is a wheel or an sdist as it stands."""

    filename: str
    name: NormalizedName
    version: Version
    kind: Kind
    requires: tuple[Requirement, ...] = ()
    """As far as it says so statically."""
    tags: frozenset[Tag] = frozenset()
    build: BuildTag = ()


def filename_of(url: str) -> str:
    """The last part of its path, decoded."""
    return unquote(urlsplit(url).path).rpartition("/")[2]


async def download(reference: Reference, *, web: Client, store: Store, report: Reporter) -> Fetched:
    """Bring the archive of an address into the store, checked where the reference has hashes.

    Raises:
        IndexAccessError: its server does not answer, or has no such file.
        IntegrityError: its bytes have none of the hashes, or do not end.
        StorageError: the disk is full.
    """
    if (kept := _kept(reference, store)) is not None:
        report(Downloaded(filename=reference.told, size=kept.size, cached=True))
        return kept
    if exposed(reference.location) and not reference.hashes:
        text = f"{reference.told} is read over http and has no hash: anybody on the way can alter it"
        report(Warn(text=text, hint=f"use https://{host(reference.location)}, or add #sha256=..."))
    with store.blobs.receive(reference.told) as incoming:
        write = bounded(incoming, reference.told, LARGEST)

        def take(data: bytes) -> None:
            write(data)
            report(DownloadAdvanced(filename=reference.told, received=incoming.size, size=None))

        try:
            await web.download(reference.location, take)
        except Missing as error:
            raise Missing(error.message, hint=f"check the URL: {reference.origin}") from error
        sha256 = incoming.keep(None)
    await asyncio.to_thread(_check, reference, store.blobs.path(sha256), sha256)
    report(Downloaded(filename=reference.told, size=incoming.size, cached=False))
    return Fetched(path=store.blobs.path(sha256), sha256=sha256, size=incoming.size)


def copy_in(reference: Reference, path: Path, *, store: Store) -> Fetched:
    """Copy an archive of this machine into the store, checked as `download` does."""
    try:
        sha256 = store.blobs.add(path)
    except OSError as error:
        raise UsageError(f"{reference.origin}: {reference.told} cannot be read: {error.strerror}") from error
    blob = store.blobs.path(sha256)
    _check(reference, blob, sha256)
    return Fetched(path=blob, sha256=sha256, size=blob.stat().st_size)


def known(fetched: Fetched, filename: str) -> Distribution | None:
    """What an archive is by its name and by its own words; ``None`` for a source tree.

    An sdist is one that has a PKG-INFO of the project and version in its name: a tree has none, or an old one of
    another, as no sdist of today has it (PEP 643).

    Raises:
        UsageError: it has the suffix of a wheel and the name of none.
        IntegrityError: it cannot be read, would write where it must not, or is an sdist of something else.
    """
    if filename.endswith(".whl"):
        return _wheel(fetched, filename)
    if not is_safe(filename) or not filename.endswith(SDIST_SUFFIXES):
        return None
    try:
        name, version = parse_sdist_filename(filename)
        contents = read_sdist(fetched.path, name=filename)
        told = parse_metadata(contents.pkg_info or b"", surety=Surety.PKG_INFO, origin=filename)
    except (InvalidSdistFilename, InvalidVersion, InvalidMetadata):
        return None
    if (told.name, told.version) != (name, version):
        if read_headers(contents.pkg_info or b"").first("metadata-version") in _OLD:
            return None
        raise IntegrityError(
            f"{filename} holds metadata of {told.name} {told.version}", hint="use the name it was built with"
        )
    requires = said_requires(contents, filename)
    return Distribution(filename=filename, name=name, version=version, kind=Kind.SDIST, requires=requires)


def said_requires(contents: SdistContents, filename: str) -> tuple[Requirement, ...]:
    """What an sdist says statically that it requires; whoever needs to know it all will tell what is wrong with it."""
    try:
        said = static_metadata(contents, origin=filename)
    except InvalidMetadata:
        return ()
    return () if said is None else said.requires


def _wheel(fetched: Fetched, filename: str) -> Distribution:
    try:
        name, version, build, tags = parse_wheel_filename(filename)
    except (InvalidWheelFilename, InvalidVersion) as error:
        raise UsageError(
            f"{filename!r} is no name of a wheel: {error}", hint="use the name it was built with"
        ) from None
    if not is_safe(filename):
        raise UsageError(f"{filename!r} is no name of a wheel", hint="use the name it was built with")
    metadata = read_metadata(fetched.path, name=filename)
    try:
        requires = parse_metadata(metadata, surety=Surety.WHEEL, origin=filename).requires
    except InvalidMetadata:  # whoever needs to know it will tell
        requires = ()
    return Distribution(
        filename=filename,
        name=canonicalize_name(name),
        version=version,
        kind=Kind.WHEEL,
        requires=requires,
        tags=tags,
        build=build,
    )


def _kept(reference: Reference, store: Store) -> Fetched | None:
    for sha256 in sorted(one.value for one in reference.hashes if one.algorithm is Algorithm.SHA256):
        if store.blobs.has(sha256) and (path := store.blobs.checked(sha256)) is not None:
            return Fetched(path=path, sha256=sha256, size=path.stat().st_size)
    return None


def _check(reference: Reference, path: Path, sha256: str) -> None:
    hint = f"see whether the hash is right: {reference.origin}"
    check_vouched(path, sha256, reference.hashes, subject=reference.told, hint=hint)
