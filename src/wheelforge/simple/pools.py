"""Pools of connections: for each server the one that reaches it, straight or through a proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore

from wheelforge.errors import UsageError
from wheelforge.simple.certificates import trusting_anybody
from wheelforge.simple.exchange import Lane
from wheelforge.simple.streams import AsyncioBackend

if TYPE_CHECKING:
    import ssl

    from wheelforge.simple.address import Origin
    from wheelforge.simple.exchange import Options

_IDLE = 30.0
"""Seconds for which an unused connection is kept."""


class Pools:
    """Connections of one lane."""

    def __init__(self, lane: Lane, options: Options, context: ssl.SSLContext) -> None:
        self._lane = lane
        self._options = options
        self._context = context
        self._by_server: dict[Origin, httpcore.AsyncConnectionPool] = {}
        self._by_way: dict[tuple[bool, str | None], httpcore.AsyncConnectionPool] = {}

    def of(self, server: Origin) -> httpcore.AsyncConnectionPool:
        """The pool that a server is reached through.

        Raises:
            UsageError: the proxy is none, or a certificate cannot be read.
        """
        if server not in self._by_server:
            named = {server.host, f"{server.host}:{server.port}"}
            is_trusted = server.scheme == "https" and bool(named & self._options.trusted_hosts)
            way = (is_trusted, self.proxy_of(server))
            if way not in self._by_way:
                self._by_way[way] = self._opened(*way)
            self._by_server[server] = self._by_way[way]
        return self._by_server[server]

    def proxy_of(self, server: Origin) -> str | None:
        """The URL of the proxy on the way to a server, perhaps with credentials."""
        return self._options.proxy or _proxy_of_environment(server)

    async def close(self) -> None:
        """Close all connections."""
        for pool in self._by_way.values():
            await pool.aclose()

    def _opened(self, is_trusted: bool, proxy: str | None) -> httpcore.AsyncConnectionPool:  # noqa: FBT001 - a key
        try:
            return httpcore.AsyncConnectionPool(
                ssl_context=trusting_anybody(self._options) if is_trusted else self._context,
                proxy=None if proxy is None else _proxy(proxy),
                max_connections=self._lane.value,
                max_keepalive_connections=self._lane.value,
                keepalive_expiry=_IDLE,
                http2=self._lane is Lane.QUESTIONS,
                network_backend=AsyncioBackend(),
            )
        except (ImportError, RuntimeError, ValueError) as error:
            # The text of these may quote the address, and perhaps a password.
            raise UsageError(
                "the proxy cannot be used: its address is not one of an http proxy",
                hint="check HTTPS_PROXY and --proxy",
            ) from error


def _proxy_of_environment(server: Origin) -> str | None:
    proxies = getproxies()
    proxy = proxies.get(server.scheme) or proxies.get("all")
    if not proxy or proxy_bypass(f"{server.host}:{server.port}"):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _proxy(url: str) -> httpcore.Proxy:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https", "socks5", "socks5h"} or not parts.hostname:
        raise ValueError(parts.scheme)
    auth = (unquote(parts.username).encode(), unquote(parts.password or "").encode()) if parts.username else None
    return httpcore.Proxy(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(), auth=auth)
