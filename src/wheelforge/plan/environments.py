"""The build environments of a closure: each solved on its own, under what the user and the recipes say."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from wheelforge.errors import ResolutionError
from wheelforge.model.artifacts import Kind
from wheelforge.model.building import Hooks
from wheelforge.model.inputs import ALL, Asked, Formats, Prefer
from wheelforge.model.treatment import Policy
from wheelforge.plan.facts import Unanswered
from wheelforge.resolve.problem import Problem, named_by_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.model.inputs import Inputs
    from wheelforge.model.lock import Cycle
    from wheelforge.model.targets import Target
    from wheelforge.plan.facts import Facts
    from wheelforge.plan.needs import Need
    from wheelforge.plan.rules import ClosureRules
    from wheelforge.recipes.cookbook import Cookbook
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Solution

    Preferences = Mapping[NormalizedName, tuple[Version, ...]]

HASHES_HINT = "name them with their hashes in a file: --build-constraint FILE"


def no_hashes(bare: Iterable[Candidate]) -> str:
    """Why a backend is not asked in pip's hash-checking mode, as a clause."""
    return f"hashes are required, and none is given for {', '.join(map(str, bare))}"


def hook_formats(formats: Formats, hooks: Hooks) -> Formats:
    """The rules for where backends are asked, made of those for builds; what these name a wheel is one there too."""
    match hooks:
        case Hooks.WHEELS:
            return replace(formats, prefer=Prefer.WHEEL, no_binary=frozenset())
        case Hooks.FROM_SOURCE:
            named = formats.only_binary - {ALL}
            return replace(formats, prefer=Prefer.SOURCE, no_binary=formats.no_binary | {ALL}, only_binary=named)
        case Hooks.AS_BUILDS:
            return formats


