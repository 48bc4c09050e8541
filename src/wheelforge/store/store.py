"""The cache folder as a whole: what stands in it, how large it is, and how it is emptied."""

from __future__ import annotations

import contextlib
import shutil
from functools import cached_property
from typing import TYPE_CHECKING

from wheelforge.errors import StorageError
from wheelforge.store.atomic import storage_errors, write_atomically
from wheelforge.store.blobs import Blobs
from wheelforge.store.occupancy import alone, shared
from wheelforge.store.records import Records
from wheelforge.store.usage import entry, total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import timedelta
    from pathlib import Path

    from wheelforge.store.usage import Entry, Usage

_TAG = "CACHEDIR.TAG"
_TAG_TEXT = b"""\
Signature: 8a477f597d28d172789f06886806bc55
# This folder is the cache of wheelforge and may be deleted.
# See https://bford.info/cachedir/
"""
_HOME = "store-v1"
"""All stands in one folder under the root: emptying the store spares what else is in a folder that a user named."""
_IN_USE = "in-use.lock"
_BLOBS, _RECORDS, _LOCKS = "blobs", "records", "locks"


class Store:
    """The cache folder, shared by all runs of a user, safe for several processes at once."""

    def __init__(self, root: Path, *, patience: float = 5.0) -> None:
        self._home = root / _HOME
        self._patience = patience
        """Seconds that pruning and emptying wait for others to be done."""

    @cached_property
    def blobs(self) -> Blobs:
        """Files by their hash."""
        return Blobs(self.folder(_BLOBS))

    @cached_property
    def records(self) -> Records:
        """Small values by kind and key."""
        return Records(self.folder(_RECORDS))

    def folder(self, name: str) -> Path:
        """A folder of the store for another room's trees, made where it is missing.

        Each file or folder right inside it is pruned as one; who uses one marks it with `wheelforge.store.usage.touch`.

        Raises:
            StorageError: it cannot be made.
        """
        folder = self._home / name
        if not folder.is_dir():
            with storage_errors(folder):
                folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self._home / _TAG, _TAG_TEXT)
        return folder

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep everything where it is until the end of the block: nobody prunes or empties the store meanwhile.

        Any number of processes and threads may; only one that holds this must not prune or empty itself.
        """
        with contextlib.ExitStack() as stack:
            # A store that cannot be made is told by the first who needs to write there, if anybody does.
            with contextlib.suppress(StorageError):
                stack.enter_context(shared(self.folder(_LOCKS) / _IN_USE))
            yield

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold a lock between processes and threads, waiting for as long as another holds it.

        Raises:
            StorageError: the lock's file cannot be made.
        """
        from filelock import FileLock  # noqa: PLC0415 - 40 ms that most runs never need

        path = self.folder(_LOCKS) / f"{name}.lock"
        with contextlib.ExitStack() as stack:
            with storage_errors(path):
                stack.enter_context(FileLock(path, thread_local=False))
            yield

    def size(self) -> Usage:
        """How much stands in the store."""
        return total(self._entries())

    def prune(self, older_than: timedelta, now: float) -> Usage:
        """Remove what was last used longer than ``older_than`` before ``now`` (seconds since the epoch).

        Raises:
            StorageError: the store is `in_use`, or something cannot be removed.
        """
        limit = now - older_than.total_seconds()
        return self._remove(lambda one: one.used < limit)

    def clear(self) -> Usage:
        """Remove everything but the locks, which other processes may hold.

        Raises:
            StorageError: the store is `in_use`, or something cannot be removed.
        """
        return self._remove(lambda _: True)

    def _entries(self) -> Iterator[Entry]:
        if not self._home.is_dir():
            return
        for folder in sorted(self._home.iterdir()):
            if folder.is_dir() and folder.name != _LOCKS:
                paths = _files(folder) if folder.name in {_BLOBS, _RECORDS} else folder.iterdir()
                yield from (entry(folder.name, path) for path in paths)

    def _remove(self, is_doomed: Callable[[Entry], bool]) -> Usage:
        if not self._home.is_dir():
            return total(())
        with alone(self.folder(_LOCKS) / _IN_USE, patience=self._patience):
            doomed = [one for one in self._entries() if is_doomed(one)]
            for path in (one.path for one in doomed):
                with storage_errors(path, "remove"):
                    if path.is_dir() and not path.is_symlink():
                        shutil.rmtree(path)
                    else:
                        path.unlink(missing_ok=True)
        return total(doomed)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if not path.is_dir())
