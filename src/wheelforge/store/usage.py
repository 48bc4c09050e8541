"""When the things in the store were last used, and how large they are."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How much stands somewhere, or was removed from there."""

    files: int
    bytes: int
    by_kind: Mapping[str, int]
    """Bytes of each kind of content, ``blobs``, ``records``, or the name of a folder; sorted by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is pruned as one: a blob, a record, or a tree."""

    kind: str
    path: Path
    used: float
    """Seconds since the epoch."""
    files: int
    bytes: int


def touch(path: Path) -> None:
    """Mark a file or a tree of the store as used now, so that it is not pruned."""
    with contextlib.suppress(OSError):  # a store that cannot be written can still be read
        os.utime(path)


def entry(kind: str, path: Path) -> Entry:
    """Measure a file or a tree; links are not followed."""
    own = _stat(path)
    inner = path.rglob("*") if path.is_dir() and not path.is_symlink() else [path]
    sizes = [stat.st_size for one in inner if (one.is_symlink() or not one.is_dir()) and (stat := _stat(one))]
    return Entry(kind=kind, path=path, used=own.st_mtime if own else 0.0, files=len(sizes), bytes=sum(sizes))


def total(entries: Iterable[Entry]) -> Usage:
    """Add them up."""
    files, size, kinds = 0, 0, dict[str, int]()
    for one in entries:
        files += one.files
        size += one.bytes
        kinds[one.kind] = kinds.get(one.kind, 0) + one.bytes
    return Usage(files=files, bytes=size, by_kind=dict(sorted(kinds.items())))


def _stat(path: Path) -> os.stat_result | None:
    """``None`` for what another process has just removed."""
    try:
        return path.lstat()
    except OSError:
        return None
