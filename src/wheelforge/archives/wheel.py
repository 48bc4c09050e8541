"""Wheels: what they say about themselves, and whether their RECORD tells the truth."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.tags import parse_tag

from wheelforge.archives.faults import BrokenArchive, BrokenWheel
from wheelforge.archives.headers import Headers, read_headers
from wheelforge.archives.members import reading, zip_chunks
from wheelforge.archives.outline import ENTRY_POINTS, outline
from wheelforge.archives.stream import MAX_TOTAL
from wheelforge.archives.tree import MAX_MEMBERS, name_fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from packaging.tags import Tag

    from wheelforge.model.shape import Shape

MAX_STATIC = 16 * 2**20
"""Bytes of METADATA, WHEEL or RECORD."""
SIGNATURES = ("RECORD.jws", "RECORD.p7s")
"""Files of the .dist-info folder that RECORD must not list (wheel specification)."""
_HASHES = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}
_DIST_INFO = re.compile(r"([^/]+\.dist-info)/")


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelContents:
    """What a wheel says about itself: none of it is compared with its file name here."""

    name: str
    """As METADATA writes it."""
    version: str
    """As METADATA writes it."""
    dist_info: str
    """The name of its .dist-info folder."""
    tags: frozenset[Tag]
    """From WHEEL, compressed sets expanded (PEP 425)."""
    root_is_purelib: bool
    metadata: bytes
    members: tuple[str, ...]
    """Every file, in the order of the archive."""


class _Wheel:
    """An open wheel whose member names are safe and occur once."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.name = name
        self.archive = archive
        infos = [info for info in archive.infolist() if not info.orig_filename.endswith("/")]
        if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_TOTAL:
            raise BrokenWheel(name, "", f"it is larger than {MAX_MEMBERS} files or {MAX_TOTAL} bytes")
        self.infos: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            fault = name_fault(info.orig_filename)
            if fault is None and info.filename in self.infos:
                fault = "comes twice"
            if fault is not None:
                raise BrokenWheel(name, info.orig_filename, fault)
            self.infos[info.filename] = info

    @property
    def dist_info(self) -> str:
        """The one .dist-info folder."""
        match sorted({found[1] for name in self.infos if (found := _DIST_INFO.match(name))}):
            case [one]:
                return one
            case []:
                raise BrokenWheel(self.name, "", "it has no .dist-info folder")
            case many:
                raise BrokenWheel(self.name, "", f"it has several .dist-info folders: {', '.join(many)}")

    def has(self, name: str) -> bool:
        """Whether the .dist-info folder holds such a file."""
        return f"{self.dist_info}/{name}" in self.infos

    def read(self, name: str) -> bytes:
        """One file of the .dist-info folder."""
        member = f"{self.dist_info}/{name}"
        info = self.infos.get(member)
        if info is None:
            raise BrokenWheel(self.name, member, "is missing")
        if info.file_size > MAX_STATIC:
            raise BrokenWheel(self.name, member, f"has {info.file_size} bytes; {MAX_STATIC} are the limit")
        return b"".join(zip_chunks(self.archive, info))


@contextmanager
def _opened(path: Path, name: str) -> Iterator[_Wheel]:
    try:
        with reading(name), zipfile.ZipFile(path) as archive:
            yield _Wheel(archive, name)
    except BrokenArchive as error:
        raise BrokenWheel(name, "", f"it cannot be read: {error.fault}") from error


def read_metadata(path: Path, *, name: str | None = None) -> bytes:
    """Read a wheel's METADATA; ``name`` is its name in errors, where the file itself has another one.

    Raises:
        BrokenWheel: it is missing, there are two of them, or the wheel cannot be read.
        StorageError: the file cannot be read.

    """
    with _opened(path, name or path.name) as wheel:
        return wheel.read("METADATA")


def read_shape(path: Path, *, name: str | None = None) -> Shape:
    """Read the outline of a wheel; ``name`` as in `read_metadata`.

    Raises:
        BrokenWheel: it holds more names than any honest wheel, or cannot be read.
        StorageError: the file cannot be read.

    """
    with _opened(path, name or path.name) as wheel:
        return _shape(wheel)


def read_both(path: Path, *, name: str | None = None) -> tuple[bytes, Shape]:
    """Read a wheel's METADATA and its outline; ``name`` and errors as in `read_metadata` and `read_shape`."""
    with _opened(path, name or path.name) as wheel:
        return wheel.read("METADATA"), _shape(wheel)


