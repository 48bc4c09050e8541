"""Connections on asyncio, as httpcore wants them."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import TYPE_CHECKING

import httpcore
import pytest

from wheelforge.simple.streams import AsyncioBackend

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from wheelforge.simple.streams import AsyncioStream

BODY = bytes(range(256)) * (16 << 10)
"""4 MiB: more than is kept for a reader."""
LATE = 0.01
"""Seconds."""


@contextlib.asynccontextmanager
async def connected(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[AsyncioStream]:
    """A connection to a server that talks like this."""
    talked = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError):
                await talk(reader, writer)
        finally:
            writer.transport.abort()
            talked.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        stream = await AsyncioBackend().connect_tcp("127.0.0.1", port, timeout=5)
        try:
            yield stream
        finally:
            await stream.aclose()
            await talked.wait()
            await asyncio.sleep(0)


async def hold(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Say nothing until the client goes."""
    await reader.read()


async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send all, and go."""
    writer.write(BODY)
    writer.write_eof()
    await reader.read()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send back what comes."""
    while data := await reader.read(1 << 16):
        writer.write(data)


def test_all_that_comes_is_read_in_pieces_of_the_size_that_was_asked_for() -> None:
    async def main() -> None:
        async with connected(pour) as stream:
            pieces = []
            while piece := await stream.read(1 << 16, timeout=5):
                pieces.append(piece)
            assert b"".join(pieces) == BODY
            assert max(map(len, pieces)) <= 1 << 16
            assert await stream.read(1) == b""

    asyncio.run(main())


def test_what_is_sent_arrives() -> None:
    async def main() -> None:
        async with connected(echo) as stream:
            await stream.write(b"hello", timeout=5)
            assert await stream.read(100, timeout=5) == b"hello"

    asyncio.run(main())


def test_a_server_that_says_nothing_is_told_in_time() -> None:
    async def main() -> None:
        async with connected(hold) as stream:
            with pytest.raises(httpcore.ReadTimeout):
                await stream.read(1, timeout=LATE)
            assert not stream.get_extra_info("is_readable")

    asyncio.run(main())


def test_a_server_that_takes_nothing_is_told_in_time() -> None:
    async def deaf(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()  # type: ignore[attr-defined] # typeshed knows the writing half only
        await gone.wait()

    async def main() -> None:
        async with connected(deaf) as stream:
            with pytest.raises(httpcore.WriteTimeout):
                await stream.write(BODY * 8, timeout=LATE)
            gone.set()

    gone = asyncio.Event()
    asyncio.run(main())


def test_an_idle_connection_that_was_closed_is_seen() -> None:
    async def leave(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        pass

    async def main() -> None:
        async with connected(leave) as stream:
            with contextlib.suppress(httpcore.ReadError):
                assert await stream.read(1, timeout=5) == b""
            assert stream.get_extra_info("is_readable")

    asyncio.run(main())


def test_nothing_is_sent_over_a_connection_that_is_closed() -> None:
    async def main() -> None:
        async with connected(hold) as stream:
            await stream.aclose()
            await asyncio.sleep(0)
            with pytest.raises(httpcore.WriteError):
                await stream.write(b"x")

    asyncio.run(main())


def test_a_server_that_is_not_there_is_told() -> None:
    async def main() -> None:
        async with await asyncio.start_server(hold, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
        with pytest.raises(httpcore.ConnectError) as caught:
            await AsyncioBackend().connect_tcp("127.0.0.1", port, timeout=5)
        assert isinstance(caught.value.__cause__, OSError)

    asyncio.run(main())


def test_what_came_in_plain_text_is_not_taken_for_encrypted() -> None:
    async def jump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"welcome, and more")
        await hold(reader, writer)

    async def main() -> None:
        async with connected(jump) as stream:
            assert await stream.read(7, timeout=5) == b"welcome"
            with pytest.raises(httpcore.ConnectError, match="before the encryption began"):
                await stream.start_tls(ssl.create_default_context(), "index.example", timeout=5)

    asyncio.run(main())


def test_a_server_that_is_gone_is_not_waited_for_to_encrypt() -> None:
    async def leave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write_eof()

    async def main() -> None:
        async with connected(leave) as stream:
            with contextlib.suppress(httpcore.ReadError):
                assert await stream.read(1, timeout=5) == b""
            with pytest.raises(httpcore.ConnectError, match="before the encryption began"):
                await stream.start_tls(ssl.create_default_context(), "index.example", timeout=5)

    asyncio.run(main())
