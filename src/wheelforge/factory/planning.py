"""From inputs to a plan for each target: what is shipped there, and what its builds need."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wheelforge.events import Phase, PhaseFinished, PhaseStarted
from wheelforge.factory.rules import check_build_hashes, check_hashes, tell_cycles, tell_undated
from wheelforge.model.artifacts import Kind
from wheelforge.plan.closure import plan_closure
from wheelforge.plan.rules import ClosureRules
from wheelforge.plan.units import BuildClosure
from wheelforge.resolve.align import became_sources, shared_preferences
from wheelforge.resolve.problem import Problem, named_by_place
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packaging.utils import NormalizedName

    from wheelforge.events import Reporter
    from wheelforge.factory.following import Earlier
    from wheelforge.factory.knowledge import IndexFacts
    from wheelforge.factory.wishes import Wish
    from wheelforge.model.artifacts import Artifact, Project
    from wheelforge.model.inputs import Inputs
    from wheelforge.model.targets import Target
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Solution

NO_BUILDS = BuildClosure(units=(), incomplete=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one target gets."""

    target: Target
    runtime: Solution
    given: frozenset[NormalizedName] = frozenset()
    """Projects that the inputs brought themselves, or took from one index: the others were not asked for them."""
    placed: Mapping[NormalizedName, Project] = field(default_factory=dict)
    """Those that were named by their place: builds take them too."""
    pinned: Mapping[NormalizedName, Project | None] = field(default_factory=dict)
    """Those that were taken from one index: builds take them from there too."""
    closure: BuildClosure = NO_BUILDS

    def candidates(self) -> list[Candidate]:
        """All that was chosen, at run time and for builds; what several builds share occurs several times."""
        solutions = (self.runtime, *(unit.environment for unit in self.closure.units))
        return [choice.candidate for solution in solutions for choice in solution.choices]

    def shipped(self) -> list[Candidate]:
        """What is chosen to run."""
        return [choice.candidate for choice in self.runtime.choices]

    def sdists(self) -> list[Candidate]:
        """What has to be built."""
        return [candidate for candidate in self.candidates() if candidate.artifact.kind is Kind.SDIST]

    def fallback(self, candidate: Candidate) -> Artifact | None:
        """The index's wheel that could stand in for an sdist on the target."""
        sdist, wheel = candidate.artifact, candidate.evidence
        fits = self.target.rank(wheel.tags) is not None and self.target.accepts_python(wheel.requires_python)
        # Where hashes were written down, one that nobody named is not taken beside what was.
        fits = fits and wheel.is_vouched
        return wheel if (sdist.kind, wheel.kind) == (Kind.SDIST, Kind.WHEEL) and fits else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Plans targets, each as it would be planned alone; what is learnt for one need not be learnt for the next."""

    inputs: Inputs
    facts: IndexFacts
    host: Target
    """The interpreter that hooks are asked with."""
    report: Reporter

    async def plan(self, wishes: Sequence[tuple[Target, Wish]], earlier: Earlier) -> tuple[Plan, ...]:
        """A plan for each target.

        Raises:
            ResolutionError: there is none for one of them.
        """
        self.report(PhaseStarted(phase=Phase.RESOLVE))
        problems = [self._problem(target, wish, earlier, several=len(wishes) > 1) for target, wish in wishes]
        solutions = await together(self.facts.solve(problem) for problem in problems)
        if self.inputs.align and len(problems) > 1:
            solutions = await self._aligned(problems, solutions)
        plans = [self._runtime(problem, solution) for problem, solution in zip(problems, solutions, strict=True)]
        if not self.inputs.build_deps:
            return tuple(plans)
        self.report(PhaseStarted(phase=Phase.CLOSURE))
        return tuple(await together(self._with_builds(plan, earlier) for plan in plans))

    def _problem(self, target: Target, wish: Wish, earlier: Earlier, *, several: bool) -> Problem:
        inputs = self.inputs
        return Problem(
            subject=f"the requirements for {target.name}" if several else "the requirements",
            target=target,
            roots=wish.roots,
            given=wish.given,
            places=wish.places,
            pinned=wish.pinned,
            follow=wish.follow,
            constraints=inputs.constraints,
            overrides=inputs.overrides,
            formats=inputs.formats,
            preferences=earlier.runtime(target.name),
            allow_prereleases=inputs.allow_prereleases,
            resolution=inputs.resolution,
            uploaded_prior_to=inputs.uploaded_prior_to,
        )

    async def _aligned(self, problems: Sequence[Problem], alone: Sequence[Solution]) -> list[Solution]:
        """Solve again so that targets share versions, but not where one would have to build for it."""
        shared = await self._sharing(problems, alone, besides=set())
        pairs = zip(alone, shared, strict=True)
        if sources := {name for one, other in pairs for name in became_sources(one, other)}:
            return await self._sharing(problems, alone, besides=sources)
        return shared

    async def _sharing(
        self, problems: Sequence[Problem], alone: Sequence[Solution], *, besides: set[NormalizedName]
    ) -> list[Solution]:
        wanted = shared_preferences(alone, resolution=self.inputs.resolution, besides=besides)
        # A lock's own pins go first.
        return await together(
            self.facts.solve(replace(problem, preferences={**wanted, **problem.preferences})) for problem in problems
        )

    def _runtime(self, problem: Problem, solution: Solution) -> Plan:
        check_hashes(self.inputs, problem, solution)
        count, remark = len(solution.choices), f"for {problem.target.name}"
        self.report(PhaseFinished(phase=Phase.RESOLVE, count=count, noun="distribution", remark=remark))
        return Plan(
            target=problem.target,
            runtime=solution,
            given=frozenset({*problem.given, *problem.pinned}),
            pinned=problem.pinned,
            placed=named_by_place(problem.given),
        )

    async def _with_builds(self, plan: Plan, earlier: Earlier) -> Plan:
        closure = await plan_closure(
            plan.shipped(),
            ClosureRules(
                inputs=self.inputs,
                builder=plan.target,
                host=self.host,
                before=earlier.builds(plan.target.name),
                given=plan.placed,
                pinned=plan.pinned,
                recipes=self.facts.recipes,
            ),
            self.facts,
        )
        check_build_hashes(self.inputs, closure)
        tell_cycles(closure, self.report)
        tell_undated(closure, self.report)
        remark = f"to build for {plan.target.name}"
        self.report(PhaseFinished(phase=Phase.CLOSURE, count=len(closure.units), noun="sdist", remark=remark))
        return replace(plan, closure=closure)
