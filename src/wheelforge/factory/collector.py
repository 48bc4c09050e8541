"""Collect: from requirements to a folder of every file they need, and the lock that tells why."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wheelforge.direct.clone import copy_tree
from wheelforge.events import Note
from wheelforge.factory.ahead import Ahead, Idle
from wheelforge.factory.collect import Clones, Writing, is_followed, tell_followed
from wheelforge.factory.companions import names_for
from wheelforge.factory.constrained import obtaining
from wheelforge.factory.environments import Bounds, hook_rules
from wheelforge.factory.fetching import fetch, fetch_locked
from wheelforge.factory.findings import Consulted, tell_findings, tell_hooks
from wheelforge.factory.folder import find_earlier, tell_removed, unlisted, write_folder
from wheelforge.factory.following import Drift, Drifted, check_drift, differing, earlier, tell_strange_upgrades
from wheelforge.factory.foreign import check_foreign
from wheelforge.factory.knowledge import IndexFacts, Siblings
from wheelforge.factory.layout import Layout, clashes
from wheelforge.factory.locking import Planned, Weight, chosen_files, make_lock
from wheelforge.factory.making import Maker
from wheelforge.factory.planning import Planner
from wheelforge.factory.rules import tell_exceptions
from wheelforge.factory.said import settings_rules
from wheelforge.factory.shapes import expected_shapes
from wheelforge.factory.wishes import pinned_on, wish
from wheelforge.model.building import Hooks
from wheelforge.model.lock import Holding
from wheelforge.plan.rules import ClosureRules
from wheelforge.simple.projects import tell_status
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from wheelforge.direct.obtained import Obtained
    from wheelforge.direct.port import PackedTree
    from wheelforge.events import Reporter
    from wheelforge.factory.ahead import Forerunner
    from wheelforge.factory.collect import CollectOptions, Supply
    from wheelforge.factory.planning import Plan
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.inputs import Inputs
    from wheelforge.model.lock import ExpectedShape, Lock
    from wheelforge.model.targets import Target
    from wheelforge.plan.facts import Unanswered


async def collect(
    inputs: Inputs, folder: Path, *, targets: Sequence[Target], options: CollectOptions, supply: Supply
) -> Lock:
    """Bring ``folder`` to hold all that ``inputs`` need on ``targets``, and return its lock.

    In a preview the lock is only told: it may lack sizes and hashes that the index does not promise.

    Raises:
        ResolutionError: no set of versions, no source, a build cycle, a lock that has drifted.
        IndexAccessError: the index does not answer.
        IntegrityError: a file is not what was promised.
        UsageError: the folder holds somebody else's files, which would be replaced.
    """
    standing = find_earlier(folder, Holding.COLLECTED)
    if options.following.drift is Drift.REFUSE:
        check_drift(standing, inputs, targets, str(folder))
    tell_strange_upgrades(options.following, standing, supply.report)
    if standing is not None and is_followed(standing, inputs, targets, options):
        tell_followed(folder, supply.report)
        if options.writing is Writing.FOLDER:
            digests = await fetch_locked(folder, standing, supply.index, supply.store)
            await asyncio.to_thread(
                write_folder, folder, standing, store=supply.store, report=supply.report, digests=digests
            )
        return standing
    if options.writing is Writing.FOLDER:
        check_foreign(folder, names_for(Holding.COLLECTED, [target.name for target in targets]), standing)
    supply.warm()
    collector = _Collector(inputs=inputs, folder=folder, options=options, supply=supply)
    return await collector.collect(targets, standing)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Collector:
    """Makes a lock anew, and the folder after it."""

    inputs: Inputs
    folder: Path
    options: CollectOptions
    supply: Supply

    async def collect(self, targets: Sequence[Target], standing: Lock | None) -> Lock:
        match self.options.writing:
            case Writing.PREVIEW:
                return await self._collect(targets, standing, Idle())
            case Writing.FOLDER:
                async with Ahead(self.supply.index) as ahead:
                    return await self._collect(targets, standing, ahead)

    async def _collect(self, targets: Sequence[Target], standing: Lock | None, ahead: Forerunner) -> Lock:
        supply, inputs = self.supply, self.inputs
        facts = self._facts(ahead)
        if inputs.build_deps:
            supply.hooks.prepare()

        async def make_sdist(tree: PackedTree, output: Path) -> Path | Unanswered:
            facts.give(places.projects(), awaited=places.awaited)
            return await facts.sdist_of(tree, output)

        # What constraints name binds no builds, and so is kept apart from what these are given.
        with supply.open_places(make_sdist) as places, supply.open_places(facts.sdist_of) as bound:
            wishes = await together(wish(inputs, target, places, supply.pinning) for target in targets)
            named = [reference.location for reference in inputs.references]
            facts.check_trees(one.artifact.name for one in places.obtained if one.reference.location in named)
            for one in wishes:
                facts.give(one.given.values())
            facts.reach(obtaining(bound, inputs))
            facts.recipes = supply.recipes.then(settings_rules(asked for one in wishes for asked in one.roots))
            planner = Planner(inputs=inputs, facts=facts, host=supply.host, report=supply.report)
            kept = earlier(standing, inputs, self.options.following, supply.report)
            plans = await planner.plan(list(zip(targets, wishes, strict=True)), kept)
            tell_findings(inputs, plans, facts, supply.report)
            files = chosen_files(inputs, plans)
            if facts.hooks_of or facts.trees:
                asked = Consulted(
                    subjects=facts.hooks_of,
                    trees=facts.trees,
                    isolation=await supply.hooks.isolation(),
                    uncollected=facts.hook_wheels - files.keys(),
                )
                tell_hooks(asked, supply.report)
            ahead.chosen(files.values())
            lock = await self._lock(plans, facts)
            self._check(lock, standing)
            match self.options.writing:
                case Writing.FOLDER:
                    await asyncio.to_thread(self._write, lock, [*places.obtained, *bound.obtained])
                case Writing.PREVIEW:
                    gone = unlisted(self.folder, standing.artifacts if standing else (), keep=lock.artifacts)
                    tell_removed(gone, supply.report, verb="would be")
        return lock

    def _facts(self, ahead: Forerunner) -> IndexFacts:
        supply, inputs = self.supply, self.inputs
        facts = IndexFacts(
            index=supply.index,
            builder=supply.host,
            hooks=supply.hooks,
            siblings=Siblings.LAST_RESORT if inputs.build_deps else Siblings.BELIEVED,
            bounds=Bounds(
                constraints=inputs.build_constraints,
                overrides=inputs.overrides,
                uploaded_prior_to=inputs.uploaded_prior_to,
                as_of=inputs.building.as_of,
                require_hashes=inputs.require_hashes,
                searched=supply.searched,
                formats=hook_rules(inputs, supply.recipes, supply.host),
                find_pinned=lambda: pinned_on(supply.host, inputs, supply.pinning),
            ),
            ahead=ahead,
        )
        facts.recipes = supply.recipes
        if inputs.building.hooks is not Hooks.WHEELS:
            facts.make_with(Maker(facts=facts, desk=supply.hooks, find_rules=lambda: self._rules(facts)))
        return facts

    async def _rules(self, facts: IndexFacts) -> ClosureRules:
        """Under which wheels are made for environments in which backends are asked."""
        host, inputs = self.supply.host, self.inputs
        pinned = await pinned_on(host, inputs, self.supply.pinning)
        return ClosureRules(
            inputs=inputs, builder=host, host=host, given=facts.brought, pinned=pinned, recipes=facts.recipes
        )

    async def _lock(self, plans: tuple[Plan, ...], facts: IndexFacts) -> Lock:
        files, report = chosen_files(self.inputs, plans), self.supply.report
        tell_exceptions(self.inputs, files.values(), self.supply.recipes, report)
        await self._tell_standing(plans)
        layout = _layout(plans, self.options.layout, report)
        weights, hooks, expected = await asyncio.gather(
            self._weights(files), self._hook_weights(plans), self._expected(plans)
        )
        return make_lock(
            self.inputs,
            Planned(
                plans=plans,
                weights=weights,
                hook_weights=hooks,
                expected=expected,
                incomplete=tuple(facts.assumptions),
                foreign=facts.foreign,
                layout=layout,
                left_out=self.options.left_out,
            ),
        )

    async def _tell_standing(self, plans: Sequence[Plan]) -> None:
        """Warn of projects that their index has given up on (PEP 792); their pages are known."""
        offered = {candidate.name for plan in plans for candidate in plan.candidates() if not candidate.artifact.direct}
        given = {name for plan in plans for name in plan.given}
        for project in await together(self.supply.index.project(name) for name in sorted(offered - given)):
            if project is not None and (warning := tell_status(project)) is not None:
                self.supply.report(warning)

    async def _weights(self, files: Mapping[str, Artifact]) -> Mapping[str, Weight]:
        match self.options.writing:
            case Writing.FOLDER:
                fetched = await fetch(files.values(), self.supply.index)
                return {name: Weight(sha256=one.sha256, size=one.size) for name, one in fetched.items()}
            case Writing.PREVIEW:
                return {name: Weight(sha256=file.sha256 or "", size=file.size or 0) for name, file in files.items()}

    async def _hook_weights(self, plans: Sequence[Plan]) -> Mapping[str, Weight]:
        """They were fetched when they were used, and are here."""
        used = [unit.need.hooks for plan in plans for unit in plan.closure.units if unit.need.hooks is not None]
        fetched = await fetch((choice.candidate.artifact for one in used for choice in one.choices), self.supply.index)
        return {name: Weight(sha256=one.sha256, size=one.size) for name, one in fetched.items()}

    async def _expected(self, plans: Sequence[Plan]) -> tuple[ExpectedShape, ...]:
        """Wanted by builds alone."""
        if not self.inputs.build_deps or self.options.writing is Writing.PREVIEW:
            return ()
        sdists = [(plan.target, sdist) for plan in plans for sdist in plan.sdists()]
        return await expected_shapes(sdists, index=self.supply.index, report=self.supply.report)

    def _check(self, lock: Lock, standing: Lock | None) -> None:
        """Under ``--locked`` what came of folders may have changed, or what was not complete."""
        drift = self.options.following.drift is Drift.REFUSE
        # A shape that could not be read is no other answer.
        if drift and standing is not None and replace(lock, expected=()) != replace(standing, expected=()):
            what = f"the lock in {self.folder} is not what its inputs come to now"
            lines = [what, *(f"  {one}" for one in differing(standing, lock))]
            raise Drifted("\n".join(lines), hint="renew it: without --locked")

    def _write(self, lock: Lock, obtained: Iterable[Obtained]) -> None:
        write_folder(self.folder, lock, store=self.supply.store, report=self.supply.report)
        if self.options.clones is Clones.KEEP:
            # The place of a constraint may have been looked at in vain.
            taken = {file.sha256 for file in lock.artifacts}
            for one in (one for one in obtained if one.artifact.sha256 in taken):
                copy_tree(one, self.folder)


def _layout(plans: Sequence[Plan], layout: Layout, report: Reporter) -> Layout:
    if layout is not Layout.AUTO:
        return layout
    found = sorted(set(clashes(plans)))
    if not found:
        return Layout.FLAT
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    report(
        Note(text=f"each target gets a folder of its own, since in one {found[0]}{more} (--layout flat: one folder)")
    )
    return Layout.PER_TARGET
