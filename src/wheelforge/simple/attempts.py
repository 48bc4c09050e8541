"""One try of each kind of request: what is asked, and which answers will do."""

from __future__ import annotations

import asyncio
import contextlib
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Protocol

from wheelforge.simple.exchange import Absent, Answer, Broken, Part, Silent, Unknown

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from contextlib import AbstractAsyncContextManager

    from wheelforge.simple.transport import Exchange

_PAGE_LIMIT = 64 << 20
"""Bytes of a page, unpacked: the largest real ones have some 30 MB."""
_AS_IT_IS = {"accept-encoding": "identity"}
_OK, _PARTIAL, _NOT_MODIFIED = 200, 206, 304
_MARKS = ("etag", "last-modified")
_ABSENT = frozenset({404, 410})
_UNAUTHORIZED, _FORBIDDEN, _PROXY_UNAUTHORIZED = 401, 403, 407
_DENIED = frozenset({_UNAUTHORIZED, _FORBIDDEN, _PROXY_UNAUTHORIZED})
LOGIN_VARIABLE = "WHEELFORGE_INDEX_NAME_USERNAME"
"""Where the name of the index is known it stands there instead of ``NAME``."""
_LOGIN = (
    f"give or check the credentials: in ~/.netrc, the keyring, {LOGIN_VARIABLE} and ..._PASSWORD,"
    " or the URL of the index"
)
_PROXY_LOGIN = "give the proxy's credentials: --proxy http://USER:PASSWORD@HOST:PORT"
_PASSING = frozenset({408, 425, 429})
_SERVER_ERROR = 500
_UNSATISFIABLE = 416
_CHANGING = "the index may be changing just now: run the same command again"
_BUSY = "wait a while, then run the same command again"
_DIGITS = 18
"""Of any size on this planet."""
_LONGEST_WAIT = 30.0
"""Seconds: a server that asks for more is told as a failure."""
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})")


class Ask(Protocol):
    """Asks for a URL; the block begins with the head of the answer."""

    def __call__(self, url: str, headers: Mapping[str, str], /) -> AbstractAsyncContextManager[Exchange]:
        """`Broken` before the block or in it."""


async def get(ask: Ask, url: str, headers: Mapping[str, str], *, seconds: float) -> Answer:
    """Read a page into memory; once it has begun, all of it must be here after so many ``seconds``.

    Raises:
        Broken: an answer other than 200, 304, 404, 410, or a page beyond all reason.
    """
    async with ask(url, headers) as exchange:
        if exchange.status not in _ABSENT | {_OK, _NOT_MODIFIED}:
            raise _refused(exchange)
        async with _ending(seconds):
            body = await _body(exchange) if exchange.status == _OK else b""
        return Answer(status=exchange.status, url=exchange.url, headers=exchange.headers, body=body)


