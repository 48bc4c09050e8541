"""Everything that builds need, generation by generation: the build environments of the environments, and so on down."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, TypeVar

from wheelforge.errors import BuildError, ResolutionError, WheelforgeError
from wheelforge.model.artifacts import Kind
from wheelforge.plan.asking import Backends
from wheelforge.plan.cycles import break_cycles
from wheelforge.plan.environments import Environments
from wheelforge.plan.graph import build_order, needs
from wheelforge.plan.sharing import shared_versions
from wheelforge.plan.units import BuildClosure, PlannedUnit
from wheelforge.resolve.problem import Solution
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping, Sequence

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.plan.cycles import Detour
    from wheelforge.plan.facts import Facts, Unanswered
    from wheelforge.plan.graph import Units
    from wheelforge.plan.needs import Need
    from wheelforge.plan.rules import ClosureRules
    from wheelforge.resolve.candidates import Candidate

    Preferences = Mapping[NormalizedName, tuple[Version, ...]]

T = TypeVar("T")

GENERATIONS = 100
"""No chain of builds goes that far, but where an index makes up a project for whatever name it is asked for."""
_TOLD = 5
"""So many steps of such a chain are told."""


async def plan_closure(shipped: Sequence[Candidate], rules: ClosureRules, facts: Facts) -> BuildClosure:
    """The build closure of what is shipped, of which sdists are built and versions are preferred.

    A build environment prefers the versions that finished generations chose, so that one version serves
    many builds. Neither that nor anything else depends on the order in which facts arrive. Where builds need each
    other, environments are solved again without what closes the cycle.

    Raises:
        BuildCycle: units that need each other to be built, whatever versions they take.
        Unplannable: several builds require what is not to be had.
        ResolutionError: one does, or each needs yet another one.
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


def _endless(units: Units, last: Candidate) -> ResolutionError:
    """What is told with the end of a chain: each is needed by the build of the one before it."""
    chain = [last]
    while len(chain) <= _TOLD:
        needed = chain[0].artifact.filename
        # The first to need it was planned in the generation before it.
        chain.insert(0, next(unit.sdist for unit in units.values() if needed in needs(unit)))
    return ResolutionError(
        f"what builds need goes on without end: after {GENERATIONS} steps still {' -> '.join(map(str, chain))}",
        hint=f"take one of these as a wheel: --seed {last.name}",
    )


class _Planner:
    """What the generations share: solved environments, and which versions are preferred."""

    def __init__(self, rules: ClosureRules, facts: Facts, shipped: Sequence[Candidate] = ()) -> None:
        self._rules = rules
        self._facts = facts
        self._shipped = shipped
        self._ahead: set[str] = set()
        """The files whose backends were asked before their turn."""
        self.environments = Environments(rules, facts)
        self._backends = Backends(rules, facts, self.environments)
        self._faults: dict[str, ResolutionError] = {}
        """Why builds could not be planned, by message: several may fail for one reason."""

    async def grown(self, units: Units, generation: Sequence[Candidate]) -> Units:
        """The units with those of these sdists, of what their builds need, and so on down.

        Raises:
            ResolutionError: some cannot be planned.
        """
        self._faults.clear()
        for _ in range(GENERATIONS):
            if not generation:
                break
            planned = await self.generation(generation, self.preferences(units))
            units = {**units, **{unit.sdist.artifact.filename: unit for unit in planned}}
            generation = _unplanned(planned, units)
        if generation:
            raise _endless(units, generation[0])
        self.raise_faults()
        return units

    async def avoiding(self, units: Units, detour: Detour) -> Units | None:
        """See `Replan`."""
        unit = units[detour.unit]
        cycles, preferences = (*unit.cycles, detour.cycle), self.preferences(units)

        async def solve(needs: Sequence[Need]) -> list[tuple[Need, Solution]]:
            return [(one, await self.environments.of(one, self._rules.builder, preferences, cycles)) for one in needs]

        try:
            [(need, environment)] = await self._backends.settled([unit.need], solve)
            changed = PlannedUnit(need=need, environment=environment, cycles=cycles)
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
            needs = await self._all_of(self._backends.need(sdist, preferences) for sdist in sdists)
        solved = await self._backends.settled(needs, lambda found: self._solve_all(found, preferences))
        return [PlannedUnit(need=need, environment=environment) for need, environment in solved]

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
            needs = await together(self._backends.static(sdist) for sdist in these)
            likely = await self._solve_all(needs, preferences)
            chosen = sdists(choice.candidate for _, found in likely for choice in found.choices)
            members = {member.artifact.filename: member for member in chosen}
            fresh = members.keys() - self._ahead
            self._ahead |= fresh
            await together(self._ask_ahead(members[name]) for name in sorted(fresh))

    async def _ask_ahead(self, sdist: Candidate) -> None:
        with contextlib.suppress(WheelforgeError):
            need = await self._backends.static(sdist)
            if not (need.told or need.is_silent):
                await self._facts.hook_requires(sdist, Solution(choices=()), need.treatment)
