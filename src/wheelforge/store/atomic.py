"""Files that appear whole or not at all: written beside their final name, then moved onto it."""

from __future__ import annotations

import contextlib
import errno
import os
from typing import TYPE_CHECKING

from wheelforge.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedRandom
    from pathlib import Path

PARTIAL = ".part"
"""The suffix of a file that is still being written; one that is old was left by a crash."""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DISK = _FULL | {errno.EROFS, errno.EIO}


def write_atomically(path: Path, data: bytes) -> None:
    """Give ``path`` the content ``data``, replacing what stands there.

    Raises:
        StorageError: the folder cannot be made, or the file not written.
    """
    with replacing(path) as stream:
        stream.write(data)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BufferedRandom]:
    """Open a stream whose content becomes ``path`` when the block ends well; otherwise nothing is left of it.

    The stream reads and writes. It is not synced to disk: a crash of the machine may lose or garble the file,
    so readers of what matters check a hash.

    Raises:
        StorageError: the folder cannot be made, or the file not written.
    """
    with partial(path.parent) as (temporary, stream):
        yield stream
        publish(temporary, stream, path)


@contextlib.contextmanager
def partial(folder: Path) -> Iterator[tuple[Path, BufferedRandom]]:
    """Make a new file of an unused name in ``folder``, which is gone after the block unless it was published.

    Raises:
        StorageError: the folder cannot be made, or the file not written.
    """
    temporary = folder / f".{os.urandom(8).hex()}{PARTIAL}"
    with storage_errors(folder):
        try:
            stream = temporary.open("x+b")
        except FileNotFoundError:
            folder.mkdir(parents=True, exist_ok=True)
            stream = temporary.open("x+b")
    try:
        yield temporary, stream
    except OSError as error:
        # The block may do more than write here: only what a disk says is told as the disk's fault.
        if error.errno in _DISK:
            raise _told(error, folder) from error
        raise
    finally:
        # A full disk refuses the buffered rest once more on closing, and was told already.
        with contextlib.suppress(OSError):
            stream.close()
        temporary.unlink(missing_ok=True)


def publish(temporary: Path, stream: BufferedRandom, path: Path) -> None:
    """Move what was written to ``stream`` onto ``path``, on the same file system, in one step.

    Raises:
        StorageError: the folder cannot be made, or the file not moved.
    """
    with storage_errors(path):
        stream.close()
        try:
            temporary.replace(path)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(path)


@contextlib.contextmanager
def storage_errors(path: Path, doing: str = "write") -> Iterator[None]:
    """Tell any `OSError` of the block as a `StorageError` that names ``path`` and what was tried."""
    try:
        yield
    except OSError as error:
        raise _told(error, path, doing) from error


def _told(error: OSError, path: Path, doing: str = "write") -> StorageError:
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        hint = "change its permissions, or name another folder"
    elif error.errno in _FULL:
        hint = "free some space on its disk, then run the same command again"
    else:
        hint = None
    return StorageError(f"cannot {doing} {path}: {error.strerror or error}", hint=hint)
