"""Everything that builds need, generation by generation: the build environments of the environments, and so on down."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from wheelforge.errors import BuildError, ResolutionError, WheelforgeError
from wheelforge.model.artifacts import Kind
from wheelforge.plan.cycles import break_cycles
from wheelforge.plan.environments import Environments
from wheelforge.plan.facts import Unanswered
from wheelforge.plan.graph import build_order, needs
from wheelforge.plan.needs import static_need
from wheelforge.plan.sharing import shared_versions
from wheelforge.plan.units import BuildClosure, PlannedUnit
from wheelforge.resolve.problem import Solution
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping, Sequence

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.plan.cycles import Detour
    from wheelforge.plan.facts import Facts
    from wheelforge.plan.graph import Units
    from wheelforge.plan.needs import Need
    from wheelforge.plan.rules import ClosureRules
    from wheelforge.resolve.candidates import Candidate

    Preferences = Mapping[NormalizedName, tuple[Version, ...]]

T = TypeVar("T")


async def plan_closure(shipped: Sequence[Candidate], rules: ClosureRules, facts: Facts) -> BuildClosure:
    """The build closure of what is shipped, of which sdists are built and versions are preferred.

    A build environment prefers the versions that finished generations chose, so that one version serves
    many builds. Neither that nor anything else depends on the order in which facts arrive. Where builds need each
    other, environments are solved again without what closes the cycle.

    Raises:
        BuildCycle: units that need each other to be built, whatever versions they take.
        Unplannable: several builds require what is not to be had.
        ResolutionError: one does.
    """
    planner = _Planner(rules, facts, shipped)
    units = build_order(await break_cycles(await planner.grown({}, sdists(shipped)), planner.avoiding))
    return BuildClosure(
        units=units,
        incomplete=tuple(sorted({unit.need.incomplete for unit in units} - {""})),
        undated=tuple(sorted({str(unit.sdist) for unit in units} & planner.environments.undated)),
    )


async def plan_unit(sdist: Candidate, rules: ClosureRules, facts: Facts) -> PlannedUnit | Unanswered:
    """One build by itself, as if nothing had been chosen before; or why nothing may be run for it.

    Raises:
        ResolutionError: what it requires is not to be had.
    """
    planner = _Planner(rules, facts)
    units = await planner.generation([sdist], planner.preferences({}))
    planner.raise_faults()
    [unit] = units
    return planner.environments.refusal(unit.need, unit.environment) or unit


class Unplannable(ResolutionError):
    """Several builds require what is not to be had; ``faults`` has the error of each."""

    def __init__(self, faults: Sequence[ResolutionError]) -> None:
        self.faults = tuple(faults)
        hint = next((fault.hint for fault in faults if fault.hint), None)
        super().__init__("\n".join(fault.message for fault in faults), hint=hint)


def sdists(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those that must be built."""
    return [candidate for candidate in candidates if candidate.artifact.kind is Kind.SDIST]


def members_of(units: Iterable[PlannedUnit]) -> list[Candidate]:
    """All that stands in their environments; what several hold occurs several times."""
    return [choice.candidate for unit in units for choice in unit.environment.choices]


def _unplanned(new: Iterable[PlannedUnit], units: Units) -> list[Candidate]:
    """The sdists in new environments that are not among the units."""
    found = {sdist.artifact.filename: sdist for sdist in sdists(members_of(new))}
    return [found[name] for name in sorted(found) if name not in units]