def _shape(wheel: _Wheel) -> Shape:
    entry_points = wheel.read(ENTRY_POINTS) if wheel.has(ENTRY_POINTS) else b""
    return outline(wheel.name, wheel.infos, entry_points)


def read_wheel(path: Path, *, name: str | None = None) -> WheelContents:
    """Read what a wheel says about itself (wheel specification, PEP 427); ``name`` as in `read_metadata`.

    Raises:
        BrokenWheel: a file of its .dist-info folder is missing or wrong, or the wheel cannot be read.
        StorageError: the file cannot be read.

    """
    with _opened(path, name or path.name) as wheel:
        metadata = wheel.read("METADATA")
        about, headers = read_headers(metadata), read_headers(wheel.read("WHEEL"))
        version = _field(wheel, headers, "WHEEL", "Wheel-Version")
        if not version.startswith("1."):
            raise BrokenWheel(wheel.name, f"{wheel.dist_info}/WHEEL", f"has Wheel-Version {version}; only 1.x is known")
        _field(wheel, headers, "WHEEL", "Tag")
        return WheelContents(
            name=_field(wheel, about, "METADATA", "Name"),
            version=_field(wheel, about, "METADATA", "Version"),
            dist_info=wheel.dist_info,
            tags=frozenset(tag for tags in headers.all("tag") for tag in parse_tag(tags)),
            root_is_purelib=_field(wheel, headers, "WHEEL", "Root-Is-Purelib").lower() == "true",
            metadata=metadata,
            members=tuple(wheel.infos),
        )


def _field(wheel: _Wheel, headers: Headers, file: str, field: str) -> str:
    value = headers.first(field.lower())
    if not value:
        raise BrokenWheel(wheel.name, f"{wheel.dist_info}/{file}", f"lacks the field {field}")
    return value


def check_record(path: Path, *, name: str | None = None) -> None:
    """Prove that RECORD lists each file with its hash and size, and nothing else (PEP 376, PEP 427).

    ``name`` as in `read_metadata`.

    Raises:
        BrokenWheel: a file is unlisted, missing, altered or hashed weakly, or has an unsafe name.
        StorageError: the file cannot be read.

    """
    with _opened(path, name or path.name) as wheel:
        folder = wheel.dist_info
        record = _read_record(wheel)
        unlisted = {f"{folder}/{name}" for name in ("RECORD", *SIGNATURES)}
        for member in sorted(record.keys() - wheel.infos.keys()):
            raise BrokenWheel(wheel.name, member, "is listed in RECORD and missing")
        for member, info in wheel.infos.items():
            if member in unlisted:
                continue
            if member not in record:
                raise BrokenWheel(wheel.name, member, "is not listed in RECORD")
            _check_member(wheel, info, *record[member])


def _read_record(wheel: _Wheel) -> Mapping[str, tuple[str, str]]:
    text = wheel.read("RECORD").decode("utf-8")
    record: dict[str, tuple[str, str]] = {}
    for row in _rows(wheel, text):
        match row:
            case []:
                continue
            case [member, digest, size] if member not in record:
                record[member] = (digest, size)
            case [member, _, _]:
                raise BrokenWheel(wheel.name, member, "is listed twice in RECORD")
            case _:
                raise BrokenWheel(
                    wheel.name,
                    f"{wheel.dist_info}/RECORD",
                    f"has a line that is not path, hash, size: {','.join(row)!r}",
                )
    return record


def _rows(wheel: _Wheel, text: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""))
    except csv.Error as error:
        raise BrokenWheel(wheel.name, f"{wheel.dist_info}/RECORD", f"is no table: {error}") from error


def _check_member(wheel: _Wheel, info: zipfile.ZipInfo, digest: str, size: str) -> None:
    algorithm, _, expected = digest.partition("=")
    if algorithm not in _HASHES:
        raise BrokenWheel(wheel.name, info.filename, f"has no hash in RECORD that proves it: {digest!r}")
    if size and size != str(info.file_size):
        raise BrokenWheel(wheel.name, info.filename, f"has {info.file_size} bytes, and RECORD says {size}")
    hasher = _HASHES[algorithm]()
    for chunk in zip_chunks(wheel.archive, info):
        hasher.update(chunk)
    actual = base64.urlsafe_b64encode(hasher.digest()).rstrip(b"=").decode()
    if actual != expected.rstrip("="):
        raise BrokenWheel(wheel.name, info.filename, f"has the {algorithm} {actual}, and RECORD says {expected}")
