"""From a folder without a lock to its lock: every sdist in it is to be built, and it is the only index there is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from wheelforge.errors import BuildError, IntegrityError, ResolutionError, WheelforgeError
from wheelforge.events import Note, Phase, PhaseFinished, PhaseStarted, Warn
from wheelforge.factory.engine import OnFailure
from wheelforge.factory.environments import Bounds, hook_rules
from wheelforge.factory.failures import raise_failures
from wheelforge.factory.fetching import fetch
from wheelforge.factory.folder import LOCK
from wheelforge.factory.folder_facts import FolderFacts
from wheelforge.factory.gaps import IncompleteFolder, told
from wheelforge.factory.knowledge import IndexFacts, Siblings
from wheelforge.factory.locking import Planned, Weight, chosen_files, make_lock
from wheelforge.factory.loose import NAME, LooseFolder
from wheelforge.factory.making import Maker, wheel_beside
from wheelforge.factory.planning import Plan
from wheelforge.factory.sandbox_desk import SandboxDesk
from wheelforge.factory.standing import Spoken, standing
from wheelforge.factory.unlocked import WHOLE_FOLDER, FolderPlan, OnGaps
from wheelforge.model.artifacts import Kind
from wheelforge.model.building import Building, Hooks
from wheelforge.model.inputs import Asked, Formats, Inputs, Prefer
from wheelforge.plan.closure import plan_closure
from wheelforge.plan.environments import seeded
from wheelforge.plan.rules import ClosureRules
from wheelforge.resolve.catalog import Searched
from wheelforge.resolve.problem import Problem, Solution
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
    from pathlib import Path

    from wheelforge.factory.made import Equipment
    from wheelforge.factory.standing import Standing
    from wheelforge.factory.unlocked import Unlocked
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.lock import Lock
    from wheelforge.plan.units import BuildClosure
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a folder is gone about."""

    on_gaps: OnGaps
    on_failure: OnFailure
    places: int
    """Backends that are at work at the same time."""


async def plan_folder(folder: Path, how: Unlocked, *, manner: Manner, equipment: Equipment) -> FolderPlan:
    """The plan of a folder that something else has downloaded; backends are asked as their environments become ready.

    All sdists in the folder itself are built, in all versions, and its wheels pass through; what only builds need may
    stand in ``build-deps/``. No other place is looked at.

    Raises:
        UsageError: there is no archive in the folder.
        IncompleteFolder: builds require what is not there, or, where gaps are refused, wheels do.
        BuildCycle: sdists need each other to be built.
        IntegrityError: an archive cannot be read, or is not what its name says.
        BuildError: a backend failed, and is not gone on without, or nothing is left without it.
    """
    loose = LooseFolder(folder, equipment.store, equipment.report)
    equipment.report(Note(text=f"no {LOCK} in {folder}: planned from what stands there"))
    return await _Planner(folder, loose, how, equipment, asyncio.Semaphore(manner.places)).plan(manner)


