"""Build: from a collected folder alone to a wheelhouse. There is no way to a network from here."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wheelforge.errors import IntegrityError, ResolutionError, UsageError
from wheelforge.events import Note, Phase, PhaseFinished, PhaseStarted, Warn
from wheelforge.factory.engine import OnFailure, run_units
from wheelforge.factory.failures import raise_failures
from wheelforge.factory.folder import BEGUN, LOCK, check_files, read_lock
from wheelforge.factory.unlocked import FolderPlan, OnGaps, Unlocked
from wheelforge.factory.wheelhouse import BuildDeps, check_places, with_built, write_wheelhouse
from wheelforge.factory.workshop import Workshop
from wheelforge.model.artifacts import Kind
from wheelforge.model.lock import Holding
from wheelforge.plan.schedule import Schedule
from wheelforge.plan.selection import for_targets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from wheelforge.factory.made import Equipment
    from wheelforge.model.lock import Lock
    from wheelforge.model.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """How a build is to be done."""

    places: int
    """Units that are built at the same time."""
    on_failure: OnFailure = OnFailure.STOP
    keep: BuildDeps = BuildDeps.DROP
    on_gaps: OnGaps = OnGaps.WARN
    unlocked: Unlocked = field(default_factory=Unlocked)


async def build(folder: Path, wheelhouse: Path, *, options: BuildOptions, equipment: Equipment) -> Lock:
    """Build every sdist of ``folder``, as its lock says where it has one, and return the lock of the wheelhouse.

    Raises:
        UsageError: there is nothing to be built, or the wheels are to go into the folder.
        ResolutionError: the folder is incomplete, or for another target.
        IntegrityError: a file is not the locked one.
        BuildError: a unit could not be built; what was built is kept for the next run.
        UnitsFailed: several could not.
    """
    check_places(folder, wheelhouse)
    if _has_no_lock(folder):
        plan = await _planned(folder, options, equipment)
    else:
        plan = FolderPlan(lock=await _locked(folder, options, equipment))
    finished = await _made(folder, plan, options, equipment)
    await asyncio.to_thread(
        write_wheelhouse,
        folder,
        wheelhouse,
        finished,
        keep=options.keep,
        store=equipment.store,
        report=equipment.report,
    )
    return finished


def _has_no_lock(folder: Path) -> bool:
    return folder.is_dir() and not os.path.lexists(folder / LOCK)


async def _planned(folder: Path, options: BuildOptions, equipment: Equipment) -> FolderPlan:
    """The plan of a folder that holds whatever it does.

    Raises:
        ResolutionError: it is not whole.
    """
    from wheelforge.factory.bare import Manner, plan_folder  # noqa: PLC0415 - where there is a lock, nothing is solved

    check_end(folder)
    manner = Manner(on_gaps=options.on_gaps, on_failure=options.on_failure, places=options.places)
    return await plan_folder(folder, options.unlocked, manner=manner, equipment=equipment)


async def _locked(folder: Path, options: BuildOptions, equipment: Equipment) -> Lock:
    """The lock of a folder that holds just what it says."""
    whole = read_lock(folder)
    check_holding(folder, whole)
    if options.unlocked.seeds:
        raise UsageError(
            f"--seed is for folders without a lock, and {folder} has one",
            hint="name the seeds when it is collected, or remove its wheelforge.lock",
        )
    lock = own_part(whole, equipment.target, folder)
    if others := [one.name for one in whole.targets if one.name != equipment.target.name]:
        equipment.report(Note(text=f"built for {equipment.target.name} alone, not for {', '.join(others)}"))
    check_plan(folder, lock)
    check_presence(folder, lock)
    await asyncio.to_thread(check_files, folder, lock.artifacts)
    if lock.incomplete and options.on_gaps is OnGaps.REFUSE:
        reasons = [f"  {reason}" for reason in lock.incomplete]
        raise ResolutionError(
            "\n".join([f"{folder} may lack something:", *reasons]), hint="collect again, or go without --strict"
        )
    for reason in lock.incomplete:
        equipment.report(Warn(text=f"the folder may lack something: {reason}"))
    return lock


async def _made(folder: Path, plan: FolderPlan, options: BuildOptions, equipment: Equipment) -> Lock:
    """Make all wheels of a plan, and return the lock of the wheelhouse."""
    lock = plan.lock
    workshop = Workshop(lock, folder, equipment)
    check_order(lock, workshop.needs())
    equipment.report(PhaseStarted(phase=Phase.BUILD, total=len(lock.units)))
    schedule = Schedule(workshop.needs(), workshop.seconds())
    failures = await run_units(schedule, workshop.make, places=options.places, on_failure=options.on_failure)
    for unit in sorted(failures):
        if lost := schedule.lose(unit):
            equipment.report(Note(text=f"not built, since they need {unit}: {', '.join(lost)}"))
    raise_failures({**plan.failures, **failures})
    equipment.report(PhaseFinished(phase=Phase.BUILD, count=len(workshop.made), noun="wheel"))
    return with_built(lock, workshop.made)


def check_end(folder: Path) -> None:
    """A folder without a lock is not one that `collect` has begun to fill.

    Raises:
        ResolutionError: it was interrupted, or is still at it.
    """
    if os.path.lexists(folder / BEGUN):
        raise ResolutionError(
            f"{folder} is collected in part only: it has no {LOCK} yet",
            hint="run the same `wheelforge collect` again, to its end",
        )


def check_holding(folder: Path, lock: Lock) -> None:
    """What is built is a collected folder.

    Raises:
        UsageError: this one holds wheels that are built already.
    """
    if lock.holds is not Holding.COLLECTED:
        raise UsageError(f"{folder} is a wheelhouse: its wheels are built", hint="name what it was made from")


def check_order(lock: Lock, needs: Mapping[str, Sequence[str]]) -> None:
    """Each unit must come after all that its environment needs; a lock that says otherwise was not written by us.

    Raises:
        IntegrityError: a unit needs one that comes later, or itself.
    """
    orders = {unit.artifact: unit.order for unit in lock.units}
    for filename, needed in needs.items():
        for other in needed:
            if orders[other] >= orders[filename]:
                raise IntegrityError(
                    f"the lock contradicts itself: {filename} is to be built before {other}, which it needs"
                )


def own_part(lock: Lock, target: Target, folder: Path) -> Lock:
    """What of the lock of a folder is built here: the part of this target.

    Raises:
        ResolutionError: the folder was collected for others.
    """
    names = [locked.name for locked in lock.targets]
    if target.name not in names:
        raise ResolutionError(
            f"{folder} was collected for {', '.join(names)}, and this interpreter builds for {target.name}",
            hint="collect again with this interpreter, or build with the one that it was collected for",
        )
    return for_targets(lock, {target.name})


def check_presence(folder: Path, lock: Lock) -> None:
    """What builds need was written, whatever else was left out with its index.

    Raises:
        ResolutionError: it was not.
    """
    needed = {unit.artifact for unit in lock.units}
    needed |= {pin.artifact for environment in lock.environments for pin in environment.pins}
    lacking = [file.filename for file in lock.artifacts if file.left_out and file.filename in needed]
    if lacking:
        raise ResolutionError(
            "\n".join([f"builds need what was left out of {folder} with its index:", *(f"  {one}" for one in lacking)]),
            hint="collect without --only-index and --exclude-index",
        )


def check_plan(folder: Path, lock: Lock) -> None:
    """Every sdist must come with the plan of its build.

    Raises:
        ResolutionError: the folder was collected without build dependencies.
    """
    planned = {unit.artifact for unit in lock.units}
    unplanned = [file.path for file in lock.artifacts if file.kind is Kind.SDIST and file.filename not in planned]
    if unplanned:
        raise ResolutionError(
            "\n".join([f"{folder} holds sdists whose builds were not planned:", *(f"  {path}" for path in unplanned)]),
            hint="collect with their build dependencies: wheelforge collect --build-deps ...",
        )
