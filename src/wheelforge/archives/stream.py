"""A decompressed stream that only goes forward and stops at its limits, so that no archive can fill memory or disk."""

from __future__ import annotations

import bz2
import gzip
import lzma
from typing import IO, TYPE_CHECKING, cast

from wheelforge.archives.faults import UnsafeArchive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_TOTAL = 20 * 2**30
"""Bytes that an archive may unpack to."""
MAX_READ = 2**20
"""Bytes of one read: what tarfile wants at once is a header, and its size is the archive's own claim."""
CHUNK = 2**18


def decompressed(path: Path) -> IO[bytes]:
    """Open a file for reading, through gzip, bzip2 or xz where its first bytes say so, whatever its name."""
    with path.open("rb") as file:
        start = file.read(6)
    if start.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.open(path))
    if start.startswith(b"BZh"):
        return bz2.open(path)
    if start.startswith(b"\xfd7zXZ\0"):
        return lzma.open(path)
    return path.open("rb")


class ForwardStream:
    """As much of a file as tarfile needs: `read`, `tell`, and `seek` forward.

    A seek backward would start the decompression anew: an archive made for it could keep us busy for days.
    """

    def __init__(self, file: IO[bytes], archive: str) -> None:
        self._file = file
        self._archive = archive
        self._place = 0

    def tell(self) -> int:
        """The bytes read so far."""
        return self._place

    def read(self, size: int, /) -> bytes:
        """Read ``size`` bytes, fewer at the end."""
        if not 0 <= size <= MAX_READ:
            raise UnsafeArchive(self._archive, "(a header)", f"claims {size} bytes; {MAX_READ} are the limit")
        data = self._file.read(size)
        self._place += len(data)
        if self._place > MAX_TOTAL:
            raise UnsafeArchive(self._archive, "(the whole)", f"unpacks to more than {MAX_TOTAL} bytes")
        return data

    def seek(self, place: int, /) -> int:
        """Skip to ``place``, or to the end."""
        if place < self._place:
            raise UnsafeArchive(self._archive, "(a header)", "leads back to what was read before")
        while self._place < place and self.read(min(CHUNK, place - self._place)):
            pass
        return self._place

    def chunks(self, size: int) -> Iterator[bytes]:
        """Read the next ``size`` bytes in pieces.

        Raises:
            EOFError: the stream ends before.

        """
        end = self._place + size
        while self._place < end:
            data = self.read(min(CHUNK, end - self._place))
            if not data:
                raise EOFError("it ends in the middle of a member")
            yield data
