"""From a folder without a lock to its lock: every sdist in it is to be built, and it is the only index there is."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from wheelforge.errors import IntegrityError, ResolutionError, WheelforgeError
from wheelforge.events import Note, Phase, PhaseFinished, PhaseStarted, Warn
from wheelforge.factory.environments import Bounds, hook_rules
from wheelforge.factory.fetching import fetch
from wheelforge.factory.folder_facts import FolderFacts, Lacking
from wheelforge.factory.knowledge import IndexFacts, Siblings
from wheelforge.factory.locking import Planned, Weight, chosen_files, make_lock
from wheelforge.factory.loose import NAME, LooseFolder
from wheelforge.factory.making import Maker
from wheelforge.factory.planning import Plan
from wheelforge.factory.sandbox_desk import SandboxDesk
from wheelforge.factory.standing import Spoken, standing
from wheelforge.factory.unlocked import WHOLE_FOLDER, OnGaps
from wheelforge.model.artifacts import Kind
from wheelforge.model.building import Building, Hooks
from wheelforge.model.inputs import Asked, Formats, Inputs, Prefer
from wheelforge.plan.closure import Unplannable, plan_closure
from wheelforge.plan.environments import seeded
from wheelforge.plan.graph import BuildCycle
from wheelforge.plan.rules import ClosureRules
from wheelforge.resolve.catalog import Searched
from wheelforge.resolve.problem import Problem, Solution
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from pathlib import Path

    from wheelforge.factory.made import Equipment
    from wheelforge.factory.standing import Standing
    from wheelforge.factory.unlocked import Unlocked
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.lock import Lock
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Choice


class IncompleteFolder(ResolutionError):
    """A folder does not hold all that it needs."""


async def plan_folder(folder: Path, how: Unlocked, *, on_gaps: OnGaps, equipment: Equipment, places: int) -> Lock:
    """The lock of a folder that something else has downloaded; backends are asked as their environments become ready.

    All sdists in the folder itself are built, in all versions, and its wheels pass through; what only builds need may
    stand in ``build-deps/``. No other place is looked at.

    Raises:
        UsageError: there is no archive in the folder.
        IncompleteFolder: builds require what is not there, or, where gaps are refused, wheels do.
        BuildCycle: sdists need each other to be built.
        IntegrityError: an archive cannot be read, or is not what its name says.
        BuildError: a backend failed.
    """
    loose = LooseFolder(folder, equipment.store, equipment.report)
    return await _Planner(folder, loose, how, equipment, asyncio.Semaphore(places)).lock(on_gaps)


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
        bounds = Bounds(searched=Searched.FOLDER, formats=hook_rules(self._inputs))
        self._known = IndexFacts(
            index=loose.index, builder=self._target, hooks=desk, siblings=Siblings.LAST_RESORT, bounds=bounds
        )
        self._known.recipes = recipes = how.find_recipes()
        self._facts = FolderFacts(self._known, loose)
        self._known.make_with(Maker(facts=self._facts, desk=desk, find_rules=self._find_rules))
        self._rules = ClosureRules(inputs=self._inputs, builder=self._target, host=self._target, recipes=recipes)

    async def lock(self, on_gaps: OnGaps) -> Lock:
        self._report(PhaseStarted(phase=Phase.CLOSURE))
        roots = await self._roots()
        try:
            closure = await plan_closure(roots, self._rules, self._facts)
        except ResolutionError as fault:
            raise self._told(fault) from None
        self._report(PhaseFinished(phase=Phase.CLOSURE, count=len(closure.units), noun="sdist", remark="to build"))
        said = await together(self._known.own_word(root, self._target) for root in roots)
        found = standing([Spoken(root, own) for root, own in zip(roots, said, strict=True)], self._target)
        self._tell_gaps(found, on_gaps)
        solved = None if found.unserved else await self._solved(found)
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
        held = await self._loose.held(self._target, self._inputs.seeds)
        for clause in held.others:
            self._report(Note(text=f"left alone in {self._folder}: {clause}"))
        if held.misnamed:
            text = f"left alone in {self._folder}: {', '.join(held.misnamed)}: not named NAME-VERSION"
            self._report(Warn(text=text, hint="name each after what it holds: flask-3.1.3.tar.gz (PEP 625, PEP 427)"))
        for name in sorted(self._inputs.seeds):
            if not await self._loose.has(Requirement(name), self._target, kinds=(Kind.WHEEL,)):
                self._report(Warn(text=f"--seed {name}: {self._folder} has no wheel of it"))
        asked = [
            root for root, fits in zip(held.candidates, await self._readable(held.candidates), strict=True) if fits
        ]
        if not asked:
            raise IncompleteFolder(f"nothing in {self._folder} is for {self._target.name}")
        return tuple(asked)

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

    def _told(self, fault: ResolutionError) -> ResolutionError:
        """All that builds lack, each with who needs it, and after that whatever else is wrong."""
        faults = fault.faults if isinstance(fault, Unplannable) else (fault,)
        needed: dict[str, set[str]] = defaultdict(set)
        for one in faults:
            for text, build in one.requirements if isinstance(one, Lacking) else ():
                # Builds that ask for all the same share an environment: who asked for it first is not alone.
                needed[text] |= {build, *self._facts.who_asks(text)}
        others = [self._hinted(one) for one in faults if not isinstance(one, Lacking)]
        if not needed and len(others) == 1:
            return others[0]
        lines = [f"  {text}, for {', '.join(sorted(needed[text]))}" for text in sorted(needed)]
        head = [f"{self._folder} lacks what builds require:"] if lines else []
        hint = f"put it into {self._folder}, or into {self._folder}/build-deps" if lines else others[0].hint
        return IncompleteFolder("\n".join([*head, *lines, *(one.message for one in others)]), hint=hint)

    def _hinted(self, fault: ResolutionError) -> ResolutionError:
        match fault:
            case BuildCycle(seeds=seeds, lacking=lacking) if seeds or lacking:
                options = " ".join(f"--seed {name}" for name in seeds or lacking)
                where = "take its wheel, which is there" if seeds else f"put its wheel into {self._folder}"
                fault.hint = f"{where}: {options}"
            case _:
                pass
        return fault

    async def _lock_of(self, plan: Plan, inputs: Inputs) -> Lock:
        hooks = [unit.need.hooks for unit in plan.closure.units if unit.need.hooks is not None]
        asked_among = [choice.candidate.artifact for one in hooks for choice in one.choices]
        planned = Planned(
            plans=(plan,),
            weights=await self._weights(chosen_files(inputs, [plan]).values()),
            hook_weights=await self._weights(asked_among),
            incomplete=tuple(self._known.assumptions),
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
