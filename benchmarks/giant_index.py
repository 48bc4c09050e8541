"""Serves one wheel of a gigabyte on the loopback, out of a few kilobytes of memory: ``giant_index.py [BYTES]``."""

from __future__ import annotations

import base64
import bisect
import hashlib
import itertools
import json
import random
import sys
import zipfile
from typing import TYPE_CHECKING

from server import PAGES, PIECE, Bytes, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from server import Body

FILENAME = "giant-1.0-py3-none-any.whl"
INFO = "giant-1.0.dist-info"
TEXTS = {
    f"{INFO}/METADATA": b"Metadata-Version: 2.1\nName: giant\nVersion: 1.0\n",
    f"{INFO}/WHEEL": b"Wheel-Version: 1.0\nGenerator: benchmark\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
GIGABYTE = 1_000_000_000


class Written:
    """What was written, by reference: a block that is written a thousand times is held once. A `server.Body`."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self._pieces: list[bytes] = []
        self._ends: list[int] = []

    @property
    def size(self) -> int:
        """In bytes, so far."""
        return self._ends[-1] if self._ends else 0

    def write(self, data: bytes) -> int:
        """Take the next bytes; all that zipfile asks of a stream."""
        self.digest.update(data)
        self._pieces.append(bytes(data))
        self._ends.append(self.size + len(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def pieces(self, start: int, stop: int) -> Iterator[bytes]:
        """See `server.Body`."""
        for number in itertools.count(bisect.bisect_right(self._ends, start)):
            if start >= stop:
                return
            begin = self._ends[number] - len(self._pieces[number])
            yield self._pieces[number][start - begin : stop - begin]
            start = self._ends[number]


def giant_wheel(size: int) -> Written:
    """A valid wheel with one stored member of about ``size`` bytes."""
    block = random.Random(0).randbytes(PIECE)  # noqa: S311 - the same wheel in every run
    blocks, wheel, digest = max(size // PIECE, 1), Written(), hashlib.sha256()
    with zipfile.ZipFile(wheel, "w") as archive:  # type: ignore[call-overload] # ZipFile needs no more of a stream
        with archive.open("giant/data.bin", "w") as member:
            for _ in range(blocks):
                member.write(block)
                digest.update(block)
        for path, content in TEXTS.items():
            archive.writestr(path, content)
        rows = [row("giant/data.bin", digest.digest(), blocks * PIECE)]
        rows += [row(path, hashlib.sha256(content).digest(), len(content)) for path, content in TEXTS.items()]
        archive.writestr(f"{INFO}/RECORD", "".join([*rows, f"{INFO}/RECORD,,\n"]))
    return wheel


def row(path: str, digest: bytes, size: int) -> str:
    """A line of RECORD."""
    return f"{path},sha256={base64.urlsafe_b64encode(digest).decode().rstrip('=')},{size}\n"


def bodies(size: int) -> dict[str, Body]:
    """The one page and the one file, by path."""
    wheel = giant_wheel(size)
    entry = {"filename": FILENAME, "url": f"../../files/{FILENAME}", "size": wheel.size}
    page = {"files": [entry | {"hashes": {"sha256": wheel.digest.hexdigest()}}], "name": "giant"}
    meta = {"meta": {"api-version": "1.1"}}
    return {f"{PAGES}giant/": Bytes(json.dumps(page | meta).encode()), f"/files/{FILENAME}": wheel}


if __name__ == "__main__":
    serve(bodies(int(sys.argv[1]) if len(sys.argv) > 1 else GIGABYTE).get)
