"""A patient client: tries again, waits when asked to, and says which server failed and how."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Self, TypeVar

from wheelforge.errors import IndexAccessError
from wheelforge.simple import attempts
from wheelforge.simple.address import host, redact
from wheelforge.simple.exchange import Broken, Denied, Options, Silent, Unknown, Unreachable
from wheelforge.simple.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import TracebackType

    from wheelforge.simple.attempts import Ask
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
            IndexAccessError: any other answer.
            Unreachable: no answer.
        """

        async def attempt(ask: Ask) -> Answer:
            return await attempts.get(ask, url, headers or {}, seconds=self._options.page)

        return await self._patiently(url, attempt, self._options.patience)

    async def range(self, url: str, start: int, stop: int | None = None) -> Part | None:
        """Read ``[start:stop]`` of a remote file; a negative start counts from its end, and takes no stop.

        A shorter part may come. ``None`` where the server gives no ranges, or is wrong about them.

        Raises:
            IndexAccessError: it has no such file.
            Unreachable: no answer.
        """
        return await self._patiently(url, lambda ask: attempts.part(ask, url, start, stop), self._options.patience)

    async def download(self, url: str, write: Callable[[bytes], object]) -> None:
        """Read a file, handing its bytes on as they come; what breaks off is resumed.

        A server may fetch a large file from elsewhere before it answers: it may be silent for the whole of
        `Options.timeout`.

        Raises:
            IndexAccessError: it has no such file, or changed it between two tries.
            Unreachable: no answer.
        """
        download = attempts.Download(url, write)
        limit = max(self._options.patience, self._options.timeout)
        await self._patiently(url, download.attempt, limit, lambda: download.received // _PROGRESS)

    async def _patiently(
        self, url: str, attempt: Callable[[Ask], Awaitable[T]], limit: float, progress: Callable[[], int] = int
    ) -> T:
        """Try until it is done, or no answer came for ``limit`` seconds since the start or since ``progress`` grew."""
        wire = await asyncio.shield(self.warm())
        patience, tries, reached = Patience(limit), 0, 0
        while True:
            tries += 1
            try:
                return await attempt(partial(wire.exchange, patience))
            except Broken as broken:
                if progress() > reached:
                    tries, reached = 1, progress()
                    patience.renew()
                wait = broken.wait or 0.0
                patience.prolong(wait)
                pause = max(wait, self._options.pause * 2 ** (tries - 1))
                if not broken.again or tries > self._options.retries or not patience.outlasts(pause):
                    raise _failure(url, broken, tries) from broken
            await asyncio.sleep(pause)


def _open(options: Options) -> Transport:
    from wheelforge.simple.transport import Transport  # noqa: PLC0415 - 0.15 s that a run without requests saves

    return Transport(options)


def _failure(url: str, broken: Broken, tries: int) -> IndexAccessError:
    often = f", tried {tries} times" if tries > 1 else ""
    return _kind(broken)(
        f"cannot read {redact(url)}: {host(url)}: {broken.reason}{often}",
        hint=broken.hint or "check the network, the proxy settings, and the address of the index",
    )


def _kind(broken: Broken) -> type[IndexAccessError]:
    match broken:
        case Silent():
            return Unreachable
        case Unknown():
            return Denied
        case _:
            return IndexAccessError
