"""The way out of a sandbox: what a backend has written is copied to where it cannot change it any more."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.store.atomic import replacing, storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Opening a named pipe would wait for somebody to write to it.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class DeliveryError(Exception):
    """What was announced is not there or is not what it has to be; the message is the end of a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tray:
    """A fresh folder for what one hook writes.

    It is held by its descriptor: the backend owns the path, and could lead it elsewhere with a link.
    """

    path: Path
    descriptor: int

    def take_file(self, name: str, output: Path) -> Path:
        """Copy a plain file into the folder ``output``.

        Raises:
            DeliveryError: it is not there, or is no plain file.
            StorageError: the copy cannot be written.
        """
        _copy(name, self.descriptor, output / name)
        return output / name

    def take_folder(self, name: str, output: Path) -> Path:
        """Copy a folder of plain files, with the folders in it, into the folder ``output``.

        Raises:
            DeliveryError: it is not there, or holds something else.
            StorageError: the copy cannot be written.
        """
        found = False
        with contextlib.suppress(FileNotFoundError):
            for place, _, files, descriptor in os.fwalk(name, dir_fd=self.descriptor, follow_symlinks=False):
                found = True
                with storage_errors(output):
                    (output / place).mkdir(parents=True, exist_ok=True)
                for file in files:
                    _copy(file, descriptor, output / place / file)
        if not found:
            raise DeliveryError(f"{name!r} is no folder")
        return output / name


@contextlib.contextmanager
def tray(outbox: Path) -> Iterator[Tray]:
    """Make a tray in the folder that a backend may write to.

    Raises:
        DeliveryError: the backend has put something in its way.
        StorageError: it cannot be made.
    """
    with storage_errors(outbox):
        path = Path(tempfile.mkdtemp(dir=outbox, prefix="tray-"))
    try:
        descriptor = os.open(path, _FOLDER)
    except OSError as error:
        raise DeliveryError(f"the folder for it was replaced: {error.strerror}") from error
    try:
        yield Tray(path=path, descriptor=descriptor)
    finally:
        os.close(descriptor)


def _copy(name: str, folder: int, target: Path) -> None:
    try:
        descriptor = os.open(name, _FILE, dir_fd=folder)
    except FileNotFoundError:
        raise DeliveryError(f"{name!r} is not there") from None
    except OSError as error:
        raise DeliveryError(f"{name!r} is no plain file: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise DeliveryError(f"{name!r} is no plain file")
    with os.fdopen(descriptor, "rb") as source, replacing(target) as stream:
        shutil.copyfileobj(source, stream)
