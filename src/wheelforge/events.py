"""What the core tells while it works: typed events, and the protocol of those who listen. Only `cli` prints."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path


class Phase(enum.Enum):
    """The stretches of work that a user sees."""

    RESOLVE = "resolving"
    CLOSURE = "build closure"
    BUILD = "building"
    VERIFY = "verifying"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseStarted:
    """``total`` is the number of steps to come, where it is known."""

    phase: Phase
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseFinished:
    """What came of a phase: ``count`` things of the kind ``noun``, and what is to be said of them."""

    phase: Phase
    count: int
    noun: str
    """In the singular: ``distribution``."""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The crawler has read a project's page or a candidate's metadata."""

    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloaded:
    """A file is in the store, checked; ``cached`` when it was there already."""

    filename: str
    size: int
    cached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadAdvanced:
    """Some more bytes of a file have come."""

    filename: str
    received: int
    size: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """A file stands in the collected folder; ``why`` is ``runtime`` or ``build``."""

    filename: str
    why: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitStarted:
    """A backend begins to build."""

    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFinished:
    """A wheel is built and checked, or taken from the store (``cached``)."""

    subject: str
    wheel: str
    seconds: float
    cached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFailed:
    """A unit could not be built; the error itself comes at the end."""

    subject: str
    log: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a phase is done; ``text`` is its line for the user."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something a user should know and need not act on."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn:
    """Something a user should act on, though the work goes on."""

    text: str
    hint: str | None = None


Event = (
    PhaseStarted
    | PhaseFinished
    | Looked
    | Downloaded
    | DownloadAdvanced
    | Collected
    | UnitStarted
    | UnitFinished
    | UnitFailed
    | Step
    | Note
    | Warn
)


class Reporter(Protocol):
    """Takes each event as it happens; called from any thread, never blocks, never raises."""

    def __call__(self, event: Event, /) -> None:
        """Take one event."""


def silent(_event: Event, /) -> None:
    """Hear nothing: the reporter of those who do not listen."""
