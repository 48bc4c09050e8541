"""Files kept by the SHA-256 of their content: checked before they get a name, and again when they are handed out."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, BinaryIO

from wheelforge.errors import IntegrityError
from wheelforge.model.digest import Algorithm
from wheelforge.store.atomic import partial, publish, replacing, storage_errors
from wheelforge.store.usage import touch
from wheelforge.store.vouching import digests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet
    from concurrent.futures import Future
    from io import BufferedRandom, BufferedReader
    from pathlib import Path

    from wheelforge.model.digest import Digest

_CHUNK = 1 << 18
"""Bytes that are read, hashed and written in one go: they stay in the cache of a core."""
_BATCH = 1 << 18
"""Bytes that are worth handing to another thread."""
_WRITERS = 2
_FICLONE = 0x40049409
"""``ioctl_ficlone(2)``: share the extents of another file, copied when one of the two is changed."""
_ALTERED = "try again; if it stays so, the index or a proxy on the way serves an altered file"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class HashMismatch(IntegrityError):
    """The bytes of ``filename`` have another hash than was promised; both are lower-case hex."""

    def __init__(
        self,
        *,
        filename: str,
        expected: str,
        actual: str,
        hint: str | None = None,
        algorithm: Algorithm = Algorithm.SHA256,
    ) -> None:
        super().__init__(
            f"{filename} is not what was promised, and is not used:\n"
            f"  promised {algorithm} {expected}\n"
            f"  received {algorithm} {actual}",
            hint=hint,
        )
        self.filename = filename
        self.expected = expected
        self.actual = actual


def check_hash(data: bytes, expected: str, *, filename: str) -> None:
    """Compare bytes with the SHA-256 that was promised for them.

    Raises:
        HashMismatch: they are others.
    """
    actual = hashlib.sha256(data).hexdigest()
    if actual != expected:
        raise HashMismatch(filename=filename, expected=expected, actual=actual, hint=_ALTERED)


def check_others(stream: BinaryIO, promised: AbstractSet[Digest], *, filename: str) -> None:
    """Compare what is left to read with the hashes that were promised for it, of which it must have all.

    Raises:
        HashMismatch: it lacks one of them.
    """
    actual = {one.algorithm: one for one in digests(stream, {one.algorithm for one in promised})} if promised else {}
    for one in sorted(promised - set(actual.values())):
        raise HashMismatch(
            filename=filename,
            expected=one.value,
            actual=actual[one.algorithm].value,
            hint=_ALTERED,
            algorithm=one.algorithm,
        )


def file_hash(path: Path) -> str:
    """The SHA-256 of a file, in lower-case hex.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Incoming:
    """A blob on its way in: hashed as it is written, in a thread of its own, without a name until `keep`."""

    def __init__(self, filename: str, temporary: Path, stream: BufferedRandom, blobs: Blobs) -> None:
        self.size = 0
        """Bytes taken so far."""
        self._filename = filename
        self._temporary = temporary
        self._stream = stream
        self._blobs = blobs
        self._hash = hashlib.sha256()
        self._batch: list[bytes] = []
        self._batched = 0
        self._putting: Future[None] | None = None

    def write(self, data: bytes) -> None:
        """Add ``data`` at the end; what goes wrong with that may be raised later.

        Raises:
            OSError: the disk takes no more.
        """
        self.size += len(data)
        self._batch.append(data)
        self._batched += len(data)
        if self._batched >= _BATCH:
            self.settle()
            self._putting = self._blobs.writers.submit(self._put, self._take())

    def settle(self) -> None:
        """Wait for what is being written."""
        if self._putting is not None:
            self._putting.result()
            self._putting = None

    def hexdigest(self) -> str:
        """The SHA-256 of what was written so far, in lower-case hex."""
        self.settle()
        self._put(self._take())
        return self._hash.hexdigest()

    def keep(self, expected: str | None, others: AbstractSet[Digest] = frozenset()) -> str:
        """Give the blob its name, which is returned: its SHA-256; ``others`` are hashes that it must have besides.

        Raises:
            HashMismatch: the content is not the ``expected`` one; nothing is kept.
            StorageError: the file cannot be moved to its place.
        """
        actual = self.hexdigest()
        if expected is not None and actual != expected:
            raise HashMismatch(filename=self._filename, expected=expected, actual=actual, hint=_ALTERED)
        if others:
            self._stream.seek(0)
            check_others(self._stream, others, filename=self._filename)
        publish(self._temporary, self._stream, self._blobs.place(actual))
        return actual

    def _take(self) -> bytes:
        batch, self._batch, self._batched = self._batch, [], 0
        return b"".join(batch)

    def _put(self, data: bytes) -> None:
        self._stream.write(data)
        self._hash.update(data)