class _Planner:
    """What the generations share: solved environments, and which versions are preferred."""

    def __init__(self, rules: ClosureRules, facts: Facts, shipped: Sequence[Candidate] = ()) -> None:
        self._rules = rules
        self._facts = facts
        self._shipped = shipped
        self._ahead: set[str] = set()
        """The files whose backends were asked before their turn."""
        self.environments = Environments(rules, facts)
        self._faults: dict[str, ResolutionError] = {}
        """Why builds could not be planned, by message: several may fail for one reason."""

    async def grown(self, units: Units, generation: Sequence[Candidate]) -> Units:
        """The units with those of these sdists, of what their builds need, and so on down.

        Raises:
            ResolutionError: some cannot be planned.
        """
        self._faults.clear()
        while generation:
            planned = await self.generation(generation, self.preferences(units))
            units = {**units, **{unit.sdist.artifact.filename: unit for unit in planned}}
            generation = _unplanned(planned, units)
        self.raise_faults()
        return units

    async def avoiding(self, units: Units, detour: Detour) -> Units | None:
        """See `Replan`."""
        unit = units[detour.unit]
        cycles = (*unit.cycles, detour.cycle)
        try:
            environment = await self.environments.of(unit.need, self._rules.builder, self.preferences(units), cycles)
            changed = replace(unit, environment=environment, cycles=cycles)
            units = {**units, detour.unit: changed}
            return self._needed(await self.grown(units, _unplanned([changed], units)))
        except (ResolutionError, BuildError):
            return None

    def _needed(self, units: Units) -> Units:
        """Those that are shipped, that the builds of these need, and so on."""
        waiting, found = [sdist.artifact.filename for sdist in sdists(self._shipped)], dict[str, PlannedUnit]()
        while waiting:
            filename = waiting.pop()
            if filename not in found:
                found[filename] = units[filename]
                waiting += needs(units[filename])
        return found

    def preferences(self, units: Units) -> Preferences:
        """The versions of all that finished generations chose are preferred, the newest first."""
        chosen = {name: set(versions) for name, versions in self._rules.before.items()}
        for candidate in (*self._shipped, *members_of(units.values())):
            chosen.setdefault(candidate.name, set()).add(candidate.version)
        return {name: tuple(sorted(versions, reverse=True)) for name, versions in chosen.items()}

    def raise_faults(self) -> None:
        """All that cannot be planned is told in one go, as far as it is known without the rest."""
        match [self._faults[message] for message in sorted(self._faults)]:
            case []:
                pass
            case [alone]:
                raise alone
            case several:
                raise Unplannable(several)

    async def generation(self, sdists: Sequence[Candidate], preferences: Preferences) -> list[PlannedUnit]:
        """Plan the units of one generation, but those that cannot be planned."""
        async with self._looking_ahead(sdists, preferences):
            needs = await self._all_of(self._needs(sdist, preferences) for sdist in sdists)
        return [
            PlannedUnit(need=need, environment=environment)
            for need, environment in await self._solve_all(needs, preferences)
        ]

    async def _all_of(self, jobs: Iterable[Coroutine[None, None, T]]) -> list[T]:
        """The results of those that succeed."""
        found = await together(self._tried(job) for job in jobs)
        return [result for one in found for result in one]

    async def _tried(self, job: Coroutine[None, None, T]) -> list[T]:
        try:
            return [await job]
        except ResolutionError as fault:
            self._faults[fault.message] = fault
            return []

    async def _solve_all(self, needs: Sequence[Need], preferences: Preferences) -> list[tuple[Need, Solution]]:
        """Each environment alone, then again where several could share a version."""
        alone = await self._all_of(self._solve(need, preferences) for need in needs)
        shared = shared_versions((need.requires_on(self._rules.builder), found) for need, found in alone)
        if not shared:
            return alone
        both = {name: (*preferences.get(name, ()), *shared.get(name, ())) for name in {*preferences, *shared}}
        return await self._all_of(self._solve(need, both) for need, _ in alone)

    async def _solve(self, need: Need, preferences: Preferences) -> tuple[Need, Solution]:
        return need, await self.environments.of(need, self._rules.builder, preferences)

    async def _static(self, sdist: Candidate) -> Need:
        """What its build needs without being asked."""
        system = await self._facts.build_system(sdist)
        return static_need(sdist, system, self._rules.recipes.treatment(sdist.name, sdist.version, self._rules.builder))

    async def _needs(self, sdist: Candidate, preferences: Preferences) -> Need:
        """All that the build of one sdist needs."""
        static = await self._static(sdist)
        return static if static.is_silent else await self._ask(static, preferences)

    async def _ask(self, need: Need, preferences: Preferences) -> Need:
        """The same with what the hook asks for, in an environment of wheels of the host."""
        host, builder = self._rules.host, self._rules.builder
        environment = await self.environments.of_hooks(need, host, preferences)
        if need.is_silent_among(environment):
            return need
        answer = self.environments.refusal(need, environment) or await self._facts.hook_requires(
            need.sdist, environment, need.treatment
        )
        if isinstance(answer, Unanswered):
            return replace(need, incomplete=f"{need.sdist}: {answer}")
        foreign = f"backends were asked on {host.name} what builds for {builder.name} need"
        return replace(need.answered(answer, environment), incomplete=foreign if host.name != builder.name else "")

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
            needs = await together(self._static(sdist) for sdist in these)
            likely = await self._solve_all(needs, preferences)
            chosen = sdists(choice.candidate for _, found in likely for choice in found.choices)
            members = {member.artifact.filename: member for member in chosen}
            fresh = members.keys() - self._ahead
            self._ahead |= fresh
            await together(self._ask_ahead(members[name]) for name in sorted(fresh))

    async def _ask_ahead(self, sdist: Candidate) -> None:
        with contextlib.suppress(WheelforgeError):
            need = await self._static(sdist)
            if not (need.told or need.is_silent):
                await self._facts.hook_requires(sdist, Solution(choices=()), need.treatment)
