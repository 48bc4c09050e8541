"""Pages read before: used again while they are fresh, else asked for only in case they changed (RFC 9111)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from wheelforge.simple.address import redact
from wheelforge.simple.exchange import Answer
from wheelforge.simple.pages import ACCEPT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wheelforge.simple.web import Web
    from wheelforge.store.records import Records

_KIND = "pages"
_LONGEST = 600
"""Seconds that a page is fresh at most, whatever its server says: a new release should not stay unseen for long."""
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=(\d+)")
_OK, _NOT_MODIFIED = 200, 304


class _Kept(msgspec.Struct, frozen=True):
    url: str
    headers: dict[str, str]
    body: bytes
    fresh_until: float


class KeptPages:
    """Reads pages, and remembers those whose server says how to ask whether they changed, or for how long they hold."""

    def __init__(self, *, web: Web, records: Records, clock: Callable[[], float]) -> None:
        self._web = web
        self._records = records
        self._clock = clock
        """Seconds since the epoch."""

    async def read(self, url: str) -> Answer:
        """Read a page of an index; the status is 200, 404 or 410.

        Raises:
            IndexAccessError: the index does not answer.
        """
        kept = self._known(redact(url))
        if kept is not None and self._clock() < kept.fresh_until:
            return _answer(kept)
        answer = await self._web.get(url, {"accept": ACCEPT, **(_conditions(kept.headers) if kept else {})})
        if answer.status == _NOT_MODIFIED and kept is not None:
            answer = Answer(status=_OK, url=answer.url, headers={**kept.headers, **answer.headers}, body=kept.body)
        if answer.status == _OK:
            self._keep(redact(url), answer)
        return answer

    def _known(self, key: str) -> _Kept | None:
        data = self._records.get(_KIND, key)
        try:
            return None if data is None else msgspec.msgpack.decode(data, type=_Kept)
        except msgspec.DecodeError:  # written by another version of ours
            return None

    def _keep(self, key: str, answer: Answer) -> None:
        headers = {
            name: answer.headers[name] for name in ("content-type", "etag", "last-modified") if name in answer.headers
        }
        age = _freshness(answer.headers)
        if age is None or not (age or _conditions(headers)):
            return
        kept = _Kept(url=answer.url, headers=headers, body=answer.body, fresh_until=self._clock() + age)
        self._records.put(_KIND, key, msgspec.msgpack.encode(kept))


def _answer(kept: _Kept) -> Answer:
    return Answer(status=_OK, url=kept.url, headers=kept.headers, body=kept.body)


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
    age = headers.get("age", "")
    return max(min(int(found[1]), _LONGEST) - (int(age) if age.isdecimal() else 0), 0)