@contextlib.asynccontextmanager
async def _ending(seconds: float) -> AsyncIterator[None]:
    """One that drips may drip fast enough never to be called silent."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise Silent(f"its answer has not ended after {seconds:g} s", again=False) from error


async def _body(exchange: Exchange) -> bytes:
    body = bytearray()
    async for piece in exchange.decoded():
        body += piece
        if len(body) > _PAGE_LIMIT:
            raise Broken(f"its page has more than {_PAGE_LIMIT >> 20} MiB", again=False)
    return bytes(body)


async def part(ask: Ask, url: str, start: int, stop: int | None, *, seconds: float) -> Part | None:
    """Read a slice of a file; ``None`` where the server answers with anything but a part of it (RFC 9110, 14).

    Once it has begun, all of it must be here after so many ``seconds``.

    Raises:
        Broken: an answer that says nothing of ranges.
    """
    span = f"bytes={start}" if start < 0 else f"bytes={start}-{'' if stop is None else stop - 1}"
    async with ask(url, {**_AS_IT_IS, "range": span}) as exchange:
        if exchange.status in {_OK, _UNSATISFIABLE}:
            return None
        if exchange.status != _PARTIAL:
            raise _refused(exchange)
        found = _content_range(exchange)
        if found is None:
            return None
        first, length, total = found
        if first != (max(total + start, 0) if start < 0 else start):
            return None
        data = bytearray()
        async with _ending(seconds):
            async for chunk in exchange.raw():
                data += chunk
                if len(data) > length:
                    return None
        return Part(start=first, total=total, data=bytes(data)) if len(data) == length else None


class Download:
    """A file that is read in as many tries as it takes, each going on where the last one broke off."""

    def __init__(self, url: str, write: Callable[[bytes], object]) -> None:
        self._url = url
        self._write = write
        self.received = 0
        """Bytes handed on so far."""
        self._total: int | None = None
        self._marks: dict[str, str] = {}

    async def attempt(self, ask: Ask) -> None:
        """Read what is still missing.

        Raises:
            Broken: no answer, or an unfit one, or one that broke off.
        """
        if self.received and self.received == self._total:
            return
        async with ask(self._url, {**_AS_IT_IS, **self._rest()}) as exchange:
            skip = self._overlap(exchange)
            async for chunk in exchange.raw():
                fresh = chunk[skip:]
                skip -= len(chunk) - len(fresh)
                if fresh:
                    self._write(fresh)
                    self.received += len(fresh)

    def _rest(self) -> dict[str, str]:
        """Ask for what is missing, and for the whole where the file is no longer the same (RFC 9110, 13.1.5)."""
        if not self.received:
            return {}
        etag = self._marks.get("etag", "")
        condition = {"if-range": etag} if etag.startswith('"') else {}
        return {"range": f"bytes={self.received}-", **condition}

    def _overlap(self, exchange: Exchange) -> int:
        """How many bytes of this answer are here already."""
        match exchange.status, _content_range(exchange):
            case 200, _:
                skip, total = self.received, _length(exchange)
            case 206, (self.received, _, total) if self.received:
                skip = 0
            case _:
                raise _refused(exchange)
        marks = {name: exchange.headers[name] for name in _MARKS if name in exchange.headers}
        # A part need not carry all marks of the whole again (RFC 9110, 15.3.7); those that it carries must be the same.
        if self.received and (total, marks) != (self._total, {name: self._marks.get(name) for name in marks}):
            raise Broken("the file changed while it was read", again=False, hint=_CHANGING)
        self._marks, self._total = self._marks | marks, total
        return skip


def _refused(exchange: Exchange) -> Broken:
    """What to make of an answer that will not do."""
    if exchange.status in _DENIED:
        kind = Unknown if exchange.status == _UNAUTHORIZED else Broken
        hint = _PROXY_LOGIN if exchange.status == _PROXY_UNAUTHORIZED else _LOGIN
        return kind(f"it answers {exchange.phrase}", again=False, hint=hint)
    if exchange.status not in _PASSING and exchange.status < _SERVER_ERROR:
        if exchange.status in _ABSENT:
            return Absent(f"it answers {exchange.phrase}", again=False, hint=_CHANGING)
        return Broken(f"it answers {exchange.phrase}", again=False)
    wait = _retry_after(exchange.headers.get("retry-after", ""))
    if wait is not None and wait > _LONGEST_WAIT:
        return Broken(f"it answers {exchange.phrase} and asks to wait for {wait:.0f} s", again=False, hint=_BUSY)
    return Broken(f"it answers {exchange.phrase}", again=True, wait=wait, hint=_BUSY)


def _retry_after(text: str) -> float | None:
    """Seconds, from a number or a date (RFC 9110, 10.2.3); ``None`` where neither is given."""
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max((parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None


def _content_range(exchange: Exchange) -> tuple[int, int, int] | None:
    """Start, length and total size of a part, where they make sense."""
    found = _CONTENT_RANGE.fullmatch(exchange.headers.get("content-range", ""))
    if found is None:
        return None
    first, last, total = (int(figure) for figure in found.groups())
    return (first, last - first + 1, total) if first <= last < total else None


def _length(exchange: Exchange) -> int | None:
    text = exchange.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None
