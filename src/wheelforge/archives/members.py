"""The members of a tar or zip archive in one pass, with their bytes; what is no file, folder or link is refused."""

from __future__ import annotations

import calendar
import lzma
import math
import stat
import struct
import tarfile
import zipfile
import zlib
from contextlib import closing, contextmanager
from typing import IO, TYPE_CHECKING, Self, cast

from wheelforge.archives.faults import BrokenArchive, UnsafeArchive
from wheelforge.archives.stream import CHUNK, MAX_TOTAL, ForwardStream, decompressed
from wheelforge.archives.tree import MAX_MEMBERS, MAX_NAME, Form, Member
from wheelforge.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LATEST = 2**32 - 1
"""Seconds since 1970: the latest time that gzip and most file systems can hold."""
MAX_GLOBALS = 64
"""Pax headers that hold for a whole archive, and are kept in memory; git writes one."""
ZIP_EPOCH = 315_532_800
"""Seconds since 1970: the first time that a zip can hold."""

_UNREADABLE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    ValueError,  # numbers and names in headers
    OverflowError,
    RuntimeError,  # encryption, unknown compression, headers nested without end
)

_TAR_ENDS = (tarfile.EOFHeaderError, tarfile.EmptyHeaderError)  # type: ignore[attr-defined] # unknown to typeshed
"""A block of zeros, and nothing at all."""
_TAR_FORMS = {
    tarfile.REGTYPE: Form.FILE,
    tarfile.AREGTYPE: Form.FILE,
    tarfile.CONTTYPE: Form.FILE,
    tarfile.DIRTYPE: Form.FOLDER,
    tarfile.SYMTYPE: Form.SYMLINK,
    tarfile.LNKTYPE: Form.HARDLINK,
}
_TAR_REFUSED = {
    tarfile.CHRTYPE: "is a character device",
    tarfile.BLKTYPE: "is a block device",
    tarfile.FIFOTYPE: "is a named pipe",
    tarfile.GNUTYPE_SPARSE: "is a sparse file",
}
_ZIP_FORMS = {0: Form.FILE, stat.S_IFREG: Form.FILE, stat.S_IFDIR: Form.FOLDER, stat.S_IFLNK: Form.SYMLINK}


@contextmanager
def reading(archive: str) -> Iterator[None]:
    """Tell whatever the readers of archives raise as one of our errors.

    Raises:
        BrokenArchive: the bytes are no such archive, or not all of one.
        StorageError: the file cannot be read.

    """
    try:
        yield
    except _UNREADABLE as error:
        raise BrokenArchive(archive, str(error) or type(error).__name__) from error
    except OSError as error:
        if error.errno is None:  # how gzip and bz2 tell of bad data
            raise BrokenArchive(archive, str(error)) from error
        raise StorageError(f"{archive} cannot be read: {error.strerror}") from error


def entries(path: Path, name: str) -> Iterator[tuple[Member, Iterator[bytes]]]:
    """Yield each member with its bytes, which are there until the next one is asked for.

    ``name`` is the archive's name in errors. Takes .zip and .tar, plain or through gzip, bzip2 or xz, told apart by
    their first bytes.

    Raises:
        BrokenArchive: it cannot be read to its end.
        UnsafeArchive: a member is neither file, folder nor link, or a limit is passed.
        StorageError: the file cannot be read.

    """
    with reading(name):
        if _is_zip(path):
            with zipfile.ZipFile(path) as archive:
                yield from _zip_entries(archive, name)
        else:
            with closing(decompressed(path)) as file:
                yield from _tar_entries(ForwardStream(file, name), name)


def _told(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    # The bytes are read in the caller's hands, where `entries` cannot catch what goes wrong.
    with reading(name):
        yield from chunks


def _is_zip(path: Path) -> bool:
    # Not zipfile.is_zipfile: it looks at the end, where a tar may carry a zip of its own.
    with path.open("rb") as file:
        return file.read(4) in {b"PK\3\4", b"PK\5\6"}  # the first member; the end of one that has none


def _tar_entries(stream: ForwardStream, name: str) -> Iterator[tuple[Member, Iterator[bytes]]]:
    with tarfile.TarFile(fileobj=cast("IO[bytes]", stream), tarinfo=_StrictHeader) as archive:
        while (info := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined] # unknown to typeshed; it would keep every member
            if len(archive.pax_headers) > MAX_GLOBALS:
                raise UnsafeArchive(name, info.name, f"follows more than {MAX_GLOBALS} global headers")
            member = _tar_member(info, name)
            yield member, _told(stream.chunks(member.size), name)


class _StrictHeader(tarfile.TarInfo):
    """A header that is not right is a fault wherever it stands: tarfile takes it for the end, and drops the rest."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        """Read the next header."""
        try:
            return super().fromtarfile(archive)
        except _TAR_ENDS:
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(str(error)) from error


def _tar_member(info: tarfile.TarInfo, archive: str) -> Member:
    form = _TAR_FORMS.get(info.type)
    if form is None or info.issparse():
        fault = _TAR_REFUSED.get(info.type, "is a sparse file" if info.issparse() else "is of an unknown kind")
        raise UnsafeArchive(archive, info.name, fault)
    if info.size < 0:
        raise UnsafeArchive(archive, info.name, f"claims {info.size} bytes")
    return Member(
        name=info.name,
        form=form,
        link=info.linkname if form in {Form.SYMLINK, Form.HARDLINK} else "",
        size=info.size if form is Form.FILE else 0,
        executable=bool(info.mode & stat.S_IXUSR),
        mtime=_seconds(info.mtime),
    )


def _seconds(mtime: float) -> int:
    return int(min(max(mtime, 0), LATEST)) if math.isfinite(mtime) else 0


def _zip_entries(archive: zipfile.ZipFile, name: str) -> Iterator[tuple[Member, Iterator[bytes]]]:
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise UnsafeArchive(name, "(the whole)", f"has {len(infos)} members; {MAX_MEMBERS} are the limit")
    if sum(info.file_size for info in infos) > MAX_TOTAL:
        raise UnsafeArchive(name, "(the whole)", f"unpacks to more than {MAX_TOTAL} bytes")
    for info in infos:
        member = _zip_member(archive, info, name)
        yield member, _told(zip_chunks(archive, info), name)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Member:
    mode = info.external_attr >> 16
    form = Form.FOLDER if info.orig_filename.endswith("/") else _ZIP_FORMS.get(stat.S_IFMT(mode))
    if form is None:
        raise UnsafeArchive(name, info.orig_filename, "is neither a file, a folder nor a link")
    link = ""
    if form is Form.SYMLINK:
        if info.file_size > MAX_NAME:
            raise UnsafeArchive(name, info.orig_filename, "is a link whose target is too long")
        link = b"".join(zip_chunks(archive, info)).decode("utf-8", "surrogateescape")
    return Member(
        name=info.orig_filename,  # zipfile cuts `filename` at a NUL
        form=form,
        link=link,
        size=info.file_size if form is Form.FILE else 0,
        executable=bool(mode & stat.S_IXUSR),
        mtime=_zip_seconds(info),
    )


def _zip_seconds(info: zipfile.ZipInfo) -> int:
    try:
        return max(calendar.timegm(info.date_time), ZIP_EPOCH)
    except ValueError:  # month 0: a writer that set no time
        return ZIP_EPOCH


def zip_chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Read a zip's member in pieces; its CRC is checked at the end."""
    with archive.open(info) as file:
        while data := file.read(CHUNK):
            yield data