class Blobs:
    """A folder of blobs, safe for several processes at once: ``ROOT/ab/cdef...``."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.writers = ThreadPoolExecutor(_WRITERS, thread_name_prefix="store")
        """Write and hash what comes in, while others ask for more."""

    def place(self, sha256: str) -> Path:
        """Where a blob of this hash stands or would stand.

        Raises:
            ValueError: this is no lower-case hex SHA-256, so no file name is made of it.
        """
        if _SHA256.fullmatch(sha256) is None:
            raise ValueError(f"not a sha256: {sha256!r}")
        return self._root / sha256[:2] / sha256[2:]

    def has(self, sha256: str) -> bool:
        """Whether a blob of this hash is here; its content is not read again, so `checked` comes before its use."""
        return self.place(sha256).is_file()

    def path(self, sha256: str) -> Path:
        """The blob's file, to be read only and never linked; using it keeps it from being pruned."""
        path = self.place(sha256)
        touch(path)
        return path

    def checked(self, sha256: str) -> Path | None:
        """The blob's file, as `path` gives it, hashed again; a damaged one is removed, and none as if never there.

        Raises:
            StorageError: it cannot be read or removed.
        """
        path = self.path(sha256)
        with storage_errors(path, "read"):
            try:
                sound = file_hash(path) == sha256
            except FileNotFoundError:
                return None
            if not sound:
                path.unlink(missing_ok=True)
        return path if sound else None

    @contextlib.contextmanager
    def receive(self, filename: str) -> Iterator[Incoming]:
        """Take in a blob; unless `Incoming.keep` was called, nothing of it is left after the block.

        ``filename`` names it in messages.

        Raises:
            StorageError: the file cannot be written.
        """
        with partial(self._root) as (temporary, stream):
            incoming = Incoming(filename, temporary, stream, self)
            try:
                yield incoming
            finally:
                # Nobody may still be writing when the stream is closed; what went wrong was told, or no longer counts.
                with contextlib.suppress(OSError):
                    incoming.settle()

    def add(self, path: Path, *, expected: str | None = None, others: AbstractSet[Digest] = frozenset()) -> str:
        """Copy a file into the store and return its SHA-256; ``others`` are as for `Incoming.keep`.

        Raises:
            HashMismatch: what was copied is not the ``expected`` content; nothing is kept.
            OSError: ``path`` cannot be read.
            StorageError: the copy cannot be written.
        """
        with path.open("rb") as source, self.receive(path.name) as incoming:
            for chunk in _chunks(source):
                incoming.write(chunk)
            actual = incoming.hexdigest()
            if expected not in {None, actual}:
                raise HashMismatch(filename=path.name, expected=str(expected), actual=actual)
            return incoming.keep(None, others)

    def deliver(self, sha256: str, destination: Path) -> None:
        """Make ``destination`` an independent file of the blob's content, replacing what stands there.

        It shares the blob's extents where the file system can do that (a reflink), else it is a copy; it is
        never a link, since who changes the one must not change the other. What is delivered is hashed first.

        Raises:
            HashMismatch: the blob was damaged in the store; it is removed from there.
            StorageError: ``destination`` cannot be written, or the blob is not here.
        """
        blob = self.path(sha256)
        with contextlib.ExitStack() as stack:
            with storage_errors(blob, "read"):
                source = stack.enter_context(blob.open("rb"))
            target = stack.enter_context(replacing(destination))
            cloned = _cloned(source, target)
            actual = hashlib.file_digest(target, "sha256").hexdigest() if cloned else _copied(source, target)
            if actual != sha256:
                blob.unlink(missing_ok=True)
                raise HashMismatch(
                    filename=destination.name,
                    expected=sha256,
                    actual=actual,
                    hint="its copy in the cache was damaged and is removed: run the same command again",
                )


def _cloned(source: BinaryIO, target: BinaryIO) -> bool:
    """Reflink, where the file system can."""
    try:
        fcntl.ioctl(target.fileno(), _FICLONE, source.fileno())
    except OSError:
        return False
    return True


def _copied(source: BufferedReader, target: BinaryIO) -> str:
    digest, room = hashlib.sha256(), memoryview(bytearray(_CHUNK))
    while size := source.readinto(room):
        target.write(room[:size])
        digest.update(room[:size])
    return digest.hexdigest()


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk
