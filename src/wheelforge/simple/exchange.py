"""The values that pass between the patient client and the wire."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wheelforge.errors import IndexAccessError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How servers are talked to. All times in seconds."""

    connect_timeout: float = 4.0
    """To a TCP connection, and once more to TLS."""
    timeout: float = 15.0
    """Of silence on an open connection: between two pieces of a body, where it may be minutes."""
    retries: int = 3
    """Further tries after the first."""
    pause: float = 0.25
    """Before the second try; doubled before each further one."""
    patience: float = 6.0
    """Until an answer begins, all tries together: an index that is away is told in seconds."""
    page: float = 300.0
    """Until the whole of a page, or of a part of a file, is here, from the moment at which it began."""
    cert: Path | None = None
    """A PEM file of certificate authorities to trust instead of the usual ones."""
    client_cert: Path | None = None
    """A PEM file with a certificate and its key, by which we are known to servers."""
    proxy: str | None = field(default=None, repr=False)
    """A URL, perhaps with credentials, through which all goes; by default what the environment says."""
    trusted_hosts: frozenset[str] = frozenset()
    """``HOST`` or ``HOST:PORT``, lower-case, whose certificates are not checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer, read into memory."""

    status: int
    """200, 304, 404 or 410: any other is an error."""
    url: str
    """Where it came from, after redirects; without credentials."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some bytes of a remote file."""

    start: int
    """Their place in the file."""
    total: int
    """The size of the whole file."""
    data: bytes


class Lane(enum.Enum):
    """What connections are used for, with the most that are open at once."""

    QUESTIONS = 32
    """Many small answers: over HTTP/2 they share one connection."""
    FILES = 16
    """Few large answers: HTTP/1.1 has no frames in them, each of which would cost as much as a small answer.

    So goes a question again whose connection broke.
    """


class Broken(Exception):
    """One try failed: ``reason`` is one clause without credentials."""

    def __init__(self, reason: str, *, again: bool, wait: float | None = None, hint: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
        """Whether another try may do better."""
        self.wait = wait
        """Seconds that the server asked us to wait (RFC 9110, Retry-After)."""
        self.hint = hint


class Unknown(Broken):
    """The server wants to know who asks (401)."""


class Absent(Broken):
    """The server has no such thing (404, 410)."""


class Silent(Broken):
    """One try brought no answer, or no end of one."""


class Severed(Broken):
    """The connection broke: over HTTP/2 perhaps for the sake of another answer that shared it."""


class Unreachable(IndexAccessError):
    """No try brought an answer: it makes no sense to ask that server for anything else."""


class NotAsked(Unreachable):
    """No server may be asked in this run."""


class Missing(IndexAccessError):
    """The server has no such file (404, 410)."""


class Denied(IndexAccessError):
    """The server wants to know who asks (401): with credentials, or with others, it may answer."""
