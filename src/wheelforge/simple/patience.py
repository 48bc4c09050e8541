"""How long one request may wait for an answer to begin, all its tries together, and how slowly it may then come."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from wheelforge.simple.exchange import Silent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

_SENDING = "send_request_headers"
_TRICKLE = 1 << 10
"""Bytes in the time for which a server may be silent: less is as good as silence."""


class Patience:
    """The time that the tries of one request have between them until the head of an answer is here.

    How long the body then takes is not its matter, nor how long a request waits for one of our own connections.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until = 0.0
        self.renew()

    def renew(self) -> None:
        """Begin anew."""
        self._until = _now() + self._seconds

    def prolong(self, seconds: float) -> None:
        """Have so much more time."""
        self._until += seconds

    def outlasts(self, pause: float) -> bool:
        """Whether some is left after a pause of so many seconds."""
        return _now() + pause < self._until

    @contextlib.asynccontextmanager
    async def head(self) -> AsyncIterator[Callable[[str, object], Awaitable[None]]]:
        """Limit the block, which asks and waits for the head; it tells the function it is given how far it is.

        Raises:
            Silent: the head is not here in time.
        """
        entered, began, sent = _now(), 0.0, False

        async def progress(event: str, _details: object) -> None:
            nonlocal began, sent
            sent = sent or _SENDING in event
            if not began:
                began = _now()
                self.prolong(began - entered)
                limit.reschedule(self._until)

        try:
            async with asyncio.timeout(None) as limit:
                yield progress
        except TimeoutError as error:
            seconds = f"{round(_now() - began, 1):g} s"
            raise Silent(f"silent for {seconds}" if sent else f"no connection within {seconds}", again=False) from error


class Pace:
    """How fast a body comes: one that drips would never end, though it is never silent."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: float | None = None
        self._came = 0

    def took(self, count: int) -> None:
        """So many bytes have come just now.

        Raises:
            Silent: all too few came in the time before.
        """
        now = _now()
        if self._since is None or now - self._since >= self._seconds:
            if self._since is not None and self._came < _TRICKLE:
                raise Silent(f"only {self._came} bytes in {now - self._since:.1f} s", again=True)
            self._since, self._came = now, 0
        self._came += count


def _now() -> float:
    return asyncio.get_running_loop().time()
