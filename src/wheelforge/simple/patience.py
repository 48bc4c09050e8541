"""How long one request may wait for an answer to begin, all its tries together."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from wheelforge.simple.exchange import Silent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

_SENDING = "send_request_headers"


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


def _now() -> float:
    return asyncio.get_running_loop().time()
