"""``wheelforge collect``: every sdist and wheel that requirements need, in one folder, locked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wheelforge.cli import machine, options
from wheelforge.cli.collected import document, lacking, summary
from wheelforge.cli.collecting import HOOK_TIMEOUT, Collecting, MayRun, collecting
from wheelforge.cli.cookbook import open_cookbook
from wheelforge.cli.output import print_result
from wheelforge.cli.places import FOLDER
from wheelforge.cli.pythons import check_pythons
from wheelforge.cli.remarks import tell_remarks
from wheelforge.cli.remote_files import remote_files
from wheelforge.cli.request import Extent, Request, read_request
from wheelforge.cli.targeting import Targeting, read_targets, targeting
from wheelforge.cli.treating import Treating, treating
from wheelforge.events import Note, Warn
from wheelforge.factory.collect import Clones, Writing, follow
from wheelforge.plan.facts import Unanswered
from wheelforge.process.runner import Runner
from wheelforge.settings.indexes import index_pins, named_indexes

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from wheelforge.cli.machine import Machine
    from wheelforge.cli.supply import FindBench
    from wheelforge.factory.collect import CollectOptions
    from wheelforge.forge.bench import Bench
    from wheelforge.model.lock import Lock
    from wheelforge.model.targets import Target

STATIC = Unanswered(reason="nothing is run, as --static says")
NO_SANDBOX = Unanswered(
    reason="its hook was not asked, since no sandbox works here", hint="run hooks without one: --isolation venv"
)


@click.command("collect")
@options.asking
@targeting
@click.option("--build-deps", is_flag=True, help="Collect all that builds need too, recursively.")
@options.choosing
@collecting
@treating
@click.option("--dry-run", is_flag=True, help="Show what would be collected, and write nothing.")
@click.option("--clone", is_flag=True, help="Keep repositories and folders as they are beside their sdists, in clone/.")
@options.reaching
@options.running
@click.option(
    "-o", "-d", "--dest", "folder", default="sdist-folder", show_default=True, type=FOLDER, metavar="DIR",
    help="The folder to write.",
)  # fmt: skip
@options.cache_dir
@options.telling
def command(
    *,
    asking: options.Asking,
    targeting: Targeting,
    build_deps: bool,
    choosing: options.Choosing,
    collecting: Collecting,
    treating: Treating,
    dry_run: bool,
    clone: bool,
    reaching: options.Reaching,
    running: options.Running,
    folder: Path,
    cache_dir: str | None,
    telling: options.Telling,
) -> None:
    """Collect every sdist and wheel that REQ... and the files need, and lock them in DIR/wheelforge.lock.

    Without --build-deps this is pip download: wheels first. With it, sources come first, and every build
    dependency is collected too, so that `wheelforge build` needs no network.
    """
    given, extent = machine.given_settings(reaching, cache_dir), Extent.BUILDS if build_deps else Extent.RUNTIME
    with remote_files(given, telling) as fetch:
        request = read_request(asking, choosing, extent, fetch=fetch)
    targets = read_targets(targeting, folder=Path.cwd(), runner=Runner())
    writing = Writing.PREVIEW if dry_run else Writing.FOLDER
    how = replace(collecting.options(), writing=writing, clones=Clones.KEEP if clone else Clones.DROP)
    files = machine.file_settings(request.index, request.inputs.index_pins)
    with machine.open_machine(telling, given, files, request.inputs.secrets) as here:
        find_bench = bench_finder(here, running.isolation, collecting)
        wanted = Wanted(request=request, targets=targets, how=how, treating=treating)
        lock = machine.run(collect_into(folder, wanted, here, find_bench=find_bench), here.runner)
        for text in lacking(lock.incomplete):
            here.report(Warn(text=text))
    print_result(document(lock, folder, writing), summary(lock, folder, writing), telling)


def bench_finder(here: Machine, isolation: str, collecting: Collecting) -> FindBench:
    """Finds a bench when one is needed: collect runs nothing outside a sandbox, unless that was asked for by name.

    Raises:
        IsolationError: the isolation that was asked for is not to be had.
    """

    def find_bench() -> Bench | Unanswered:
        from wheelforge.cli.benches import choose_sandbox, make_bench  # noqa: PLC0415 - most runs ask no backend

        choice = choose_sandbox(here, isolation)
        if choice.weaker is not None:
            return NO_SANDBOX
        return make_bench(here, choice, timeout=collecting.hook_timeout, timeout_option=HOOK_TIMEOUT)

    if collecting.may_run() is MayRun.NOTHING:
        return lambda: STATIC
    if isolation == "auto":
        return find_bench
    found = find_bench()
    return lambda: found


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be collected, for whom, and how."""

    request: Request
    targets: tuple[Target, ...]
    how: CollectOptions
    treating: Treating


async def collect_into(folder: Path, wanted: Wanted, here: Machine, *, find_bench: FindBench) -> Lock:
    """Collect what is wanted.

    Raises:
        UsageError: a project that is asked for is not made for a target's Python.
    """
    for note in wanted.request.notes:
        here.report(Note(text=note))
    for warning in wanted.request.warnings:
        here.report(Warn(text=warning))
    check_pythons(wanted.request.requires_python, wanted.targets)
    indexes = here.settings.indexes
    pins = index_pins(indexes, wanted.request.inputs.index_pins)
    building = wanted.treating.building(here.settings)
    inputs = replace(wanted.request.inputs, indexes=named_indexes(indexes), index_pins=pins, building=building)
    how = replace(wanted.how, left_out=indexes.left_out)
    tell_remarks(here)
    lock = await asyncio.to_thread(
        follow, inputs, folder, targets=wanted.targets, options=how, store=here.store, report=here.report
    )
    if lock is not None:
        return lock
    from wheelforge.cli.supply import open_supply  # noqa: PLC0415 - 0.05 s that a lock which is followed saves

    recipes = replace(open_cookbook(here.settings, wanted.treating.recipes), provided=building.provided)
    async with open_supply(here, find_bench, recipes) as supply:
        supply.warm()
        collect = await asyncio.to_thread(_load_collect)
        return await collect(inputs, folder, targets=wanted.targets, options=how, supply=supply)


def _load_collect() -> Callable[..., Coroutine[None, None, Lock]]:
    """Beside the HTTP client and its certificates."""
    from wheelforge.factory.collector import collect  # noqa: PLC0415 - 0.07 s that a lock which is followed saves

    return collect
