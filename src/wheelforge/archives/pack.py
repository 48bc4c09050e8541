"""Writes archives whose bytes depend on nothing but the names, the contents and the modes of what stands in them."""

from __future__ import annotations

import gzip
import io
import os
import stat
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from wheelforge.archives.sdist import unpack_sdist
from wheelforge.errors import StorageError
from wheelforge.store.atomic import replacing

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLAIN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LEVEL = 6


def write_tar(destination: Path, members: Mapping[str, Path | bytes], *, moment: int) -> None:
    """Write a plain tar: sorted members, no owners, all times ``moment`` (seconds since 1970), modes 0755 or 0644.

    ``members`` gives by their names, with forward slashes, the files, folders and links that they are, or bytes.

    Raises:
        StorageError: one of them cannot be read, or is neither file, folder nor link; or the tar cannot be written.
    """
    with replacing(destination) as stream:
        _write(stream, members, moment)


def write_sdist(destination: Path, members: Mapping[str, Path | bytes], *, moment: int) -> None:
    """Write the same as a ``.tar.gz`` (PEP 625), whose gzip header holds neither a name nor a time.

    Raises:
        StorageError: as `write_tar`.
    """
    with (
        replacing(destination) as stream,
        gzip.GzipFile(filename="", fileobj=stream, mode="wb", compresslevel=_LEVEL, mtime=0) as packed,
    ):
        _write(cast("BinaryIO", packed), members, moment)


def repack(sdist: Path, destination: Path, *, moment: int, name: str) -> None:
    """Write an sdist of any form anew: the same members in a ``.tar.gz`` that `write_sdist` makes.

    ``name`` is its name in errors.

    Raises:
        UnsafeArchive: a member would write where it must not.
        BrokenArchive: it cannot be read.
        StorageError: there is no room.
    """
    with tempfile.TemporaryDirectory(prefix="wheelforge-") as scratch:
        root = unpack_sdist(sdist, Path(scratch) / "sdist", name=name)
        write_sdist(destination, below(root, top=root.name), moment=moment)


def below(folder: Path, *, top: str) -> dict[str, Path]:
    """Everything in a folder, by its name in an archive with this top folder; links are not followed."""
    found = {top: folder}
    for place, folders, files in os.walk(folder):
        inside = Path(place).relative_to(folder)
        found |= {f"{top}/{(inside / name).as_posix()}": Path(place, name) for name in (*folders, *files)}
    return found


def _write(stream: BinaryIO, members: Mapping[str, Path | bytes], moment: int) -> None:
    # PAX: names of any length and in any script.
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in sorted(members.items()):
            info = tarfile.TarInfo(name)
            info.mtime, info.mode = moment, 0o644
            if isinstance(content, bytes):
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            else:
                _add(archive, info, content)


def _add(archive: tarfile.TarFile, info: tarfile.TarInfo, path: Path) -> None:
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            info.type, info.linkname = tarfile.SYMTYPE, str(path.readlink())
            archive.addfile(info)
        elif stat.S_ISDIR(mode):
            info.type, info.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(info)
        else:
            _add_file(archive, info, path)
    except OSError as error:
        raise StorageError(f"cannot pack {path}: {error.strerror or error}") from error


def _add_file(archive: tarfile.TarFile, info: tarfile.TarInfo, path: Path) -> None:
    # A path may have become a link or a pipe since it was looked at: neither is followed, nor waited for.
    with os.fdopen(os.open(path, _PLAIN), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise StorageError(f"cannot pack {path}: it is no plain file")
        info.size = found.st_size
        info.mode = 0o755 if found.st_mode & stat.S_IXUSR else 0o644
        archive.addfile(info, file)
