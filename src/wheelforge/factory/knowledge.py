"""The planner's facts, from an index: solved problems, static build systems, and hooks asked in a sandbox."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

from packaging.requirements import Requirement

from wheelforge.errors import ResolutionError
from wheelforge.factory.crawler import Crawler
from wheelforge.metadata.ladder import BackendNotAsked, Ladder
from wheelforge.model.artifacts import Kind
from wheelforge.model.inputs import Asked, Formats
from wheelforge.plan.facts import Unanswered
from wheelforge.resolve.catalog import Catalog
from wheelforge.resolve.problem import Lacks, Problem
from wheelforge.resolve.solver import solve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wheelforge.events import Reporter
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.metadata import BuildSystem, Metadata
    from wheelforge.model.targets import Target
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Solution
    from wheelforge.simple.index import Index

_asking: ContextVar[tuple[str, ...]] = ContextVar("_asking", default=())
"""The sdists whose backends are being asked, each for the sake of the one before."""


class HookDesk(Protocol):
    """Asks the backend of an sdist, in an environment of exactly these wheels."""

    async def requires(self, sdist: Artifact, wheels: Sequence[Artifact]) -> tuple[str, ...] | Unanswered:
        """The answer of ``get_requires_for_build_wheel``."""

    async def metadata(self, sdist: Artifact, wheels: Sequence[Artifact]) -> Metadata | Unanswered:
        """The answer of ``prepare_metadata_for_build_wheel``."""


class IndexFacts:
    """Facts from an index, each learnt once for all problems of a run."""

    def __init__(self, *, index: Index, builder: Target, hooks: HookDesk, report: Reporter) -> None:
        self._builder = builder
        self._hooks = hooks
        self._catalog = Catalog()
        self._ladder = Ladder(index, self._ask_metadata)
        self._crawler = Crawler(index=index, ladder=self._ladder, catalog=self._catalog, report=report)
        self._confirmed: set[str] = set()
        self.restarts = 0
        """How often a solve had to be begun anew, because something was not known or was known wrongly."""

    async def solve(self, problem: Problem) -> Solution:
        """Solve, confirm each chosen file by its own bytes, and solve again where one says otherwise."""
        await self._crawler.read_ahead(problem)
        while True:
            answer = solve(problem, self._catalog)
            if isinstance(answer, Lacks):
                await self._crawler.learn(problem, answer)
            elif await self._confirm(answer):
                return answer
            self.restarts += 1

    async def build_system(self, sdist: Candidate) -> BuildSystem:
        """See `Facts`."""
        return await self._ladder.build_system(sdist.artifact)

    async def hook_requires(self, sdist: Candidate, environment: Solution) -> tuple[str, ...] | Unanswered:
        """See `Facts`."""
        wheels = _wheels(environment)
        return wheels if isinstance(wheels, Unanswered) else await self._hooks.requires(sdist.artifact, wheels)

    async def _confirm(self, solution: Solution) -> bool:
        """Whether every chosen file says of itself what was assumed of it."""
        candidates = [choice.candidate for choice in solution.choices]
        return all(await asyncio.gather(*(self._confirm_one(candidate) for candidate in candidates)))

    async def _confirm_one(self, candidate: Candidate) -> bool:
        file = candidate.artifact
        if file.filename in self._confirmed:
            return True
        assumed = self._catalog.metadata(candidate)
        sibling = None if candidate.evidence is file else assumed
        confirmed = await self._ladder.confirm(file, sibling)
        self._catalog.learn_metadata(file.filename, confirmed)
        self._confirmed.add(file.filename)
        return assumed is not None and _same_requirements(assumed, confirmed)

    async def _ask_metadata(self, sdist: Artifact, system: BuildSystem) -> Metadata:
        """The ladder's last rung: solve the build environment, with wheels, and run the hooks in it."""
        chain = (*_asking.get(), sdist.filename)
        if sdist.filename in _asking.get():
            raise ResolutionError(f"to know what {sdist.filename} requires, its own metadata is needed: {chain}")
        token = _asking.set(chain)
        try:
            answer = await self._metadata_by_hook(sdist, system)
        finally:
            _asking.reset(token)
        if isinstance(answer, Unanswered):
            raise BackendNotAsked(
                f"{sdist.filename} does not say statically what it requires, and its backend cannot be asked:"
                f" {answer.reason}",
                hint=answer.hint,
            )
        return answer

    async def _metadata_by_hook(self, sdist: Artifact, system: BuildSystem) -> Metadata | Unanswered:
        wheels = _wheels(await self.solve(self._environment(sdist, system.requires)))
        if isinstance(wheels, Unanswered):
            return wheels
        more = await self._hooks.requires(sdist, wheels)
        if isinstance(more, Unanswered):
            return more
        if more:
            wheels = _wheels(await self.solve(self._environment(sdist, (*system.requires, *more))))
        return wheels if isinstance(wheels, Unanswered) else await self._hooks.metadata(sdist, wheels)

    def _environment(self, sdist: Artifact, requires: Sequence[str]) -> Problem:
        origin = f"the build of {sdist.name} {sdist.version}"
        return Problem(
            subject=f"the build environment of {sdist.name} {sdist.version}",
            target=self._builder,
            roots=tuple(Asked(requirement=Requirement(text), origin=origin) for text in requires),
            formats=Formats(),
        )


def _wheels(environment: Solution) -> tuple[Artifact, ...] | Unanswered:
    """The files of an environment; one that itself would have to be built is not had at collect."""
    files = tuple(choice.candidate.artifact for choice in environment.choices)
    unbuilt = [file.filename for file in files if file.kind is Kind.SDIST]
    return Unanswered(reason=f"there is no wheel of {', '.join(unbuilt)}") if unbuilt else files


def _same_requirements(one: Metadata, other: Metadata) -> bool:
    return set(map(str, one.requires)) == set(map(str, other.requires))