class Environments:
    """Solves them; what is asked the same way twice is solved once, and the later one waits for that."""

    def __init__(self, rules: ClosureRules, facts: Facts) -> None:
        self._rules = rules
        self._inputs = rules.inputs
        self._given = named_by_place(rules.given)
        self._facts = facts
        self._solved: dict[tuple[object, ...], asyncio.Task[Solution]] = {}
        self.undated: set[str] = set()
        """Sdists of which nobody knows when they were uploaded, where that counts."""

    async def of(self, need: Need, target: Target, preferences: Preferences, cycles: Sequence[Cycle] = ()) -> Solution:
        """The environment in which an sdist is built, and which breaks ``cycles``.

        Raises:
            ResolutionError: there is none.
        """
        problem = self._problem(need, target, self._formats(), preferences)
        return await self._solve(need, replace(problem, constraints=(*problem.constraints, *map(_ban, cycles))))

    async def of_hooks(self, need: Need, target: Target, preferences: Preferences) -> Solution:
        """The environment in which its backend is asked what it needs.

        Raises:
            ResolutionError: there is none.
        """
        formats = hook_formats(self._formats(), self._inputs.building.hooks)
        return await self._solve(need, self._problem(need, target, formats, preferences))

    async def of_hooks_among(self, need: Need, target: Target, built: Solution) -> Solution:
        """The same, but of just the versions that stand in the environment in which the sdist is built.

        Raises:
            ResolutionError: there is none.
        """
        problem = self._problem(need, target, hook_formats(self._formats(), self._inputs.building.hooks), {})
        pins = (_pin(choice.candidate, need) for choice in built.choices)
        return await self._solve(need, replace(problem, constraints=(*problem.constraints, *pins)))

    def refusal(self, need: Need, environment: Solution) -> Unanswered | None:
        """Why nothing is run in an environment: in pip's hash-checking mode all of it must be vouched for."""
        if not self._inputs.require_hashes:
            return None
        bare = self._problem(need, self._rules.host, self._formats(), {}).unvouched(environment)
        return Unanswered(reason=no_hashes(bare), hint=HASHES_HINT) if bare else None

    def _formats(self) -> Formats:
        return build_formats(self._inputs, self._rules.recipes, self._rules.builder)

    def _problem(self, need: Need, target: Target, formats: Formats, preferences: Preferences) -> Problem:
        sdist = need.sdist
        origin = f"the build of {sdist}"
        return Problem(
            subject=f"the build environment of {sdist}",
            target=target,
            roots=tuple(Asked(requirement=one, origin=origin) for one in sorted(need.requires_on(target), key=str)),
            given=self._given,
            pinned=self._rules.pinned,
            constraints=self._inputs.build_constraints,
            overrides=self._inputs.overrides,
            formats=formats,
            preferences=preferences,
            uploaded_prior_to=self._limit(sdist),
        )

    def _limit(self, sdist: Candidate) -> datetime | None:
        """The moment before which all must have been uploaded that its build gets."""
        as_of, general = self._inputs.building.as_of, self._inputs.uploaded_prior_to
        if as_of is None:
            return general
        own = as_of.limit(sdist.artifact.upload_time, self._rules.builder)
        if own is None:
            self.undated.add(str(sdist))
        return min((moment for moment in (own, general) if moment is not None), default=None)

    async def _solve(self, need: Need, problem: Problem) -> Solution:
        requires = frozenset(str(root.requirement) for root in problem.roots)
        own = problem.constraints[len(self._inputs.build_constraints) :]
        wanted = (problem.formats, frozenset(problem.preferences.items()), problem.uploaded_prior_to)
        key = (requires, problem.target.name, frozenset(str(one.requirement) for one in own), *wanted)
        # Whoever waited for it may have been stopped, and what comes after that asks again.
        if key not in self._solved or self._solved[key].cancelled():
            self._solved[key] = asyncio.ensure_future(self._facts.solve(problem))
        try:
            solution = await self._solved[key]
        except ResolutionError as fault:
            if need.sdist.evidence.kind is Kind.WHEEL:
                fault.hint = f"take {need.sdist.name} as a wheel instead: --only-binary {need.sdist.name}"
            raise
        late = late_seeds(solution, problem.formats, self._rules.recipes, self._rules.builder)
        return await self._solve(need, replace(problem, formats=seeded(problem.formats, late))) if late else solution


def _ban(cycle: Cycle) -> Asked:
    """What keeps an environment from holding what closes a cycle."""
    name, _, version = cycle.avoids.partition("==")
    return Asked(requirement=Requirement(f"{name}!={version}"), origin=f"the build cycle {cycle}")


def _pin(candidate: Candidate, need: Need) -> Asked:
    return Asked(
        requirement=Requirement(f"{candidate.name}=={candidate.version}"), origin=f"the environment of {need.sdist}"
    )


def _named(formats: Formats) -> frozenset[str]:
    return formats.no_binary | formats.only_binary


def build_formats(inputs: Inputs, recipes: Cookbook, builder: Target) -> Formats:
    """The user's rules for builds, where a seed is always a wheel; what he names himself, no recipe makes one."""
    formats = inputs.formats
    return seeded(formats, inputs.seeds | (recipes.seeds(builder) - _named(formats)))


def late_seeds(solution: Solution, formats: Formats, recipes: Cookbook, builder: Target) -> frozenset[NormalizedName]:
    """What recipes make a seed in just the version that was chosen, but what the rules name themselves."""
    built = [one.candidate for one in solution.choices if one.candidate.artifact.kind is Kind.SDIST]
    seeds = (one for one in built if recipes.treatment(one.name, one.version, builder).policy is Policy.SEED)
    return frozenset(one.name for one in seeds) - _named(formats)


def seeded(formats: Formats, seeds: frozenset[NormalizedName]) -> Formats:
    """The same rules, but that these projects are taken as wheels."""
    return replace(formats, no_binary=formats.no_binary - seeds, only_binary=formats.only_binary | seeds)
