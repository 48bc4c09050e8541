"""A lock that many share while they use a folder, and that one takes alone to empty it."""

from __future__ import annotations

import contextlib
import fcntl
import time
from typing import TYPE_CHECKING

from wheelforge.errors import StorageError
from wheelforge.store.atomic import storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_PAUSE = 0.1


@contextlib.contextmanager
def shared(lock: Path) -> Iterator[None]:
    """Hold the lock with others, waiting for as long as one has it alone.

    Where it cannot be had, since its file system knows no locks or cannot be written, nothing is held: what can be
    read there can still be used, and what cannot be written is told by whoever writes it.
    """
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            stream = stack.enter_context(lock.open("ab"))
            fcntl.flock(stream, fcntl.LOCK_SH)
        yield


@contextlib.contextmanager
def alone(lock: Path, *, patience: float) -> Iterator[None]:
    """Hold the lock while nobody else does, waiting for ``patience`` seconds at most.

    Raises:
        StorageError: others hold it, or the lock cannot be made.
    """
    with contextlib.ExitStack() as stack:
        with storage_errors(lock):
            stream = stack.enter_context(lock.open("ab"))
            until = time.monotonic() + patience
            while not _taken(stream):
                if time.monotonic() >= until:
                    raise StorageError("the cache is in use by another wheelforge", hint="try again when it is done")
                time.sleep(_PAUSE)
        yield


def _taken(stream: BinaryIO) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