class _Planner:
    def __init__(
        self, folder: Path, loose: LooseFolder, how: Unlocked, equipment: Equipment, places: asyncio.Semaphore
    ) -> None:
        self._folder = folder
        self._loose = loose
        self._target = equipment.target
        self._report = equipment.report
        self._inputs = Inputs(
            requirements=(),
            formats=Formats(prefer=Prefer.SOURCE),
            seeds=how.seeds,
            build_deps=True,
            with_fallback=True,
            building=Building(hooks=Hooks.AS_BUILDS),
        )
        desk = SandboxDesk(index=loose.index, equipment=equipment, places=places)
        recipes = how.find_recipes()
        bounds = Bounds(searched=Searched.FOLDER, formats=hook_rules(self._inputs, recipes, self._target))
        self._known = IndexFacts(
            index=loose.index, builder=self._target, hooks=desk, siblings=Siblings.LAST_RESORT, bounds=bounds
        )
        self._known.recipes = recipes
        self._facts = FolderFacts(self._known, loose)
        maker = Maker(facts=self._facts, desk=desk, find_rules=self._find_rules, stand_in=wheel_beside)
        self._known.make_with(maker)
        self._rules = ClosureRules(inputs=self._inputs, builder=self._target, host=self._target, recipes=recipes)

    async def plan(self, manner: Manner) -> FolderPlan:
        self._report(PhaseStarted(phase=Phase.CLOSURE))
        roots, failures = await self._roots(), dict[str, BuildError]()
        try:
            closure, said = await self._understood(roots)
        except BuildError:
            if manner.on_failure is OnFailure.STOP:
                raise
            roots, failures = await self._sound(roots)
            closure, said = await self._understood(roots)
        self._report(PhaseFinished(phase=Phase.CLOSURE, count=len(closure.units), noun="sdist", remark="to build"))
        found = standing(said, self._target)
        if failures:
            # The wheelhouse is not going to be written: what it would lack is nobody's concern.
            return FolderPlan(lock=await self._lock_of_these(closure, found, None), failures=failures)
        self._tell_gaps(found, manner.on_gaps)
        solved = None if found.unserved else await self._solved(found)
        return FolderPlan(lock=await self._lock_of_these(closure, found, solved))

    async def _understood(self, roots: Sequence[Candidate]) -> tuple[BuildClosure, list[Spoken]]:
        """What their builds need, and what they say themselves that they require to run."""
        try:
            closure = await plan_closure(roots, self._rules, self._facts)
        except ResolutionError as fault:
            raise told(fault, self._folder, self._facts) from None
        said = await together(self._known.own_word(root, self._target) for root in roots)
        return closure, [Spoken(root, own) for root, own in zip(roots, said, strict=True)]

    async def _sound(self, roots: Sequence[Candidate]) -> tuple[tuple[Candidate, ...], dict[str, BuildError]]:
        """Those that can be planned, each by itself, and why the others cannot.

        Raises:
            BuildError: none can.
        """
        faults = await together(self._fault(root) for root in roots)
        found = zip(roots, faults, strict=True)
        failures = {root.artifact.filename: fault for root, fault in found if fault is not None}
        sound = tuple(root for root in roots if root.artifact.filename not in failures)
        if not sound:
            raise_failures(failures)
        if failures:
            text = "not built, since what their plan depends on has failed"
            self._report(Note(text=f"{text}: {', '.join(sorted(failures))}"))
        return sound, failures

    async def _fault(self, root: Candidate) -> BuildError | None:
        """The build or the hook that keeps a root from being planned; whatever else does is told of all at once."""
        try:
            await self._understood([root])
        except BuildError as fault:
            return fault
        except ResolutionError:
            return None
        return None

    async def _lock_of_these(self, closure: BuildClosure, found: Standing, solved: tuple[Choice, ...] | None) -> Lock:
        pinned = found.newest if solved is None else solved
        names = {choice.candidate.artifact.filename for choice in pinned}
        others = [choice for choice in found.files if choice.candidate.artifact.filename not in names]
        plan = Plan(target=self._target, runtime=Solution(choices=(*pinned, *others)), closure=closure)
        inputs = replace(
            self._inputs,
            requirements=_asked(choice.candidate.name for choice in pinned),
            # What does not serve each other is not installed by its names, but as it is pinned.
            no_deps=solved is None,
        )
        return self._placed(await self._lock_of(plan, inputs), names)

    async def _solved(self, found: Standing) -> tuple[Choice, ...] | None:
        """One version of each project that all suit each other, where there are such; as in pip, the newest first."""
        wheels = {one.candidate.name for one in found.newest if one.candidate.artifact.kind is Kind.WHEEL}
        problem = Problem(
            subject=f"what stands in {self._folder}",
            target=self._target,
            roots=_asked(choice.candidate.name for choice in found.newest),
            formats=seeded(self._inputs.formats, self._inputs.seeds & wheels),
        )
        try:
            solution = await self._known.solve(problem)
        except ResolutionError:
            solution = Solution(choices=())
        if solution.choices and all(self._loose.has_flat(one.candidate.artifact.filename) for one in solution.choices):
            return solution.choices
        text = f"the versions in {self._folder} do not suit each other: of each project the newest is pinned"
        self._report(Note(text=text))
        return None

    async def _find_rules(self) -> ClosureRules:
        return self._rules

    async def _roots(self) -> tuple[Candidate, ...]:
        """What is built or passes through; what is left alone is said."""
        await self._check_seeds()
        held = await self._loose.held(self._target, self._inputs.seeds)
        for clause in held.others:
            self._report(Note(text=f"left alone in {self._folder}: {clause}"))
        if held.misnamed:
            text = f"left alone in {self._folder}: {', '.join(held.misnamed)}: not named NAME-VERSION"
            self._report(Warn(text=text, hint="name each after what it holds: flask-3.1.3.tar.gz (PEP 625, PEP 427)"))
        asked = [
            root for root, fits in zip(held.candidates, await self._readable(held.candidates), strict=True) if fits
        ]
        if not asked:
            raise IncompleteFolder(f"nothing in {self._folder} is for {self._target.name}")
        return tuple(asked)

    async def _check_seeds(self) -> None:
        seeds = sorted(self._inputs.seeds)
        have = await together(self._loose.has(Requirement(name), self._target, kinds=(Kind.WHEEL,)) for name in seeds)
        lacking = [name for name, has in zip(seeds, have, strict=True) if not has]
        if lacking:
            options = " ".join(f"--seed {name}" for name in lacking)
            raise IncompleteFolder(
                f"{options}: {self._folder} has no wheel of {', '.join(lacking)} for {self._target.name}",
                hint=f"put it into {self._folder}, or into {self._folder}/build-deps, or leave {options} out",
            )

    async def _readable(self, candidates: Iterable[Candidate]) -> list[bool]:
        """Whether each is for this Python; those that cannot be read are told in one go.

        Raises:
            IntegrityError: there are some.
        """
        faults = list[WheelforgeError]()

        async def look(candidate: Candidate) -> bool:
            try:
                own = await self._known.stated(candidate.artifact)
            except (IntegrityError, ResolutionError) as fault:
                faults.append(fault)
                return False
            needed = None if own is None or own.requires_python is None else SpecifierSet(own.requires_python)
            if self._target.accepts_python(needed):
                return True
            text = f"{candidate.artifact.filename} is left alone: it needs Python {needed}"
            self._report(Warn(text=f"{text}, and this is {self._target.python_version}"))
            return False

        fitting = await together(look(candidate) for candidate in candidates)
        if faults:
            raise IntegrityError("\n".join(sorted(fault.message for fault in faults)))
        return fitting

    def _tell_gaps(self, found: Standing, on_gaps: OnGaps) -> None:
        if not found.unserved:
            return
        lines = [f"  {text}, for {', '.join(askers)}" for text, askers in found.unserved]
        text = "\n".join([f"{self._folder} lacks what is required at run time:", *lines])
        match on_gaps:
            case OnGaps.WARN:
                self._report(Warn(text=text))
            case OnGaps.REFUSE:
                raise IncompleteFolder(text, hint=f"put it into {self._folder}, or go without --strict")

    async def _lock_of(self, plan: Plan, inputs: Inputs) -> Lock:
        hooks = [unit.need.hooks for unit in plan.closure.units if unit.need.hooks is not None]
        asked_among = [choice.candidate.artifact for one in hooks for choice in one.choices]
        planned = Planned(
            plans=(plan,),
            weights=await self._weights(chosen_files(inputs, [plan]).values()),
            hook_weights=await self._weights(asked_among),
            incomplete=tuple(self._known.assumptions),
            foreign=self._known.foreign,
        )
        return make_lock(inputs, planned)

    async def _weights(self, files: Iterable[Artifact]) -> Mapping[str, Weight]:
        fetched = await fetch(files, self._loose.index)
        return {name: Weight(sha256=one.sha256, size=one.size) for name, one in fetched.items()}

    def _placed(self, lock: Lock, pinned: Container[str]) -> Lock:
        """The same with one pin a project, and each file where it stands."""
        targets = [replace(one, pins=tuple(pin for pin in one.pins if pin.artifact in pinned)) for one in lock.targets]
        files = [replace(file, build_only=not self._loose.has_flat(file.filename)) for file in lock.artifacts]
        inputs = replace(lock.inputs, options={**lock.inputs.options, WHOLE_FOLDER: True})
        return replace(lock, inputs=inputs, targets=tuple(targets), artifacts=tuple(files))


def _asked(names: Iterable[str]) -> tuple[Asked, ...]:
    return tuple(Asked(requirement=Requirement(name), origin=NAME) for name in names)
