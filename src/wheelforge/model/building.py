"""What the user says of builds beyond their requirements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """Build environments as they would have been at an earlier moment."""

    moment: datetime | None
    """Only what was uploaded before it; ``None``: before the sdist that is built was."""
    written: str
    """As it was asked for: ``release``, or a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """How builds differ from what sdists and recipes say; by default they do not."""

    as_of: AsOf | None = None
    provided: frozenset[str] = frozenset()
    """Tools of the host or the image that every build may see: see `Treatment.provided`."""
    recipes: tuple[str, ...] = ()
    """``NAME sha256:DIGEST`` of each recipe file beyond the built-in ones, in the order of their weight."""
