"""A file of which only some stretches are here, and which says what else a reader wants."""

from __future__ import annotations

import io


class Missing(Exception):
    """A reader wants ``[start:stop]`` of a file, which is not here yet."""

    def __init__(self, start: int, stop: int) -> None:
        super().__init__(f"[{start}:{stop}]")
        self.start = start
        self.stop = stop


class Sparse(io.RawIOBase):
    """A file of which only some stretches are here; reading others raises `Missing`."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self._place = 0
        self._parts: list[tuple[int, bytes]] = []

    def add(self, start: int, data: bytes) -> None:
        """Put a stretch in its place."""
        self._parts.append((start, data))

    def want(self, start: int, stop: int) -> None:
        """Ask for a stretch in one piece before it is read in many.

        Raises:
            Missing: it is not here.
        """
        self._slice(start, min(stop, self.size))

    def seekable(self) -> bool:
        """Always."""
        return True

    def readable(self) -> bool:
        """Always, as far as it is here."""
        return True

    def tell(self) -> int:
        """The place of the next read."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the place of the next read.

        Raises:
            ValueError: it would be before the file.
        """
        place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.size}[whence]
        if place < 0:
            raise ValueError("negative place in the file")
        self._place = place
        return place

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes, fewer at the end of the file only.

        Raises:
            Missing: they are not here.
        """
        stop = self.size if size < 0 else min(self._place + size, self.size)
        data = self._slice(self._place, stop)
        self._place += len(data)
        return data

    def _slice(self, start: int, stop: int) -> bytes:
        if start >= stop:
            return b""
        for begin, data in self._parts:
            if begin <= start and stop <= begin + len(data):
                return data[start - begin : stop - begin]
        raise Missing(start, stop)
