"""A patient client: tries again, waits when asked to, and says which server failed and how."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Self, TypeVar, cast

from wheelforge.errors import IndexAccessError
from wheelforge.simple import attempts
from wheelforge.simple.address import host, redact
from wheelforge.simple.certificates import checking
from wheelforge.simple.exchange import (
    Absent,
    Broken,
    Denied,
    Lane,
    Missing,
    Options,
    Severed,
    Silent,
    Unknown,
    Unreachable,
)
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
            self._opening = asyncio.create_task(_open(self._options))
        return self._opening

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Read a page, or learn that it has not changed (304) or is not there (404, 410).

        Raises:
            IndexAccessError: any other answer.
            Unreachable: no answer.
        """

        async def attempt(ask: Ask) -> Answer:
            return await attempts.get(ask, url, headers or {}, seconds=self._options.page)

        return await self._patiently(url, attempt)

    async def range(self, url: str, start: int, stop: int | None = None) -> Part | None:
        """Read ``[start:stop]`` of a remote file; a negative start counts from its end, and takes no stop.

        A shorter part may come. ``None`` where the server gives no ranges, or is wrong about them.

        Raises:
            IndexAccessError: it has no such file.
            Unreachable: no answer.
        """

        async def attempt(ask: Ask) -> Part | None:
            return await attempts.part(ask, url, start, stop, seconds=self._options.page)

        return await self._patiently(url, attempt)

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
        way = _Way(lane=Lane.FILES, patience=limit, progress=lambda: download.received // _PROGRESS)
        await self._patiently(url, download.attempt, way)

    async def _patiently(self, url: str, attempt: Callable[[Ask], Awaitable[T]], way: _Way | None = None) -> T:
        """Try until it is done, or no answer came for too long since the start or since there was progress."""
        way = way or _Way(lane=Lane.QUESTIONS, patience=self._options.patience)
        wire = await asyncio.shield(self.warm())
        patience, tries, reached = Patience(way.patience), 0, 0
        while True:
            tries += 1
            try:
                return await attempt(partial(wire.exchange, way.lane, patience))
            except Broken as broken:
                if way.progress() > reached:
                    tries, reached = 1, way.progress()
                    patience.renew()
                wait = broken.wait or 0.0
                patience.prolong(wait)
                pause = max(wait, self._options.pause * 2 ** (tries - 1))
                if not broken.again or tries > self._options.retries or not patience.outlasts(pause):
                    raise _failure(url, broken, tries) from broken
                if isinstance(broken, Severed):
                    # With a connection of its own nobody else's trouble is in its way, nor a server's with HTTP/2.
                    way = replace(way, lane=Lane.FILES)
            await asyncio.sleep(pause)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How one request is made."""

    lane: Lane
    patience: float
    """Seconds without an answer."""
    progress: Callable[[], int] = int
    """Grows with what has come."""


async def _open(options: Options) -> Transport:
    """Certificates take as long to load as the client does, and other threads may work meanwhile."""
    contexts = asyncio.gather(*(asyncio.to_thread(checking, options) for _ in Lane))
    make = await asyncio.to_thread(_load)
    return make(options, dict(zip(Lane, await contexts, strict=True)))


def _load() -> type[Transport]:
    # httpx does without its own command line where that cannot be imported; it takes as long as all the rest.
    modules = cast("dict[str, object]", sys.modules)
    if "httpx" not in modules:
        modules["httpx._main"] = None
    from wheelforge.simple.transport import Transport  # noqa: PLC0415 - 0.1 s that a run without requests saves

    return Transport


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
        case Absent():
            return Missing
        case _:
            return IndexAccessError
