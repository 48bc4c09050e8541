"""Names of hosts: looked up once for all connections, and so that nobody waits at the end for a resolver that hangs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Found = list[Any]
    """What `socket.getaddrinfo` gives, to which each Python's types give another name."""


_FRESH = 60.0
"""Seconds for which a name need not be looked up again."""


class Loop(asyncio.SelectorEventLoop):
    """An event loop that can be left while a look-up hangs.

    asyncio's own looks up in its pool of threads, for all of which a program waits before it ends, and a resolver
    that is not there is asked for up to a minute. It also looks up for each connection: many at once, of which
    resolvers lose some, so that a connection waits for seconds.
    """

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[object, tuple[float, asyncio.Future[Found]]] = {}

    async def getaddrinfo(self, host: bytes | str | None, port: bytes | str | int | None, **options: int) -> Found:
        """See `socket.getaddrinfo`; whoever stops waiting leaves its thread behind."""
        key = (host, port, *sorted(options.items()))
        since, found = self._known.get(key, (0.0, None))
        if found is None or self.time() - since > _FRESH or (found.done() and found.exception() is not None):
            found = self._look_up(host, port, options)
            self._known[key] = (self.time(), found)
        return await asyncio.shield(found)

    def _look_up(
        self, host: bytes | str | None, port: bytes | str | int | None, options: dict[str, int]
    ) -> asyncio.Future[Found]:
        found: asyncio.Future[Found] = self.create_future()

        def look_up() -> None:
            try:
                settle = partial(found.set_result, socket.getaddrinfo(host, port, **options))
            except Exception as error:  # noqa: BLE001 - it is raised where the answer is awaited
                settle = partial(found.set_exception, error)
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                self.call_soon_threadsafe(_unless_left, found, settle)

        threading.Thread(target=look_up, name="look-up", daemon=True).start()
        return found


def _unless_left(found: asyncio.Future[Found], settle: Callable[[], None]) -> None:
    if not found.done():
        settle()
