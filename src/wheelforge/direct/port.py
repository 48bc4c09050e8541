"""What this room asks of the house: that somebody makes an sdist of a source tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.archives.sdist import SdistContents
    from wheelforge.plan.facts import Unanswered


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedTree:
    """A source tree as it stands, with its history where it has one, safe to hand about."""

    subject: str
    """What messages call it."""
    archive: Path
    """A tar with one top folder. Its files are all of one time, the moment that a build of it is to have."""
    subdirectory: str
    """The folder of the project inside the top folder, with forward slashes; empty for that itself."""
    contents: SdistContents
    """What the project says statically."""
    fingerprint: str
    """SHA-256 in lower-case hex of all that a backend could see: equal ones make equal sdists."""


class SdistMaker(Protocol):
    """Lets the backend of a source tree make an sdist."""

    async def __call__(self, tree: PackedTree, output: Path, /) -> Path | Unanswered:
        """The sdist, as the backend has made it, in the folder ``output``; or why its backend is not asked.

        Raises:
            BuildError: the backend failed.
            ResolutionError: what it needs is not to be had.
        """
