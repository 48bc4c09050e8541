"""What the user asks for: requirements with their origin, and the rules under which they are met."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wheelforge.model.artifacts import Kind

if TYPE_CHECKING:
    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName

ALL = ":all:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A requirement and who wrote it down: ``the command line``, ``requirements.txt:3``."""

    requirement: Requirement
    origin: str
    hashes: frozenset[str] = frozenset()
    """``--hash=sha256:...`` of the line, lower-case hex; empty where the line has none."""


class Prefer(enum.Enum):
    """Which form of the chosen version is taken where both are to be had."""

    SOURCE = "source"
    WHEEL = "wheel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """pip's format rules: ``no_binary`` and ``only_binary`` hold normalised names, or ``:all:``.

    A name in one set is out of the other; a name beats ``:all:``.
    """

    prefer: Prefer = Prefer.WHEEL
    no_binary: frozenset[str] = frozenset()
    only_binary: frozenset[str] = frozenset()

    def allowed(self, name: NormalizedName) -> tuple[Kind, ...]:
        """The kinds that may be taken for ``name``, the preferred one first."""
        match self._rule(name):
            case "source":
                return (Kind.SDIST,)
            case "binary":
                return (Kind.WHEEL,)
            case _ if self.prefer is Prefer.SOURCE:
                return (Kind.SDIST, Kind.WHEEL)
            case _:
                return (Kind.WHEEL, Kind.SDIST)

    def _rule(self, name: NormalizedName) -> str:
        for key in (name, ALL):
            if key in self.only_binary:
                return "binary"
            if key in self.no_binary:
                return "source"
        return "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything that decides what is collected; a lock remembers it to notice drift."""

    requirements: tuple[Asked, ...]
    constraints: tuple[Asked, ...] = ()
    build_constraints: tuple[Asked, ...] = ()
    formats: Formats = field(default_factory=Formats)
    seeds: frozenset[NormalizedName] = frozenset()
    """Taken as wheels for builds though the rest is built from source."""
    build_deps: bool = False
    allow_prereleases: bool = False
    require_hashes: bool = False
    """pip's hash-checking mode: every file that is taken must have a hash that the user wrote down."""
    index_url: str | None = None
    """The index that was named for this run, without credentials; ``None`` where the configuration's is used."""
    no_deps: bool = False
    """pip's ``--no-deps``: what is named is collected, and nothing that it requires."""
