"""Where a requirement file stands, and what it calls those that it includes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from wheelforge.errors import UsageError
from wheelforge.formats.reference import is_url, shown_url, unvalued
from wheelforge.model.told import printable
from wheelforge.model.urls import local_path

if TYPE_CHECKING:
    from wheelforge.formats.requirement_options import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A requirement file."""

    place: str
    """A path or a URL."""
    shown: str
    """For messages: without credentials, and with no variable expanded."""

    @property
    def path(self) -> Path | None:
        """``None`` for a file on the web."""
        return _local(self.place)

    @property
    def is_on_the_web(self) -> bool:
        """Whether it can be fetched by its URL."""
        try:
            parts = urlsplit(self.place)
            return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            return False

    @property
    def identity(self) -> str:
        """The same for every way to write a path."""
        return self.place if self.path is None else os.path.realpath(self.path)

    def included(self, said: Said) -> Source:
        """The file that a line of this one includes.

        Raises:
            UsageError: what is said can be no path.
        """
        source = source_of(_beside(self.place, said.value))
        if said.written == said.value and self.shown == _shown(self.place):
            return source
        return Source(place=source.place, shown=_beside(self.shown, unvalued(said.written)))


def source_of(place: str) -> Source:
    """The file at a path or a URL that holds no variable's value."""
    return Source(place=place, shown=_shown(place))


def _local(place: str) -> Path | None:
    if not is_url(place):
        return Path(place)
    return local_path(place) if place.lower().startswith("file:") else None


def _shown(place: str) -> str:
    path = _local(place)
    return shown_url(place) if path is None else str(path)


def _beside(place: str, named: str) -> str:
    if not named.isprintable():
        raise UsageError(f"{printable(named)!r} is no path")
    if is_url(named) or _local(place) is None:
        return urljoin(place, named) if is_url(place) else named
    return str((_local(place) or Path()).parent / named)
