"""Collect: from requirements to a folder of every file they need, and the lock that tells why."""

from __future__ import annotations

import asyncio
import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wheelforge.events import Note, Phase, PhaseFinished, PhaseStarted
from wheelforge.factory.folder import digest, find_earlier, write_folder
from wheelforge.factory.knowledge import IndexFacts, Siblings
from wheelforge.factory.locking import locked_inputs, make_lock
from wheelforge.factory.rules import check_hashes, tell_exceptions
from wheelforge.model.artifacts import Artifact
from wheelforge.model.lock import Holding
from wheelforge.plan.closure import plan_closure
from wheelforge.plan.units import BuildClosure
from wheelforge.resolve.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.events import Reporter
    from wheelforge.factory.knowledge import HookDesk
    from wheelforge.model.inputs import Inputs
    from wheelforge.model.lock import Lock, LockedArtifact
    from wheelforge.model.targets import Target
    from wheelforge.resolve.problem import Solution
    from wheelforge.simple.index import Fetched, Index
    from wheelforge.store.store import Store


class Upgrade(enum.Enum):
    """What a lock that stands in the folder counts for."""

    KEEP = "keep"
    """Follow it where the inputs are the same; else keep the pins that still fit."""
    ALL = "all"
    """Nothing: take the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Where collect gets its facts and files from, and where they go."""

    index: Index
    hooks: HookDesk
    store: Store
    report: Reporter


async def collect(inputs: Inputs, folder: Path, *, target: Target, upgrade: Upgrade, supply: Supply) -> Lock:
    """Bring ``folder`` to hold all that ``inputs`` need on ``target``, and return its lock.

    Raises:
        ResolutionError: no set of versions, no source, a build cycle.
        IndexAccessError: the index does not answer.
        IntegrityError: a file is not what was promised.
    """
    standing = find_earlier(folder, Holding.COLLECTED)
    before = standing if upgrade is Upgrade.KEEP else None
    if before is not None and _serves(before, inputs, target):
        supply.report(
            Note(text=f"following {folder}/wheelforge.lock, which was made for the same inputs (-U to renew)")
        )
        lock = before
        await _fetch_locked(folder, lock, supply.index)
    else:
        lock = await _plan(inputs, target=target, before=before, supply=supply)
    await asyncio.to_thread(write_folder, folder, lock, store=supply.store, report=supply.report)
    return lock


def _serves(lock: Lock, inputs: Inputs, target: Target) -> bool:
    same_target = [locked.name for locked in lock.targets] == [target.name]
    return same_target and lock.inputs == locked_inputs(inputs) and not lock.incomplete


async def _plan(inputs: Inputs, *, target: Target, before: Lock | None, supply: Supply) -> Lock:
    siblings = Siblings.LAST_RESORT if inputs.build_deps else Siblings.BELIEVED
    facts = IndexFacts(index=supply.index, builder=target, hooks=supply.hooks, siblings=siblings, report=supply.report)
    supply.report(PhaseStarted(phase=Phase.RESOLVE))
    runtime = await facts.solve(
        Problem(
            subject="the requirements",
            target=target,
            roots=inputs.requirements,
            constraints=inputs.constraints,
            formats=inputs.formats,
            preferences=_pinned(before),
            allow_prereleases=inputs.allow_prereleases,
            follow=not inputs.no_deps,
        )
    )
    check_hashes(inputs, runtime)
    chosen, remark = len(runtime.choices), f"for {target.name}"
    supply.report(PhaseFinished(phase=Phase.RESOLVE, count=chosen, noun="distribution", remark=remark))
    closure = BuildClosure(units=(), incomplete=())
    if inputs.build_deps:
        supply.report(PhaseStarted(phase=Phase.CLOSURE))
        closure = await plan_closure(runtime, inputs=inputs, builder=target, facts=facts, before=_build_pins(before))
        closure = replace(closure, incomplete=tuple(sorted({*closure.incomplete, *facts.assumptions})))
        supply.report(PhaseFinished(phase=Phase.CLOSURE, count=len(closure.units), noun="sdist", remark="to build"))
    if facts.hook_wheels:
        number = len(facts.hook_wheels)
        used = f"{number} wheel{'' if number == 1 else 's'} of the index, used for that only"
        supply.report(Note(text=f"backends were asked in environments of {used}"))
    files = _files([runtime, *(unit.environment for unit in closure.units)])
    tell_exceptions(inputs, files.values(), supply.report)
    fetched = await _fetch(files.values(), supply.index)
    return make_lock(inputs=inputs, target=target, runtime=runtime, closure=closure, fetched=fetched)


def _pinned(before: Lock | None) -> Mapping[NormalizedName, tuple[Version, ...]]:
    if before is None:
        return {}
    return {pin.name: (pin.version,) for target in before.targets for pin in target.pins}


def _build_pins(before: Lock | None) -> Mapping[NormalizedName, set[Version]]:
    pins: dict[NormalizedName, set[Version]] = {}
    for environment in before.environments if before is not None else ():
        for pin in environment.pins:
            pins.setdefault(pin.name, set()).add(pin.version)
    return pins


def _files(solutions: Iterable[Solution]) -> dict[str, Artifact]:
    chosen = (choice.candidate.artifact for solution in solutions for choice in solution.choices)
    return {file.filename: file for file in chosen}


async def _fetch(files: Iterable[Artifact], index: Index) -> dict[str, Fetched]:
    wanted = sorted(files, key=lambda file: file.filename)
    fetched = await asyncio.gather(*(index.fetch(file) for file in wanted))
    return {file.filename: one for file, one in zip(wanted, fetched, strict=True)}


async def _fetch_locked(folder: Path, lock: Lock, index: Index) -> None:
    """Fetch what the lock names and the folder lacks, from the locked place and with the locked hash."""
    missing = [artifact for artifact in lock.artifacts if not _stands(folder / artifact.path, artifact.sha256)]
    await _fetch(map(_as_offered, missing), index)


def _stands(path: Path, sha256: str) -> bool:
    return path.is_file() and digest(path) == sha256


def _as_offered(locked: LockedArtifact) -> Artifact:
    return Artifact(
        filename=locked.filename,
        name=locked.name,
        version=locked.version,
        kind=locked.kind,
        url=locked.url,
        index=locked.index,
        sha256=locked.sha256,
        size=locked.size,
        upload_time=locked.upload_time,
    )
