"""What an index needs of the web: whole answers, parts of files, and downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, Protocol

from wheelforge.simple.address import redact
from wheelforge.simple.exchange import NotAsked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wheelforge.simple.exchange import Answer, Part


class Client(Protocol):
    """`wheelforge.simple.web.Web` is one; others stand before it, to log in or to keep it from being asked."""

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Read a page, or learn that it has not changed (304) or is not there (404, 410).

        Raises:
            IndexAccessError: any other answer, or none.
        """

    async def range(self, url: str, start: int, stop: int | None = None) -> Part | None:
        """Read ``[start:stop]`` of a remote file; a negative start counts from its end, and takes no stop.

        ``None`` where the server gives no ranges.

        Raises:
            IndexAccessError: it has no such file, or does not answer.
        """

    async def download(self, url: str, write: Callable[[bytes], object]) -> None:
        """Read a file, handing its bytes on as they come.

        Raises:
            IndexAccessError: it has no such file, or does not answer.
        """


class Offline:
    """Nobody is asked: what is wanted of the web is not to be had. A `Client`."""

    def warm(self) -> None:
        """Nothing has to be got ready."""

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """See `Client`."""
        del headers
        _refuse(url)

    async def range(self, url: str, start: int, stop: int | None = None) -> Part | None:
        """See `Client`."""
        del start, stop
        _refuse(url)

    async def download(self, url: str, write: Callable[[bytes], object]) -> None:
        """See `Client`."""
        del write
        _refuse(url)


def _refuse(url: str) -> NoReturn:
    raise NotAsked(
        f"{redact(url)} is not in the cache, and --offline forbids to ask for it",
        hint="run the same command once without --offline",
    )
