"""A web server on the loopback that can keep its clients waiting: an index for benchmarks, of bodies of any size."""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

PAGES = "/simple/"
"""Below this stand the pages of projects, in JSON (PEP 691); whatever else is served is a file."""
PIECE = 256 << 10
"""Bytes that are read at once."""


class Body(Protocol):
    """Something to serve."""

    @property
    def size(self) -> int:
        """In bytes."""

    def pieces(self, start: int, stop: int) -> Iterator[bytes]:
        """The bytes ``[start:stop]``, in pieces of any size."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """A body that is held in memory."""

    content: bytes

    @property
    def size(self) -> int:
        """See `Body`."""
        return len(self.content)

    def pieces(self, start: int, stop: int) -> Iterator[bytes]:
        """See `Body`."""
        yield self.content[start:stop]


@dataclass(frozen=True, slots=True)
class File:
    """A body that stands on disk."""

    path: Path

    @property
    def size(self) -> int:
        """See `Body`."""
        return self.path.stat().st_size

    def pieces(self, start: int, stop: int) -> Iterator[bytes]:
        """See `Body`."""
        with self.path.open("rb") as file:
            file.seek(start)
            for place in range(start, stop, PIECE):
                yield file.read(min(PIECE, stop - place))


def serve(find: Callable[[str], Body | None], *, delay: float = 0) -> None:
    """Print the URL of the index, then serve what ``find`` has for a path until this process is ended.

    Each answer begins ``delay`` seconds after its request, however many are asked for at once.
    """
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(find, delay))


async def _serve(find: Callable[[str], Body | None], delay: float) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Whoever hangs up has heard enough.
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                await asyncio.sleep(delay)
                await _answer(head, find, writer)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{PAGES}", flush=True)
    await server.serve_forever()


async def _answer(head: str, find: Callable[[str], Body | None], writer: asyncio.StreamWriter) -> None:
    """Answer one GET or HEAD; the connection stays open (RFC 9112)."""
    request, *lines = head.split("\r\n")
    method, target, _ = request.split(" ")
    asked = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    path = unquote(urlsplit(target).path)
    body = find(path)
    if body is None:
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        return
    start, stop = _part(asked, body.size) or (0, body.size)
    headers = {
        "Content-Type": "application/vnd.pypi.simple.v1+json" if path.startswith(PAGES) else "application/octet-stream",
        "Content-Length": str(stop - start),
        "Accept-Ranges": "bytes",
    }
    status = "200 OK"
    if "range" in asked:
        status, headers["Content-Range"] = "206 Partial Content", f"bytes {start}-{stop - 1}/{body.size}"
    told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 {status}\r\n{told}\r\n".encode())
    for piece in body.pieces(start, stop) if method == "GET" else ():
        writer.write(piece)
        await writer.drain()


def _part(asked: Mapping[str, str], size: int) -> tuple[int, int] | None:
    """The single range that is asked for (RFC 9110, 14); the clients here ask for no other."""
    found = re.fullmatch(r"bytes=(\d*)-(\d*)", asked.get("range", ""))
    if found is None:
        return None
    first, last = found.groups()
    start = int(first) if first else max(size - int(last), 0)
    return start, min(int(last) + 1, size) if first and last else size
