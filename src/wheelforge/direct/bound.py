"""Upper bounds for what a server need not tell the size of: archives, and checkouts of repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.archives.stream import MAX_TOTAL
from wheelforge.archives.tree import MAX_MEMBERS
from wheelforge.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Callable

    from wheelforge.store.blobs import Incoming

LARGEST = 4 * 2**30
"""Bytes of an archive that is named by its address."""
LISTING = ("ls-tree", "-r", "-l", "-z")
"""How git is asked for all files of a commit and their sizes."""


def bounded(incoming: Incoming, subject: str, limit: int) -> Callable[[bytes], None]:
    """Write to a blob on its way in, and no more than ``limit`` bytes; raises `IntegrityError` beyond."""

    def write(data: bytes) -> None:
        incoming.write(data)
        if incoming.size > limit:
            fault = f"{subject} has more than {limit} bytes, the rest of which is not read"
            raise IntegrityError(fault, hint="see where its address leads")

    return write


class Room:
    """What a checkout may fill, submodules included: a few bytes that were packed can be terabytes of files."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self._files = 0
        self._bytes = 0

    def take(self, listing: str) -> None:
        """Count what git says to `LISTING`, before it is checked out.

        Raises:
            IntegrityError: all that was taken is more than an archive may hold.
        """
        told = (line.partition("\t")[0].rpartition(" ")[2] for line in listing.split("\0"))
        sizes = [int(size) for size in told if size.isdecimal()]
        self._files += len(sizes)
        self._bytes += sum(sizes)
        if self._files > MAX_MEMBERS or self._bytes > MAX_TOTAL:
            fault = f"{self.subject} has {self._files} files of {self._bytes} bytes in all"
            raise IntegrityError(f"{fault}; {MAX_MEMBERS} files and {MAX_TOTAL} bytes are the limit")
