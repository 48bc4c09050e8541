"""The hashes of files in a folder: taken on all cores, and once for as long as a file is not touched."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from operator import attrgetter
from stat import S_ISREG
from typing import TYPE_CHECKING, TypeVar

from wheelforge.errors import IntegrityError
from wheelforge.store.blobs import file_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from wheelforge.model.lock import LockedArtifact

S = TypeVar("S")
T = TypeVar("T")

_SIZE = attrgetter("size")
_MOST = 8
"""Threads: disks and memory are shared by all cores."""


def digest(path: Path) -> str:
    """The SHA-256 of a regular file, in lower-case hex; a link is refused."""
    if path.is_symlink():
        raise IntegrityError(f"{path} is a link, which the lock does not know")
    return file_hash(path)


def on_all_cores(work: Callable[[S], T], things: Iterable[S]) -> Iterator[T]:
    """The results in the order of ``things``, of work that lets other threads run, such as hashing and copying.

    Raises:
        Exception: the first that the work raises; what has not begun by then is left undone.
    """
    with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST)) as threads:
        yield from threads.map(work, things)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What the file system says of a file: who alters the file alters that."""

    path: Path
    size: int
    inode: int
    modified: int
    changed: int


class Digests:
    """Hashes that are remembered for as long as the file system says the same of a file."""

    def __init__(self) -> None:
        self._known: dict[_Look, str] = {}

    def standing(self, folder: Path, artifacts: Iterable[LockedArtifact]) -> set[str]:
        """The paths of these in ``folder``, as the lock writes them, at which the right bytes stand."""
        listed = [(name, artifact.sha256) for artifact in artifacts for name in artifact.paths]
        looks = [_look(folder / name) for name, _ in listed]
        # The largest first: else the last thread may still have one when the others are done.
        new = sorted({look for look in looks if look is not None} - self._known.keys(), key=_SIZE, reverse=True)
        self._known.update(zip(new, on_all_cores(digest, [look.path for look in new]), strict=True))
        pairs = zip(listed, looks, strict=True)
        return {name for (name, sha256), look in pairs if look is not None and self._known[look] == sha256}


def _look(path: Path) -> _Look | None:
    """``None`` where no file stands."""
    try:
        stat = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not S_ISREG(stat.st_mode) and not path.is_file():
        return None
    return _Look(path=path, size=stat.st_size, inode=stat.st_ino, modified=stat.st_mtime_ns, changed=stat.st_ctime_ns)
