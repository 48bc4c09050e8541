"""Pages read before: used again while they are fresh, else asked for only in case they changed (RFC 9111)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from wheelforge.errors import IndexAccessError
from wheelforge.simple.address import redact
from wheelforge.simple.exchange import NotAsked
from wheelforge.simple.pages import ACCEPT, Page, read_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wheelforge.simple.client import Client
    from wheelforge.simple.exchange import Answer
    from wheelforge.store.records import Records

_KIND = "pages-2"
"""With another number, what was kept is read anew: a page was understood otherwise then."""
_LONGEST = 600
"""Seconds that a page is fresh at most, whatever its server says: a new release should not stay unseen for long."""
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=([0-9]+)")
_DIGITS = re.compile(r"[0-9]+")
_LONGEST_NUMBER = 9
"""Digits, which are decades of seconds: a longer number counts as its beginning, and is far above any limit, too."""
_OK, _NOT_MODIFIED = 200, 304


class Reading(msgspec.Struct, frozen=True):
    """What came of asking for a page."""

    url: str
    """Where it stands, after redirects; without credentials."""
    page: Page | None
    """``None`` where there is none."""


class _Kept(msgspec.Struct, frozen=True):
    """A page is kept as it was understood: HTML takes far longer to read than this does."""

    reading: Reading
    headers: dict[str, str]
    fresh_until: float


class KeptPages:
    """Reads pages, and remembers all that may be remembered.

    What a server gives no means to check is asked for again in full; it is kept for runs that may not ask. Nothing
    that logs in is ever part of a key or of what is kept. Several processes may share the records.
    """

    def __init__(self, *, web: Client, records: Records, clock: Callable[[], float]) -> None:
        self._web = web
        self._records = records
        self._clock = clock
        """Seconds since the epoch."""

    async def read(self, url: str, *, wanted: Callable[[str], bool] | None = None) -> Reading:
        """Read a page of an index, or learn that there is none; ``wanted`` is `read_page`'s, the same for each URL.

        Raises:
            IndexAccessError: the index does not answer, or not with a page.
        """
        kept = self._records.read(_KIND, redact(url), _Kept)
        if kept is not None and self._clock() < kept.fresh_until:
            return kept.reading
        try:
            answer = await self._web.get(url, {"accept": ACCEPT, **(_conditions(kept.headers) if kept else {})})
        except NotAsked:
            if kept is None:
                raise
            return kept.reading
        if answer.status == _NOT_MODIFIED and kept is not None:
            reading, headers = kept.reading, {**kept.headers, **answer.headers}
        else:
            reading, headers = _understood(answer, wanted), dict(answer.headers)
        self._keep(redact(url), reading, headers)
        return reading

    def _keep(self, key: str, reading: Reading, headers: Mapping[str, str]) -> None:
        age = _freshness(headers)
        if age is None:
            return
        if reading.page is None:
            headers, age = {}, 0
        validators = {name: headers[name] for name in ("etag", "last-modified") if name in headers}
        kept = _Kept(reading=reading, headers=validators, fresh_until=self._clock() + age)
        self._records.write(_KIND, key, kept)


def _understood(answer: Answer, wanted: Callable[[str], bool] | None) -> Reading:
    if answer.status == _NOT_MODIFIED:
        raise IndexAccessError(
            f"{answer.url} is said to be unchanged, though it was never read here", hint="check the proxy on the way"
        )
    found = answer.status == _OK
    if not found:
        return Reading(url=answer.url, page=None)
    kind = answer.headers.get("content-type", "")
    return Reading(url=answer.url, page=read_page(answer.body, kind, answer.url, wanted=wanted))


def _conditions(headers: Mapping[str, str]) -> dict[str, str]:
    asked = {"etag": "if-none-match", "last-modified": "if-modified-since"}
    return {asked[name]: value for name, value in headers.items() if name in asked}


def _freshness(headers: Mapping[str, str]) -> int | None:
    """Seconds from now; ``None`` where the page must not be kept at all."""
    control = headers.get("cache-control", "").lower()
    if "no-store" in control:
        return None
    found = _MAX_AGE.search(control)
    if found is None or "no-cache" in control:
        return 0
    age = _DIGITS.fullmatch(headers.get("age", ""))
    return max(min(_number(found[1]), _LONGEST) - (_number(age[0]) if age else 0), 0)


def _number(digits: str) -> int:
    return int(digits.lstrip("0")[:_LONGEST_NUMBER] or "0")
