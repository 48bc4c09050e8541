"""What a wheel that is not here says of itself: read from the end of the remote file, without the rest of it."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol, TypeVar, cast

from packaging.utils import canonicalize_name

from wheelforge.archives.faults import BrokenWheel
from wheelforge.archives.outline import ENTRY_POINTS, MAX_ENTRY_POINTS, outline
from wheelforge.simple.sparse import Missing, Sparse

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from wheelforge.model.shape import Shape
    from wheelforge.simple.exchange import Part

T = TypeVar("T")

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
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    RuntimeError,
    ValueError,
    OverflowError,
    BrokenWheel,
)


class Ranges(Protocol):
    """Reads a slice of one remote file, as `wheelforge.simple.web.Web.range` does."""

    def __call__(self, start: int, stop: int | None = None, /) -> Awaitable[Part | None]:
        """``None`` where the server gives no ranges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """What was seen of a remote wheel when its METADATA was read."""

    metadata: bytes
    shape: Shape | None
    """``None`` where it would have cost a further request, or cannot be told."""


async def remote_metadata(ranges: Ranges, filename: str, size: int | None) -> Glimpse | None:
    """METADATA by one or two requests; ``None`` where that is not to be had, and the whole wheel must be read.

    ``size`` is the file's, in bytes, where the index promises it: a server that tells another is not believed.
    """
    return await _read(ranges, size, lambda wheel: wheel.glimpse(filename))


async def remote_shape(ranges: Ranges, filename: str, size: int | None) -> Shape | None:
    """The outline by one or two requests; ``None`` and ``size`` as in `remote_metadata`."""
    return await _read(ranges, size, lambda wheel: wheel.shape(filename))


async def _read(ranges: Ranges, size: int | None, read: Callable[[_SparseWheel], T]) -> T | None:
    part = await ranges(-_TAIL) if size is None else await ranges(max(size - _TAIL, 0), size)
    if part is None or (size is not None and part.total != size):
        return None
    sparse = Sparse(part.total)
    for _ in range(_ROUNDS):
        sparse.add(part.start, part.data)
        try:
            with zipfile.ZipFile(cast("BinaryIO", sparse)) as archive:
                return read(_SparseWheel(archive, sparse))
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


class _SparseWheel:
    """A wheel of which only some stretches are here; what else is wanted raises `Missing`."""

    def __init__(self, archive: zipfile.ZipFile, file: Sparse) -> None:
        self._archive = archive
        self._file = file

    def glimpse(self, filename: str) -> Glimpse:
        """METADATA, and the outline where it is here too."""
        data = self._member(self._metadata(filename), _LIMIT)
        try:
            shape = self.shape(filename)
        except (Missing, *_UNREADABLE):
            shape = None
        return Glimpse(metadata=data, shape=shape)

    def shape(self, filename: str) -> Shape:
        """The outline, from the directory and the entry points."""
        folder, _, _ = self._metadata(filename).filename.rpartition("/")
        name = f"{folder}/{ENTRY_POINTS}"
        entries = {entry.filename: entry for entry in self._archive.infolist()}
        entry_points = self._member(entries[name], MAX_ENTRY_POINTS) if name in entries else b""
        return outline(filename, (name for name in entries if not name.endswith("/")), entry_points)

    def _metadata(self, filename: str) -> zipfile.ZipInfo:
        project = canonicalize_name(filename.partition("-")[0])
        [entry] = [
            entry
            for entry in self._archive.infolist()
            if (match := _METADATA.fullmatch(entry.filename)) and canonicalize_name(match[1]) == project
        ]
        return entry

    def _member(self, entry: zipfile.ZipInfo, limit: int) -> bytes:
        if entry.compress_type not in _METHODS or max(entry.file_size, entry.compress_size) > limit:
            raise ValueError(f"{entry.filename} is packed in a way that cannot be read safely")
        self._file.want(entry.header_offset, entry.header_offset + _HEADER + entry.compress_size)
        return self._archive.read(entry)
