"""The planner's facts, from an index: solved problems, static build systems, and hooks asked in a sandbox."""

from __future__ import annotations

import enum
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from wheelforge.errors import BuildError
from wheelforge.factory.ahead import Idle
from wheelforge.factory.confirming import Confirming
from wheelforge.factory.crawler import Crawler
from wheelforge.factory.environments import Bounds, HookEnvironments, Unbuildable, not_asked
from wheelforge.factory.making import is_made
from wheelforge.metadata.ladder import BackendNotAsked, Ladder
from wheelforge.metadata.static import build_system
from wheelforge.model.artifacts import Kind
from wheelforge.model.metadata import Surety
from wheelforge.plan.environments import late_seeds
from wheelforge.plan.facts import Unanswered
from wheelforge.recipes.cookbook import Cookbook
from wheelforge.resolve.candidates import Candidate
from wheelforge.resolve.catalog import Catalog
from wheelforge.resolve.problem import Lacks
from wheelforge.resolve.solver import solve
from wheelforge.simple.once import WaitsForItself

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from packaging.utils import NormalizedName

    from wheelforge.direct.demands import Obtaining
    from wheelforge.direct.port import PackedTree
    from wheelforge.factory.ahead import Forerunner
    from wheelforge.factory.port import HookDesk, MakesWheels
    from wheelforge.model.artifacts import Artifact, Project
    from wheelforge.model.inputs import Formats
    from wheelforge.model.metadata import BuildSystem, Metadata
    from wheelforge.model.targets import Target
    from wheelforge.model.treatment import Treatment
    from wheelforge.resolve.problem import Choice, Problem, Solution
    from wheelforge.simple.index import Index

T = TypeVar("T")


class Siblings(enum.Enum):
    """What a wheel counts for that has the version of a chosen sdist, where the sdist says nothing statically."""

    BELIEVED = "believed"
    """Nothing is run: the sdist is not going to be built here."""
    LAST_RESORT = "last resort"
    """The sdist's own backend is asked, and the wheel believed only where it cannot be."""


