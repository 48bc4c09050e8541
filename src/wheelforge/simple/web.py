"""A patient client: tries again, waits when asked to, and says which server failed and how."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self, TypeVar

from wheelforge.errors import IndexAccessError
from wheelforge.simple import attempts
from wheelforge.simple.address import host, redact
from wheelforge.simple.exchange import Broken, Options

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import TracebackType

    from wheelforge.simple.exchange import Answer, Part
    from wheelforge.simple.transport import Transport

T = TypeVar("T")

_PROGRESS = 64 << 10
"""Bytes of a download that count as an advance."""


class Web:
    """All that is asked of web servers goes through one of these, for as long as it is entered."""

    def __init__(self, options: Options | None = None) -> None:
        self._options = options or Options()
        self._opening: asyncio.Task[Transport] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._opening is not None:
            await asyncio.wait([self._opening])
            if not self._opening.cancelled() and self._opening.exception() is None:
                await self._opening.result().close()

    def warm(self) -> asyncio.Task[Transport]:
        """Begin to load the HTTP client beside other work; else the first request does, and waits for it."""
        if self._opening is None:
            self._opening = asyncio.create_task(asyncio.to_thread(_open, self._options))
        return self._opening

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Read a page, or learn that it has not changed (304) or is not there (404, 410).

        Raises:
            IndexAccessError: any other answer, or none.
        """
        return await self._patiently(url, lambda wire: attempts.get(wire, url, headers or {}))

    async def range(self, url: str, start: int, stop: int | None = None) -> Part | None:
        """Read ``[start:stop]`` of a remote file; a negative start counts from its end, and takes no stop.

        A shorter part may come. ``None`` where the server gives no ranges, or is wrong about them.

        Raises:
            IndexAccessError: it does not answer, or has no such file.
        """
        return await self._patiently(url, lambda wire: attempts.part(wire, url, start, stop))

    async def download(self, url: str, write: Callable[[bytes], object]) -> None:
        """Read a file, handing its bytes on as they come; what breaks off is resumed.

        Raises:
            IndexAccessError: it does not answer, has no such file, or changed it between two tries.
        """
        download = attempts.Download(url, write)
        await self._patiently(url, download.attempt, lambda: download.received // _PROGRESS)

    async def _patiently(
        self, url: str, attempt: Callable[[Transport], Awaitable[T]], progress: Callable[[], int] = int
    ) -> T:
        """Try until it is done; whenever ``progress`` has grown, patience begins anew."""
        wire = await asyncio.shield(self.warm())
        clock = asyncio.get_running_loop().time
        until, tries, reached = clock() + self._options.patience, 0, 0
        while True:
            tries += 1
            try:
                return await attempt(wire)
            except Broken as broken:
                if progress() > reached:
                    until, tries, reached = clock() + self._options.patience, 1, progress()
                if not broken.again or tries > self._options.retries or clock() > until:
                    raise _failure(url, broken, tries) from broken
                wait = broken.wait or 0.0
            until += wait
            await asyncio.sleep(max(wait, self._options.pause * 2 ** (tries - 1)))


def _open(options: Options) -> Transport:
    from wheelforge.simple.transport import Transport  # noqa: PLC0415 - 0.15 s that a run without requests saves

    return Transport(options)


def _failure(url: str, broken: Broken, tries: int) -> IndexAccessError:
    often = f", {tries} times" if tries > 1 else ""
    return IndexAccessError(
        f"cannot read {redact(url)}: {host(url)} fails{often}: {broken.reason}",
        hint=broken.hint or "check the network, the proxy settings, and the address of the index",
    )
