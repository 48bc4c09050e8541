"""Everything that builds need, generation by generation: the build environments of the environments, and so on down."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from wheelforge.errors import BuildError, ResolutionError, WheelforgeError
from wheelforge.model.artifacts import Kind
from wheelforge.model.inputs import Asked, Formats, Prefer
from wheelforge.model.lock import BuildRequirement, Source
from wheelforge.model.told import printable
from wheelforge.plan.facts import Unanswered
from wheelforge.plan.graph import build_order
from wheelforge.plan.sharing import shared_versions
from wheelforge.plan.silent import is_silent, is_silent_among
from wheelforge.plan.units import BuildClosure, PlannedUnit
from wheelforge.resolve.problem import Problem, Solution, applies, named_by_place
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.model.artifacts import Project
    from wheelforge.model.inputs import Inputs
    from wheelforge.model.metadata import BuildSystem
    from wheelforge.model.targets import Target
    from wheelforge.plan.facts import Facts
    from wheelforge.resolve.candidates import Candidate

    Preferences = Mapping[NormalizedName, tuple[Version, ...]]

HASHES_HINT = "name them with their hashes in a file: --build-constraint FILE"


def no_hashes(bare: Iterable[Candidate]) -> str:
    """Why a backend is not asked in pip's hash-checking mode, as a clause."""
    return f"hashes are required, and none is given for {', '.join(map(str, bare))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureRules:
    """Under which the builds of one builder are planned."""

    inputs: Inputs
    builder: Target
    host: Target
    """The interpreter that hooks are asked with. Another than the builder may get other answers than the builder
    would, and so the closure is not complete then."""
    before: Mapping[NormalizedName, Iterable[Version]] = field(default_factory=dict)
    """The versions of an earlier closure, kept where they fit."""
    given: Mapping[NormalizedName, Project] = field(default_factory=dict)
    """What the inputs bring themselves, of which builds take what was named by its place: locks are for run time."""
    pinned: Mapping[NormalizedName, Project | None] = field(default_factory=dict)
    """See `Problem.pinned`."""


async def plan_closure(runtime: Solution, rules: ClosureRules, facts: Facts) -> BuildClosure:
    """The build closure of a runtime closure.

    A build environment prefers the versions that finished generations chose, so that one version serves
    many builds. Neither that nor anything else depends on the order in which facts arrive.

    Raises:
        BuildCycle: units that need each other to be built.
    """
    planner = _Planner(rules, facts)
    units: dict[str, PlannedUnit] = {}
    planner.finish([runtime])
    generation = sdists(runtime)
    while generation:
        planned = await planner.generation(generation)
        units.update({unit.sdist.artifact.filename: unit for unit in planned})
        planner.finish(unit.environment for unit in planned)
        found = {s.artifact.filename: s for unit in planned for s in sdists(unit.environment)}
        generation = [found[name] for name in sorted(found) if name not in units]
    return BuildClosure(units=build_order(units), incomplete=tuple(sorted(planner.incomplete)))


def sdists(solution: Solution) -> list[Candidate]:
    """The chosen candidates that must be built, sorted by name."""
    return [choice.candidate for choice in solution.choices if choice.candidate.artifact.kind is Kind.SDIST]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Needy:
    """An sdist, all that its build asks for, and what of that counts on the builder."""

    sdist: Candidate
    backend: str
    told: tuple[BuildRequirement, ...]
    requires: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class _Rules:
    """Under which an environment is solved."""

    target: Target
    formats: Formats
    preferences: Preferences


