"""Everything that builds need, generation by generation: the build environments of the environments, and so on down."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from wheelforge.errors import BuildError
from wheelforge.model.artifacts import Kind
from wheelforge.model.inputs import Asked, Formats, Prefer
from wheelforge.model.lock import BuildRequirement, Source
from wheelforge.plan.facts import Unanswered
from wheelforge.plan.graph import build_order
from wheelforge.plan.units import BuildClosure, PlannedUnit
from wheelforge.resolve.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.model.inputs import Inputs
    from wheelforge.model.metadata import BuildSystem
    from wheelforge.model.targets import Target
    from wheelforge.plan.facts import Facts
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Solution

SILENT_BACKENDS = ("flit_core.", "poetry.core.", "pdm.backend")
"""Backends whose ``get_requires_for_build_wheel`` never adds to the static requirements."""


async def plan_closure(runtime: Solution, *, inputs: Inputs, builder: Target, facts: Facts) -> BuildClosure:
    """The build closure of a runtime closure.

    A build environment prefers the versions that finished generations chose, so that one version serves
    many builds; an environment that was solved once is not solved again. Both make the answer independent of
    the order in which facts arrive.

    Raises:
        BuildCycle: units that need each other to be built.
    """
    planner = _Planner(inputs=inputs, builder=builder, facts=facts)
    units: dict[str, PlannedUnit] = {}
    planner.finish([runtime])
    generation = sdists(runtime)
    while generation:
        planned = await asyncio.gather(*(planner.unit(sdist) for sdist in generation))
        units.update({unit.sdist.artifact.filename: unit for unit in planned})
        planner.finish(unit.environment for unit in planned)
        found = {s.artifact.filename: s for unit in planned for s in sdists(unit.environment)}
        generation = [found[name] for name in sorted(found) if name not in units]
    return BuildClosure(units=build_order(units), incomplete=tuple(sorted(planner.incomplete)))


def sdists(solution: Solution) -> list[Candidate]:
    """The chosen candidates that must be built, sorted by name."""
    return [choice.candidate for choice in solution.choices if choice.candidate.artifact.kind is Kind.SDIST]


class _Planner:
    """What the generations share: solved environments and the versions chosen so far."""

    def __init__(self, *, inputs: Inputs, builder: Target, facts: Facts) -> None:
        self._inputs = inputs
        self._builder = builder
        self._facts = facts
        self._chosen: dict[NormalizedName, set[Version]] = defaultdict(set)
        self._solved: dict[tuple[frozenset[str], Formats], asyncio.Task[Solution]] = {}
        self.incomplete: set[str] = set()

    def finish(self, solutions: Iterable[Solution]) -> None:
        """A generation is finished: from now on its versions are preferred."""
        for solution in solutions:
            for choice in solution.choices:
                self._chosen[choice.candidate.name].add(choice.candidate.version)

    async def unit(self, sdist: Candidate) -> PlannedUnit:
        """What one sdist needs to be built."""
        system = await self._facts.build_system(sdist)
        asked = [BuildRequirement(requirement=text, source=Source.STATIC) for text in system.requires]
        answer = await self._ask_hook(sdist, system)
        asked += [BuildRequirement(requirement=text, source=Source.HOOK) for text in answer]
        environment = await self._solve(sdist, [one.requirement for one in asked], self._formats())
        return PlannedUnit(sdist=sdist, backend=system.backend, requires=tuple(asked), environment=environment)

    async def _ask_hook(self, sdist: Candidate, system: BuildSystem) -> tuple[str, ...]:
        if system.backend.startswith(SILENT_BACKENDS) and not system.backend_path:
            return ()
        wheels = replace(self._formats(), prefer=Prefer.WHEEL, no_binary=frozenset())
        environment = await self._solve(sdist, system.requires, wheels)
        answer = await self._facts.hook_requires(sdist, environment)
        if isinstance(answer, Unanswered):
            self.incomplete.add(f"{sdist}: {answer.reason}")
            return ()
        static = {_same(text) for text in system.requires}
        return tuple(text for text in sorted(set(answer)) if _same(text) not in static)

    def _formats(self) -> Formats:
        """The user's rules, where a seed is always a wheel."""
        formats, seeds = self._inputs.formats, self._inputs.seeds
        return replace(formats, no_binary=formats.no_binary - seeds, only_binary=formats.only_binary | seeds)

    async def _solve(self, sdist: Candidate, requires: Iterable[str], formats: Formats) -> Solution:
        """One environment; the same requirements are solved once, and whoever comes later waits for that."""
        texts = sorted(set(requires))
        key = (frozenset(map(_same, texts)), formats)
        if key not in self._solved:
            problem = Problem(
                subject=f"the build environment of {sdist}",
                target=self._builder,
                roots=tuple(_asked(text, sdist) for text in texts),
                constraints=self._inputs.build_constraints,
                formats=formats,
                preferences=self._preferences(),
            )
            self._solved[key] = asyncio.ensure_future(self._facts.solve(problem))
        return await self._solved[key]

    def _preferences(self) -> Mapping[NormalizedName, frozenset[Version]]:
        return {name: frozenset(versions) for name, versions in self._chosen.items()}


def _same(text: str) -> str:
    """One spelling of a requirement, to compare it."""
    try:
        return str(Requirement(text))
    except InvalidRequirement:
        return text


def _asked(text: str, sdist: Candidate) -> Asked:
    try:
        requirement = Requirement(text)
    except InvalidRequirement as fault:
        raise BuildError(f"{sdist} asks for a build requirement that is not PEP 508: {text!r}\n{fault}") from None
    if requirement.url is not None:
        raise BuildError(f"{sdist} asks for a build requirement by URL, which is not taken: {text!r}")
    return Asked(requirement=requirement, origin=f"the build of {sdist}")
