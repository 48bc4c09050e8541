"""What the planner asks of the world. It is answered from an index, from a folder, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wheelforge.model.metadata import BuildSystem
    from wheelforge.model.treatment import Treatment
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Problem, Solution


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A hook that could not be asked, and why: the plan is incomplete."""

    reason: str
    hint: str | None = None
    """The option that would allow it."""

    def __str__(self) -> str:
        return self.reason if self.hint is None else f"{self.reason} ({self.hint})"


class Facts(Protocol):
    """The planner's only window. Each question may be asked concurrently with others."""

    async def solve(self, problem: Problem) -> Solution:
        """The versions that serve a problem, each confirmed by the file itself."""

    async def build_system(self, sdist: Candidate, treatment: Treatment, /) -> BuildSystem:
        """What the sdist says statically of its build, once it is so treated."""

    async def hook_requires(
        self, sdist: Candidate, environment: Solution, treatment: Treatment, /
    ) -> tuple[str, ...] | Unanswered:
        """What ``get_requires_for_build_wheel`` asks for, run in this environment on what is so treated."""
