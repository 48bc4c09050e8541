"""What a plan consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wheelforge.model.lock import BuildRequirement
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Solution


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedUnit:
    """An sdist, what its build requires, and the exact environment that serves it."""

    sdist: Candidate
    backend: str
    requires: tuple[BuildRequirement, ...]
    environment: Solution


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildClosure:
    """All units, in one valid order of building."""

    units: tuple[PlannedUnit, ...]
    incomplete: tuple[str, ...]
