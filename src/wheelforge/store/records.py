"""Small values kept by kind and key; one that is missing, cut short or altered reads as absent."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeVar

import msgspec

from wheelforge.store.atomic import write_atomically
from wheelforge.store.usage import touch

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")
_DIGEST = hashlib.sha256().digest_size


class Records:
    """A folder of records, safe for several processes at once: ``ROOT/KIND/ab/cdef...``.

    Each file is the SHA-256 of its key and value, then the value. Keys may hold anything, also what must not
    show in a file name: only their hash stands on the disk.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, kind: str, key: str) -> bytes | None:
        """The value, or ``None``; using it keeps it from being pruned."""
        path = self._place(kind, key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        digest, data = content[:_DIGEST], content[_DIGEST:]
        if digest != _checksum(key, data):
            return None
        touch(path)
        return data

    def put(self, kind: str, key: str, data: bytes) -> None:
        """Keep the value; the last one wins.

        Raises:
            StorageError: the file cannot be written.
        """
        write_atomically(self._place(kind, key), _checksum(key, data) + data)

    def read(self, kind: str, key: str, form: type[T]) -> T | None:
        """The value that `write` was given; ``None`` too where it is not of this form: other versions had others."""
        data = self.get(kind, key)
        try:
            return None if data is None else msgspec.msgpack.decode(data, type=form)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None

    def write(self, kind: str, key: str, value: object) -> None:
        """Keep a value of any type that msgspec knows.

        Raises:
            StorageError: the file cannot be written.
        """
        self.put(kind, key, msgspec.msgpack.encode(value))

    def _place(self, kind: str, key: str) -> Path:
        name = hashlib.sha256(key.encode()).hexdigest()
        return self._root / kind / name[:2] / name[2:]


def _checksum(key: str, data: bytes) -> bytes:
    return hashlib.sha256(key.encode() + b"\0" + data).digest()
