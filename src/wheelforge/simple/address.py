"""URLs with and without credentials: what is sent, and what may be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from wheelforge.model.urls import PORTS

_LOOPBACK = re.compile(r"localhost|127\.\d+\.\d+\.\d+|::1")
UNREADABLE = "an address that is no URL"
"""Shown for what cannot be taken apart, since a password may hide anywhere in it."""


def redact(url: str) -> str:
    """The URL without credentials, query and fragment, fit for messages, logs and locks: a query may hold a token.

    What a terminal would obey is percent-encoded.
    """
    parts = _split(url)
    return _harmless(_bare(parts)) if parts else UNREADABLE


def host(url: str) -> str:
    """The host and, where one is written, the port."""
    parts = _split(url)
    return _harmless(parts.netloc.rpartition("@")[2]) if parts else UNREADABLE


def exposed(url: str) -> bool:
    """Whether what is read from there passes a network where anybody on the way could alter it."""
    parts = _split(url)
    return parts is not None and parts.scheme == "http" and not _LOOPBACK.fullmatch(parts.hostname or "")


def origin(url: str) -> Origin | None:
    """The server that a URL leads to; ``None`` for what cannot be taken apart."""
    parts = _split(url)
    if parts is None:
        return None
    return Origin(scheme=parts.scheme, host=parts.hostname or "", port=parts.port or PORTS.get(parts.scheme, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One server: what belongs to it is sent to no other."""

    scheme: str
    host: str
    port: int

    @property
    def is_usual(self) -> bool:
        """Whether it is the host's one https server on the usual port."""
        return self.scheme == "https" and self.port == PORTS["https"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Credentials for one server: same scheme, host and port."""

    base: str
    """A URL of that server, without credentials."""
    userinfo: str
    """``user:password``, percent-encoded as in a URL; empty for none."""

    @classmethod
    def of(cls, url: str) -> Login:
        """Take the credentials out of a URL."""
        parts = _split(url)
        return cls(base=redact(url), userinfo=parts.netloc.rpartition("@")[0] if parts else "")

    def onto(self, url: str) -> str:
        """The URL with the credentials when it leads to the same server, else as it is."""
        parts = _split(url)
        if not self.userinfo or not parts or origin(url) != origin(self.base):
            return url
        return parts._replace(netloc=f"{self.userinfo}@{parts.netloc.rpartition('@')[2]}").geturl()


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _bare(parts: SplitResult) -> str:
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _harmless(text: str) -> str:
    return text if text.isprintable() else "".join(one if one.isprintable() else quote(one) for one in text)
