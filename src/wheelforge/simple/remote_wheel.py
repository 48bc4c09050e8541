"""The METADATA of a wheel that is not here: read from the end of the remote file, without the rest of it."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from packaging.utils import canonicalize_name

from wheelforge.simple.sparse import Missing, Sparse

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from wheelforge.simple.exchange import Part

_TAIL = 64 << 10
"""Bytes: holds the directory of half of all wheels and, since it is written last, their METADATA."""
_LIMIT = 16 << 20
"""Bytes of METADATA, and of a directory: no honest wheel comes near."""
_ROUNDS = 4
"""Requests after which the wheel is better read whole."""
_HEADER = 30 + 1024
"""Bytes of a local file header, with its name and its extra field, where that is not overlong."""
_METADATA = re.compile(r"([^/]+)-[^/-]+\.dist-info/METADATA")
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Others unpack without a bound on memory."""
_UNREADABLE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError, OverflowError)


class Ranges(Protocol):
    """Reads a slice of one remote file, as `wheelforge.simple.web.Web.range` does."""

    def __call__(self, start: int, stop: int | None = None, /) -> Awaitable[Part | None]:
        """``None`` where the server gives no ranges."""


async def remote_metadata(ranges: Ranges, filename: str, size: int | None) -> bytes | None:
    """METADATA by one or two requests; ``None`` where that is not to be had, and the whole wheel must be read.

    ``size`` is the file's, in bytes, where the index promises it: a server that tells another is not believed.
    """
    part = await ranges(-_TAIL) if size is None else await ranges(max(size - _TAIL, 0), size)
    if part is None or (size is not None and part.total != size):
        return None
    sparse = Sparse(part.total)
    for _ in range(_ROUNDS):
        sparse.add(part.start, part.data)
        try:
            return _read(sparse, filename)
        except Missing as missing:
            if missing.stop - missing.start > _LIMIT:
                return None
            # The tail may cut through the directory: before that stand RECORD, hardly longer, and METADATA.
            margin = (missing.stop - missing.start) * 3 // 2
            part = await ranges(max(missing.start - margin, 0), missing.stop)
            if part is None or part.total != sparse.size:
                return None
        except _UNREADABLE:
            return None  # the whole wheel is judged, not what a server says of its parts
    return None


def _read(file: Sparse, filename: str) -> bytes:
    with zipfile.ZipFile(cast("BinaryIO", file)) as wheel:
        entry = _entry(wheel, filename)
        file.want(entry.header_offset, entry.header_offset + _HEADER + entry.compress_size)
        return wheel.read(entry)


def _entry(wheel: zipfile.ZipFile, filename: str) -> zipfile.ZipInfo:
    project = canonicalize_name(filename.partition("-")[0])
    [entry] = [
        entry
        for entry in wheel.infolist()
        if (match := _METADATA.fullmatch(entry.filename)) and canonicalize_name(match[1]) == project
    ]
    if entry.compress_type not in _METHODS or max(entry.file_size, entry.compress_size) > _LIMIT:
        raise ValueError("METADATA is packed in a way that cannot be read safely")
    return entry