class IndexFacts:
    """Facts from an index, each learnt once for all problems of a run."""

    def __init__(
        self,
        *,
        index: Index,
        builder: Target,
        hooks: HookDesk,
        siblings: Siblings,
        bounds: Bounds | None = None,
        ahead: Forerunner | None = None,
    ) -> None:
        self.recipes = Cookbook()
        """How sdists are treated whose backends are asked."""
        self._builder = builder
        bounds = bounds or Bounds()
        self._siblings = siblings
        self._hooks = hooks
        self._index = index
        self._catalog = Catalog(builder, bounds.searched)
        self._environments = HookEnvironments(
            self.solve, self._only_wheels, self._late_seeds, host=builder, bounds=bounds
        )
        self._maker: MakesWheels | None = None
        self._ladder = Ladder(index, self._ask_metadata, lambda sdist: self._treatment(sdist).patches)
        self._crawler = Crawler(index=index, ladder=self._ladder, catalog=self._catalog, ahead=ahead or Idle())
        self._confirming = Confirming(index=index, ladder=self._ladder, catalog=self._catalog, crawler=self._crawler)
        self.assumptions: set[str] = set()
        """What had to be believed of chosen sdists, one sentence each."""
        self.foreign: dict[str, set[str]] = defaultdict(set)
        """What had to be believed for one target alone, by its name."""
        self.hook_wheels: set[str] = set()
        """The wheels of the environments in which backends were asked, by file name."""
        self.hooks_of: set[str] = set()
        """Whose backends were asked what they require: ``flask 3.1.3``."""
        self.trees: set[str] = set()
        """The source trees whose backends made an sdist, as messages name them."""
        self.restarts = 0
        """How often a solve had to be begun anew, because something was not known or was known wrongly."""

    async def solve(self, problem: Problem) -> Solution:
        """Solve, confirm each chosen file by its own bytes, and solve again where one says otherwise."""
        try:
            return await self._solve(problem)
        except WaitsForItself as circle:
            # No backend waits for another but where what they are asked among has to be built.
            raise circle if self._maker is None else self._maker.cycle(circle) from None

    async def _solve(self, problem: Problem) -> Solution:
        await self._crawler.read_ahead(problem)
        while True:
            answer = solve(problem, self._catalog)
            if isinstance(answer, Lacks):
                await self._crawler.learn(problem, answer)
            elif await self._confirming.holds(problem, answer):
                self._tell_foreign(problem, answer)
                return answer
            self.restarts += 1

    def give(self, given: Iterable[Project], *, awaited: Iterable[NormalizedName] = ()) -> None:
        """What of the inputs was named by its place: where a build requires it, no index is asked for its name.

        Of what is ``awaited`` only the name is known yet.
        """
        self._environments.expect(awaited)
        self._environments.give(given)

    def reach(self, places: Obtaining) -> None:
        """See `Crawler.reach`."""
        self._crawler.reach(places)

    @property
    def brought(self) -> Mapping[NormalizedName, Project]:
        """See `HookEnvironments.brought`."""
        return self._environments.brought

    def make_with(self, maker: MakesWheels) -> None:
        """From now on what stands as an sdist where a backend is to be asked is built before that."""
        self._maker = maker

    async def stated(self, file: Artifact) -> Metadata | None:
        """See `Ladder.stated`."""
        return await self._ladder.stated(file)

    async def own_word(self, candidate: Candidate, target: Target) -> Metadata:
        """See `Confirming`."""
        return await self._confirming.own_word(candidate, target)

    def check_trees(self, names: Iterable[NormalizedName]) -> None:
        """See `HookEnvironments.check_trees`."""
        self._environments.check_trees(names)

    def passed_over(self, candidate: Candidate) -> dict[Artifact, str]:
        """Files of a candidate's project that cannot be taken, and why; only what the search looked at is known."""
        return {file: self._catalog.reason(file) or "" for file in self._catalog.passed_over(candidate)}

    def lacking_extras(self, choice: Choice, target: Target) -> list[NormalizedName]:
        """See `Catalog.lacking_extras`."""
        return self._catalog.lacking_extras(choice, target)

    async def build_system(self, sdist: Candidate, treatment: Treatment) -> BuildSystem:
        """See `Facts`."""
        return await self._ladder.build_system(sdist.artifact, treatment.patches)

    async def hook_requires(
        self, sdist: Candidate, environment: Solution, treatment: Treatment
    ) -> tuple[str, ...] | Unanswered:
        """See `Facts`."""
        files = await self._as_wheels(environment)
        if isinstance(files, Unanswered):
            return files
        answer = await self._hooks.requires(sdist.artifact, files, treatment)
        if not isinstance(answer, Unanswered):
            self._note_asked(sdist.artifact, files)
        return answer

    async def sdist_of(self, tree: PackedTree, output: Path) -> Path | Unanswered:
        """The sdist that the backend of a source tree makes, in the folder ``output``. See `SdistMaker`.

        Raises:
            ResolutionError: what its build requires is not to be had as wheels.
            BuildError: its backend failed.
        """
        refusal = await self._hooks.refuses()
        if refusal is not None:
            return refusal
        system = build_system(tree.contents, origin=tree.subject)
        wheels = await self._environments.of_tree(tree.subject, system.requires)
        more = await self._hooks.requires_for_sdist(tree, wheels)
        if isinstance(more, Unanswered):
            return more
        if more:
            wheels = await self._environments.of_tree(tree.subject, (*system.requires, *more))
        self.trees.add(tree.subject)
        self.hook_wheels.update(wheel.filename for wheel in wheels if not is_made(wheel))
        return await self._hooks.sdist(tree, wheels, output)

    async def _as_wheels(self, environment: Solution) -> tuple[Artifact, ...] | Unanswered:
        """An environment in which a backend can be asked; or why there is none."""
        files = tuple(choice.candidate.artifact for choice in environment.choices)
        unbuilt = [file.filename for file in files if file.kind is Kind.SDIST]
        if not unbuilt:
            return files
        if self._maker is None:
            return Unanswered(reason=f"there is no wheel of {', '.join(unbuilt)}")
        return await self._hooks.refuses() or await self._maker.wheels_of(environment)

    async def _only_wheels(self, environment: Solution) -> tuple[Artifact, ...]:
        files = await self._as_wheels(environment)
        if isinstance(files, Unanswered):
            raise BackendNotAsked(files.reason, hint=files.hint)
        return files

    def _tell_foreign(self, problem: Problem, solution: Solution) -> None:
        """Note what a backend said here of another machine, and nobody there."""
        target, host = problem.target, self._builder
        for candidate in (choice.candidate for choice in solution.choices if problem.follow):
            if self._catalog.was_asked_elsewhere(candidate, target):
                text = f"{candidate} was asked on {host.name} what it requires on {target.name}"
                self.foreign[target.name].add(text)

    def _note_asked(self, sdist: Artifact, wheels: Iterable[Artifact]) -> None:
        self.hooks_of.add(f"{sdist.name} {sdist.version}")
        self.hook_wheels.update(wheel.filename for wheel in wheels if not is_made(wheel))

    async def _ask_metadata(self, sdist: Artifact, system: BuildSystem, assumed: Metadata | None) -> Metadata:
        """The ladder's last rung: solve the build environment, with wheels, and run the hooks in it."""
        believed = None if assumed is None else replace(assumed, surety=Surety.SIBLING)
        if believed is not None and self._siblings is Siblings.BELIEVED:
            return believed
        try:
            return await self._metadata_by_hook(sdist, system)
        except (BackendNotAsked, BuildError, Unbuildable) as fault:
            if believed is None:
                raise
            why = fault.message.splitlines()[0]
            self.assumptions.add(f"{sdist.filename} is believed to require what its wheel does: {why}")
            return believed

    async def _metadata_by_hook(self, sdist: Artifact, system: BuildSystem) -> Metadata:
        if self._maker is not None:
            self._maker.meet(Candidate(name=sdist.name, version=sdist.version, artifact=sdist, evidence=sdist))
        treatment = self._treatment(sdist)
        wheels = await self._environments.of_sdist(sdist, system.requires, treatment)
        answers = _given(sdist, await self._hooks.answers(sdist, wheels, treatment))
        self._note_asked(sdist, wheels)
        if answers.metadata is not None:
            return answers.metadata
        wheels = await self._environments.of_sdist(sdist, (*system.requires, *answers.requires), treatment)
        self._note_asked(sdist, wheels)
        return _given(sdist, await self._hooks.metadata(sdist, wheels, treatment))

    def _late_seeds(self, environment: Solution, formats: Formats) -> frozenset[NormalizedName]:
        return late_seeds(environment, formats, self.recipes, self._builder)

    def _treatment(self, sdist: Artifact) -> Treatment:
        return self.recipes.treatment(sdist.name, sdist.version, self._builder)


def _given(sdist: Artifact, answer: T | Unanswered) -> T:
    if isinstance(answer, Unanswered):
        raise BackendNotAsked(not_asked(sdist, answer.reason), hint=answer.hint)
    return answer
