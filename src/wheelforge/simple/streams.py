"""Connections for httpcore on asyncio's own streams of bytes, which cost a fraction of what anyio's do."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

import httpcore

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Iterable, Iterator

    from httpcore import SOCKET_OPTION

_NEXT_ADDRESS = 0.25
"""Seconds until a further address of a host is tried beside those that do not answer (RFC 8305)."""
_FULL, _EMPTY = 1 << 20, 1 << 18
"""Bytes that came and that nobody has read yet: from here on the server waits, until so few are left."""

if find_spec("sniffio") is None:
    # httpcore looks for it at each of its locks, which Python does on the disk as long as it has not found it.
    cast("dict[str, object]", sys.modules)["sniffio"] = None


class AsyncioBackend(httpcore.AsyncNetworkBackend):
    """Opens connections. See httpcore's documentation of network backends."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncioStream:
        """Connect to the first address of a host that answers.

        Raises:
            httpcore.ConnectError: none does.
            httpcore.ConnectTimeout: none does in so many seconds.
        """
        local = None if local_address is None else (local_address, 0)
        with _told(httpcore.ConnectTimeout, httpcore.ConnectError):
            async with asyncio.timeout(timeout):
                stream = AsyncioStream()
                await asyncio.get_running_loop().create_connection(
                    lambda: stream, host, port, local_addr=local, happy_eyeballs_delay=_NEXT_ADDRESS
                )
        for option in socket_options or ():
            cast("socket.socket", stream.get_extra_info("socket")).setsockopt(*option)
        return stream

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class AsyncioStream(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """A connection, with or without TLS: what comes is kept until it is read."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._waiting: asyncio.Future[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._is_paused = False
        self._is_over = False
        self._fault: Exception | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._received += data
        _settle(self._waiting)
        if len(self._received) >= _FULL and not self._is_paused:
            self._is_paused = True
            self._open().pause_reading()

    def eof_received(self) -> None:
        """See `asyncio.Protocol`."""
        self._is_over = True
        _settle(self._waiting)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._is_over, self._fault = True, exc
        _settle(self._waiting)
        _settle(self._drained)

    def pause_writing(self) -> None:
        """See `asyncio.Protocol`."""
        self._drained = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """See `asyncio.Protocol`."""
        _settle(self._drained)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        """Some bytes, as soon as there are any; none at the end."""
        if not self._received and not self._is_over:
            self._waiting = asyncio.get_running_loop().create_future()
            with _told(httpcore.ReadTimeout, httpcore.ReadError):
                async with asyncio.timeout(timeout):
                    await self._waiting
        if not self._received and self._fault is not None:
            raise httpcore.ReadError(str(self._fault)) from self._fault
        data = bytes(self._received[:max_bytes])
        del self._received[:max_bytes]
        if self._is_paused and len(self._received) <= _EMPTY:
            self._is_paused = False
            self._open().resume_reading()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        """Send all of it."""
        if self._is_over:
            raise httpcore.WriteError(str(self._fault or "the connection is closed")) from self._fault
        self._open().write(buffer)
        if self._drained is not None and not self._drained.done():
            with _told(httpcore.WriteTimeout, httpcore.WriteError):
                async with asyncio.timeout(timeout):
                    await self._drained

    async def aclose(self) -> None:
        """Close the connection, without the courtesies of TLS: nobody waits for the server's."""
        self._open().abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> AsyncioStream:
        """Encrypt what follows, which is the new stream's; this one is at its end.

        Raises:
            httpcore.ConnectError: the server cannot do that, or is not who it should be.
            httpcore.ConnectTimeout: it does not in so many seconds.
        """
        encrypted = AsyncioStream()
        try:
            self._check_silence()
            with _told(httpcore.ConnectTimeout, httpcore.ConnectError):
                async with asyncio.timeout(timeout):
                    encrypted._transport = await asyncio.get_running_loop().start_tls(
                        self._open(), encrypted, ssl_context, server_hostname=server_hostname
                    )
        except BaseException:
            self._open().abort()
            raise
        return encrypted

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's signature
        """What httpcore asks for: ``ssl_object``, ``socket``, ``is_readable`` and addresses."""
        match info:
            case "is_readable":  # of a connection that is idle: it was closed, or says what nobody has asked for
                return self._is_over or bool(self._received)
            case "client_addr":
                return self._open().get_extra_info("sockname")
            case "server_addr":
                return self._open().get_extra_info("peername")
            case _:
                return self._open().get_extra_info(info)

    def _check_silence(self) -> None:
        """A server waits for us to begin with TLS (RFC 8446, 2): what came before could be anybody's on the way."""
        if self._received or self._is_over:
            raise httpcore.ConnectError("it spoke or hung up before the encryption began")

    def _open(self) -> asyncio.Transport:
        if self._transport is None:
            raise httpcore.ConnectError("never connected")
        return self._transport


def _settle(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)


@contextlib.contextmanager
def _told(late: type[Exception], broken: type[Exception]) -> Iterator[None]:
    """Raise what asyncio does as httpcore's own."""
    try:
        yield
    except TimeoutError as error:
        raise late(str(error)) from error
    except OSError as error:  # an SSLError is one, too
        raise broken(str(error)) from error
