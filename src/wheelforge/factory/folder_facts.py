"""The planner's facts where a folder is all there is: what it lacks is told by name, with who needs it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wheelforge.errors import BuildError, ResolutionError
from wheelforge.factory.making import wheel_beside
from wheelforge.plan.facts import Unanswered
from wheelforge.plan.needs import build_requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from wheelforge.factory.knowledge import IndexFacts
    from wheelforge.factory.loose import LooseFolder
    from wheelforge.model.metadata import BuildSystem
    from wheelforge.model.treatment import Treatment
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Problem, Solution


class Lacking(ResolutionError):
    """Build requirements that nothing in a folder serves; ``requirements`` has them with the build that has each."""

    def __init__(self, requirements: Sequence[tuple[str, str]]) -> None:
        self.requirements = tuple(requirements)
        super().__init__("\n".join(f"nothing serves {text}, for {build}" for text, build in requirements))


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """See `wheelforge.plan.facts.Facts`; what an environment lacks is told by name."""

    known: IndexFacts
    loose: LooseFolder
    _asked: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Who requires what to be built, by requirement, as far as backends have come to say it."""

    def who_asks(self, requirement: str) -> AbstractSet[str]:
        """The sdists whose builds require this, in these words."""
        return self._asked[requirement]

    async def solve(self, problem: Problem) -> Solution:
        """See `Facts`.

        Raises:
            Lacking: some of what is asked for is not in the folder.
        """
        try:
            return await self.known.solve(problem)
        except ResolutionError:
            lacking = [root for root in problem.roots if not await self.loose.has(root.requirement, problem.target)]
            if not lacking:
                raise
            raise Lacking(
                [(str(one.requirement), one.origin.removeprefix("the build of ")) for one in lacking]
            ) from None

    async def build_system(self, sdist: Candidate, treatment: Treatment) -> BuildSystem:
        """See `Facts`."""
        system = await self.known.build_system(sdist, treatment)
        self._note(sdist, system.requires)
        return system

    async def hook_requires(
        self, sdist: Candidate, environment: Solution, treatment: Treatment
    ) -> tuple[str, ...] | Unanswered:
        """See `Facts`; where there is a wheel to fall back on, its build may fail."""
        try:
            answer = await self.known.hook_requires(sdist, environment, treatment)
        except BuildError as fault:
            if wheel_beside(sdist) is None:
                raise
            return Unanswered(reason=fault.message.splitlines()[0])
        if not isinstance(answer, Unanswered):
            self._note(sdist, answer)
        return answer

    def _note(self, sdist: Candidate, requires: Iterable[str]) -> None:
        for text in requires:
            self._asked[str(build_requirement(text, sdist))].add(str(sdist))
