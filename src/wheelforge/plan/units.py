"""What a plan consists of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wheelforge.model.lock import BuildRequirement, Cycle
    from wheelforge.plan.needs import Need
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Solution


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedUnit:
    """An sdist, what its build requires, and the exact environment that serves it."""

    need: Need
    environment: Solution
    cycles: tuple[Cycle, ...] = ()
    """Those that the environment breaks, in the order in which they were met."""

    @property
    def sdist(self) -> Candidate:
        """What is built."""
        return self.need.sdist

    @property
    def requires(self) -> tuple[BuildRequirement, ...]:
        """Who asks for what of its environment."""
        return self.need.told


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildClosure:
    """All units, in one valid order of building."""

    units: tuple[PlannedUnit, ...]
    incomplete: tuple[str, ...]
    undated: tuple[str, ...] = ()
    """Sdists whose environments are as of now, since nobody knows when they were uploaded."""
