"""What the user says of builds beyond their requirements."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.model.upload_time import moment

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """Build environments as they would have been at an earlier moment."""

    moment: datetime | None
    """Only what was uploaded before it; ``None``: before the sdist that is built was."""
    written: str
    """As it was asked for: ``release``, or a moment."""

    def limit(self, uploaded: str | None) -> datetime | None:
        """The moment for an sdist that was ``uploaded`` then (RFC 3339); ``None`` where nobody knows it."""
        return self.moment or moment(uploaded)


class Hooks(enum.Enum):
    """Among what backends are asked what they require."""

    WHEELS = "wheels"
    """The index's, whatever stands in the folder: nothing has to be built for an answer."""
    FROM_SOURCE = "from-source"
    """Nothing prebuilt: what they are asked among is built first, and all that this needs."""
    AS_BUILDS = "as builds"
    """Just what their builds would get, and it is built first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """How builds differ from what sdists and recipes say; by default they do not."""

    as_of: AsOf | None = None
    hooks: Hooks = Hooks.WHEELS
    provided: frozenset[str] = frozenset()
    """Tools of the host or the image that every build may see: see `Treatment.provided`."""
    recipes: tuple[str, ...] = ()
    """``NAME sha256:DIGEST`` of each recipe file beyond the built-in ones, in the order of their weight."""
