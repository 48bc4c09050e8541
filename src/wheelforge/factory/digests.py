"""The hashes of files in a folder: taken on all cores, and once for as long as a file is not touched."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from wheelforge.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from wheelforge.model.lock import LockedArtifact

S = TypeVar("S")
T = TypeVar("T")

_MOST = 8
"""Threads: disks and memory are shared by all cores."""


def digest(path: Path) -> str:
    """The SHA-256 of a regular file, in lower-case hex; a link is refused."""
    if path.is_symlink():
        raise IntegrityError(f"{path} is a link, which the lock does not know")
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def on_all_cores(work: Callable[[S], T], things: Iterable[S]) -> Iterator[T]:
    """The results in the order of ``things``, of work that lets other threads run, such as hashing and copying.

    Raises:
        Exception: the first that the work raises; what has not begun by then is left undone.
    """
    with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST)) as threads:
        yield from threads.map(work, things)


class Digests:
    """Hashes that are remembered by what the file system says of a file: who alters one alters that."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, int, int, int, int], str] = {}

    def standing(self, folder: Path, artifacts: Iterable[LockedArtifact]) -> set[str]:
        """The paths of these in ``folder``, as the lock writes them, at which the right bytes stand."""
        listed = [(name, artifact.sha256) for artifact in artifacts for name in artifact.paths]
        found = on_all_cores(lambda one: self._is_right(folder / one[0], one[1]), listed)
        return {name for (name, _), is_right in zip(listed, found, strict=True) if is_right}

    def _is_right(self, path: Path, sha256: str) -> bool:
        if not path.is_file():
            return False
        stat = path.lstat()
        key = (path, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
        if key not in self._known:
            self._known[key] = digest(path)
        return self._known[key] == sha256
