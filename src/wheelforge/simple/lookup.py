"""Names of hosts, looked up so that nobody waits at the end for a resolver that hangs."""

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


class Loop(asyncio.SelectorEventLoop):
    """An event loop that can be left while a look-up hangs.

    asyncio's own looks up in its pool of threads, for all of which a program waits before it ends, and a resolver
    that is not there is asked for up to a minute.
    """

    async def getaddrinfo(self, host: bytes | str | None, port: bytes | str | int | None, **options: int) -> Found:
        """See `socket.getaddrinfo`; whoever stops waiting leaves its thread behind."""
        found: asyncio.Future[Found] = self.create_future()

        def look_up() -> None:
            try:
                settle = partial(found.set_result, socket.getaddrinfo(host, port, **options))
            except Exception as error:  # noqa: BLE001 - it is raised where the answer is awaited
                settle = partial(found.set_exception, error)
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                self.call_soon_threadsafe(_unless_left, found, settle)

        threading.Thread(target=look_up, name="look-up", daemon=True).start()
        return await found


def _unless_left(found: asyncio.Future[Found], settle: Callable[[], None]) -> None:
    if not found.done():
        settle()
