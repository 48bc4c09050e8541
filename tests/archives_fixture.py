"""Makes archives, good and hostile, member by member."""

from __future__ import annotations

import base64
import bz2
import functools
import gzip
import hashlib
import io
import lzma
import stat
import tarfile
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

MOMENT = 1_700_000_000
"""The time of every member, in seconds since 1970."""


_PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": functools.partial(gzip.compress, mtime=MOMENT),
    ".tgz": functools.partial(gzip.compress, mtime=MOMENT),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A member of a tar, as its header has it."""

    name: str
    type: bytes = tarfile.REGTYPE
    data: bytes = b""
    link: str = ""
    mode: int = 0o644
    mtime: float = MOMENT
    pax: Mapping[str, str] = field(default_factory=dict)


def file(name: str, data: bytes = b"data\n", mode: int = 0o644) -> Entry:
    """A regular file."""
    return Entry(name=name, data=data, mode=mode)


def folder(name: str) -> Entry:
    """A folder."""
    return Entry(name=name, type=tarfile.DIRTYPE, mode=0o755)


def symlink(name: str, link: str) -> Entry:
    """A symbolic link, from its own folder."""
    return Entry(name=name, type=tarfile.SYMTYPE, link=link)


def hardlink(name: str, link: str) -> Entry:
    """A hard link, from the archive's root."""
    return Entry(name=name, type=tarfile.LNKTYPE, link=link)


def write_tar(path: Path, entries: Iterable[Entry]) -> Path:
    """Write a tar, compressed as the suffix says, owned by someone else."""
    pack = _PACKERS.get(path.suffix, bytes)
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for entry in entries:
            info = tarfile.TarInfo(entry.name)
            info.type, info.linkname, info.size = entry.type, entry.link, len(entry.data)
            info.mode, info.mtime, info.pax_headers = entry.mode, entry.mtime, dict(entry.pax)
            info.uid, info.gid, info.uname, info.gname = 4711, 4711, "stranger", "strangers"
            archive.addfile(info, io.BytesIO(entry.data))
    path.write_bytes(pack(plain.getvalue()))
    return path


def write_zip(path: Path, entries: Iterable[Entry]) -> Path:
    """Write a zip; links and folders as the Unix mode of a member tells them."""
    kinds = {tarfile.SYMTYPE: stat.S_IFLNK, tarfile.DIRTYPE: stat.S_IFDIR, tarfile.FIFOTYPE: stat.S_IFIFO}
    with zipfile.ZipFile(path, "w") as archive:
        for entry in entries:
            info = zipfile.ZipInfo(entry.name, (2023, 11, 14, 22, 13, 20))
            info.external_attr = (kinds.get(entry.type, stat.S_IFREG) | entry.mode) << 16
            archive.writestr(info, entry.link.encode() or entry.data)
    return path


def metadata(name: str = "demo", version: str = "1.0", *lines: str, metadata_version: str = "2.1") -> bytes:
    """A core metadata file with further header lines and a body."""
    head = (f"Metadata-Version: {metadata_version}", f"Name: {name}", f"Version: {version}", *lines)
    return "\n".join((*head, "", "A demonstration.", "")).encode()


def wheel_files(
    tags: Iterable[str] = ("py3-none-any",), about: bytes | None = None, dist_info: str = "demo-1.0.dist-info"
) -> dict[str, bytes]:
    """The files of a small wheel, but for RECORD."""
    lines = ("Wheel-Version: 1.0", "Generator: fixture", "Root-Is-Purelib: true", *(f"Tag: {tag}" for tag in tags), "")
    return {
        "demo/__init__.py": b"VALUE = 1\n",
        f"{dist_info}/METADATA": metadata() if about is None else about,
        f"{dist_info}/WHEEL": "\n".join(lines).encode(),
    }


def record_line(name: str, data: bytes) -> str:
    """One line of RECORD."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}"


def write_wheel(
    path: Path, files: Mapping[str, bytes], record: Iterable[str] | None = None, dist_info: str = "demo-1.0.dist-info"
) -> Path:
    """Write a wheel; ``record`` stands in for the right lines."""
    lines = (record_line(name, data) for name, data in files.items()) if record is None else record
    table = "\n".join((*lines, f"{dist_info}/RECORD,,", ""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (dict(files) | {f"{dist_info}/RECORD": table.encode()}).items():
            archive.writestr(zipfile.ZipInfo(name, (2023, 11, 14, 22, 13, 20)), data)
    return path