class _Planner:
    """What the generations share: solved environments and the versions chosen so far."""

    def __init__(self, rules: ClosureRules, facts: Facts) -> None:
        self._inputs = rules.inputs
        self._builder = rules.builder
        self._host = rules.host
        self._given = named_by_place(rules.given)
        self._pinned = rules.pinned
        self._facts = facts
        self._chosen: dict[NormalizedName, set[Version]] = {
            name: set(versions) for name, versions in rules.before.items()
        }
        self._solved: dict[tuple[object, ...], asyncio.Task[Solution]] = {}
        self._ahead: set[str] = set()
        """The files whose backends were asked before their turn."""
        self.incomplete: set[str] = set()

    def finish(self, solutions: Iterable[Solution]) -> None:
        """A generation is finished: from now on its versions are preferred."""
        for solution in solutions:
            for choice in solution.choices:
                self._chosen.setdefault(choice.candidate.name, set()).add(choice.candidate.version)

    async def generation(self, sdists: Sequence[Candidate]) -> list[PlannedUnit]:
        """Plan the units of one generation."""
        preferences = {name: tuple(sorted(versions, reverse=True)) for name, versions in self._chosen.items()}
        async with self._looking_ahead(sdists, preferences):
            needy = await together(self._requirements(sdist, preferences) for sdist in sdists)
        return [
            PlannedUnit(sdist=one.sdist, backend=one.backend, requires=one.told, environment=environment)
            for one, environment in zip(needy, await self._environments(needy, preferences), strict=True)
        ]

    async def _environments(self, needy: Sequence[_Needy], preferences: Preferences) -> list[Solution]:
        """Each environment alone, then again where several could share a version."""
        environments = await self._solve_all(needy, preferences)
        shared = shared_versions((one.requires, found) for one, found in zip(needy, environments, strict=True))
        if not shared:
            return environments
        both = {name: (*preferences.get(name, ()), *shared.get(name, ())) for name in {*preferences, *shared}}
        return await self._solve_all(needy, both)

    async def _solve_all(self, needy: Sequence[_Needy], preferences: Preferences) -> list[Solution]:
        rules = _Rules(self._builder, self._formats(), preferences)
        return await together(self._solve(one.sdist, self._problem(one.sdist, one.requires, rules)) for one in needy)

    async def _requirements(self, sdist: Candidate, preferences: Preferences) -> _Needy:
        """All that the build of one sdist asks for."""
        system = await self._facts.build_system(sdist)
        if is_silent(system):
            return self._needy(sdist, system)
        return self._needy(sdist, system, await self._ask_hook(sdist, system, preferences))

    async def _static(self, sdist: Candidate) -> _Needy:
        """What it asks for without being asked."""
        return self._needy(sdist, await self._facts.build_system(sdist))

    def _needy(self, sdist: Candidate, system: BuildSystem, answer: Iterable[str] = ()) -> _Needy:
        told = (*_told(system.requires, Source.STATIC), *_told(answer, Source.HOOK))
        requires = _applying((one.requirement for one in told), sdist, self._builder)
        return _Needy(sdist=sdist, backend=system.backend, told=told, requires=requires)

    @contextlib.asynccontextmanager
    async def _looking_ahead(self, sdists: Sequence[Candidate], preferences: Preferences) -> AsyncIterator[None]:
        """While hooks are asked, ask those of the next generation whose environment is known, for it is empty.

        Most chains end with such backends: setuptools, flit_core. What comes of it is only remembered by who answers:
        the next generation asks for it, or nobody does where hooks have changed the choice.
        """
        ahead = asyncio.ensure_future(self._look_ahead(sdists, preferences))
        try:
            yield
            await ahead
        except BaseException:
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)
            raise

    async def _look_ahead(self, these: Sequence[Candidate], preferences: Preferences) -> None:
        with contextlib.suppress(WheelforgeError):
            needy = await together(self._static(sdist) for sdist in these)
            likely = await self._environments(needy, preferences)
            members = {member.artifact.filename: member for found in likely for member in sdists(found)}
            fresh = members.keys() - self._ahead
            self._ahead |= fresh
            await together(self._ask_ahead(members[name]) for name in sorted(fresh))

    async def _ask_ahead(self, sdist: Candidate) -> None:
        with contextlib.suppress(WheelforgeError):
            system = await self._facts.build_system(sdist)
            if not system.requires and not is_silent(system):
                await self._facts.hook_requires(sdist, Solution(choices=()))

    async def _ask_hook(self, sdist: Candidate, system: BuildSystem, preferences: Preferences) -> Iterable[str]:
        """What the hook asks for beyond the static requirements, in an environment of wheels of the host."""
        texts = system.requires
        formats = replace(self._formats(), prefer=Prefer.WHEEL, no_binary=frozenset())
        rules = _Rules(self._host, formats, preferences)
        problem = self._problem(sdist, _applying(texts, sdist, self._host), rules)
        environment = await self._solve(sdist, problem)
        if is_silent_among(system, {one.candidate.name: one.candidate.version for one in environment.choices}):
            return ()
        if self._inputs.require_hashes and (bare := problem.unvouched(environment)):
            self.incomplete.add(f"{sdist}: {Unanswered(reason=no_hashes(bare), hint=HASHES_HINT)}")
            return ()
        answer = await self._facts.hook_requires(sdist, environment)
        if isinstance(answer, Unanswered):
            self.incomplete.add(f"{sdist}: {answer}")
            return ()
        if self._host.name != self._builder.name:
            self.incomplete.add(f"backends were asked on {self._host.name} what builds for {self._builder.name} need")
        known = {str(build_requirement(text, sdist)) for text in texts}
        return [text for text in sorted(set(answer)) if str(build_requirement(text, sdist)) not in known]

    def _formats(self) -> Formats:
        """The user's rules, where a seed is always a wheel."""
        formats, seeds = self._inputs.formats, self._inputs.seeds
        return replace(formats, no_binary=formats.no_binary - seeds, only_binary=formats.only_binary | seeds)

    def _problem(self, sdist: Candidate, requires: Sequence[Requirement], rules: _Rules) -> Problem:
        origin = f"the build of {sdist}"
        return Problem(
            subject=f"the build environment of {sdist}",
            target=rules.target,
            roots=tuple(Asked(requirement=one, origin=origin) for one in sorted(requires, key=str)),
            given=self._given,
            pinned=self._pinned,
            constraints=self._inputs.build_constraints,
            formats=rules.formats,
            preferences=rules.preferences,
            uploaded_prior_to=self._inputs.uploaded_prior_to,
        )

    async def _solve(self, sdist: Candidate, problem: Problem) -> Solution:
        """One environment; what is asked the same way twice is solved once, and the later one waits for that."""
        requires = frozenset(str(root.requirement) for root in problem.roots)
        key = (requires, problem.target.name, problem.formats, frozenset(problem.preferences.items()))
        if key not in self._solved:
            self._solved[key] = asyncio.ensure_future(self._facts.solve(problem))
        try:
            return await self._solved[key]
        except ResolutionError as fault:
            if sdist.evidence.kind is Kind.WHEEL:
                fault.hint = f"take {sdist.name} as a wheel instead: --only-binary {sdist.name}"
            raise


def _applying(texts: Iterable[str], sdist: Candidate, target: Target) -> tuple[Requirement, ...]:
    """The build requirements that count on a target."""
    read = (build_requirement(text, sdist) for text in texts)
    return tuple(requirement for requirement in read if applies(requirement, target))


def build_requirement(text: str, sdist: object) -> Requirement:
    """Read what the build of an sdist asks for.

    Raises:
        BuildError: it is no requirement, or one by URL.
    """
    try:
        requirement = Requirement(text)
    except InvalidRequirement as fault:
        why = printable(str(fault).partition("\n")[0])
        raise BuildError(f"{sdist} asks for a build requirement that is not PEP 508: {text!r}\n{why}") from None
    if requirement.url is not None:
        raise BuildError(f"{sdist} asks for a build requirement by URL, which is not taken: {text!r}")
    return requirement


def _told(texts: Iterable[str], source: Source) -> tuple[BuildRequirement, ...]:
    return tuple(BuildRequirement(requirement=_one_line(text), source=source) for text in texts)


def _one_line(text: str) -> str:
    """A requirement as written, but for line ends and tabs, which PEP 508 takes for blanks."""
    return " ".join(text.split())
