"""The package index to ask: its URL, and apart from it what logs in there."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from wheelforge.errors import UsageError

if TYPE_CHECKING:
    from wheelforge.settings.setting import Setting

DEFAULT_NAME = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A package index that speaks the Simple API (PEP 503)."""

    url: str
    """Absolute, ends with a slash, without credentials and query: fit to be shown and to be locked."""
    name: str = DEFAULT_NAME
    userinfo: str = field(default="", repr=False)
    """``user:password``, percent-encoded as in a URL; empty for none. Never shown."""


def parse_index(said: Setting[str]) -> Index:
    """The index at a URL as a user writes it.

    Raises:
        UsageError: it is no http or https URL, or has a query, whose token would show wherever the URL does.
    """
    try:
        parts = urlsplit(said.value.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in {"http", "https"} or not host:
        # The text itself may hold a password, so only its origin is named.
        raise UsageError(f"{said.origin}: not the URL of an index", hint="it begins with https:// or http://")
    if parts.query or parts.fragment:
        raise UsageError(
            f"{said.origin}: the URL of an index ends with its path, without ? and #",
            hint="write a token as the user name: https://TOKEN@HOST/simple/",
        )
    path = parts.path if parts.path.endswith("/") else f"{parts.path}/"
    userinfo, _, place = parts.netloc.rpartition("@")
    return Index(url=urlunsplit((parts.scheme, place, path, "", "")), userinfo=userinfo)


def default_index() -> Index:
    """The public index, whose host distlib knows."""
    # Imported only when it is asked for, since it takes longer to load than all of the settings.
    parts = urlsplit(str(importlib.import_module("distlib.index").DEFAULT_INDEX))
    return Index(url=urlunsplit((parts.scheme, parts.netloc, "/simple/", "", "")))
