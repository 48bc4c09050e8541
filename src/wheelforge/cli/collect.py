"""``wheelforge collect``: every sdist and wheel that requirements need, in one folder, locked."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wheelforge.cli import machine, options
from wheelforge.cli.output import CollectDocument, file_document, print_result, target_names
from wheelforge.cli.request import Extent, Request, read_request
from wheelforge.cli.supply import open_supply
from wheelforge.cli.words import counted, size
from wheelforge.events import Warn
from wheelforge.factory.collect import Upgrade, collect
from wheelforge.interpreters.running import current
from wheelforge.model.artifacts import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from wheelforge.cli.machine import Machine
    from wheelforge.forge.bench import Bench
    from wheelforge.model.lock import Lock, LockedArtifact

HOOK_TIMEOUT = 300.0
"""Seconds for a hook at collect; none has to compile anything."""


@click.command("collect")
@options.asking
@click.option("--build-deps", is_flag=True, help="Collect all that builds need too, recursively.")
@options.choosing
@options.reaching
@options.running
@click.option(
    "-o", "-d", "--dest", "folder", default="sdist-folder", show_default=True, type=click.Path(path_type=Path)
)
@options.cache_dir
@options.telling
def command(
    *,
    asking: options.Asking,
    build_deps: bool,
    choosing: options.Choosing,
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
    request = read_request(asking, choosing, Extent.BUILDS if build_deps else Extent.RUNTIME)
    with machine.open_machine(telling, machine.given_settings(reaching, cache_dir, request.index_url)) as here:
        find_bench = bench_finder(here, running.isolation)
        upgrade = Upgrade.ALL if choosing.upgrade else Upgrade.KEEP
        lock = machine.run(collect_into(folder, request, here, find_bench=find_bench, upgrade=upgrade), here.runner)
        for reason in lock.incomplete:
            here.report(Warn(text=f"the build closure may lack something: {reason}"))
    print_result(_document(lock, folder), _summary(lock, folder), telling)


def _document(lock: Lock, folder: Path) -> CollectDocument:
    paths = {artifact.filename: artifact.path for artifact in lock.artifacts}
    return CollectDocument(
        folder=str(folder),
        targets=target_names(lock),
        files=[file_document(artifact) for artifact in lock.artifacts],
        build_order=[paths[unit.artifact] for unit in lock.units],
        incomplete=list(lock.incomplete),
    )


def _summary(lock: Lock, folder: Path) -> str:
    runtime = [artifact for artifact in lock.artifacts if not artifact.build_only]
    builds = [artifact for artifact in lock.artifacts if artifact.build_only]
    parts = [_kinds(runtime)] + ([f"{_kinds(builds)} for builds only"] if builds else [])
    total = size(sum(artifact.size for artifact in lock.artifacts))
    lines = [f"collected {', and '.join(parts)}, {total} in all, into {folder} for {', '.join(target_names(lock))}"]
    if lock.units:
        lines.append(f"next, with or without a network: wheelforge build {shlex.quote(str(folder))}")
    return "\n".join(lines)


def _kinds(artifacts: list[LockedArtifact]) -> str:
    sdists = sum(artifact.kind is Kind.SDIST for artifact in artifacts)
    wheels = len(artifacts) - sdists
    told = [counted(number, noun) for number, noun in ((sdists, "sdist"), (wheels, "wheel")) if number]
    return " and ".join(told) or "nothing"


def bench_finder(here: Machine, isolation: str) -> Callable[[], Bench | None]:
    """Finds a bench when one is needed: collect runs nothing outside a sandbox, unless that was asked for by name.

    Raises:
        IsolationError: the isolation that was asked for is not to be had.
    """

    def find_bench() -> Bench | None:
        from wheelforge.cli.benches import choose_sandbox, make_bench  # noqa: PLC0415 - most runs ask no backend

        choice = choose_sandbox(here, isolation)
        return make_bench(here, choice, HOOK_TIMEOUT) if choice.weaker is None else None

    if isolation == "auto":
        return find_bench
    found = find_bench()
    return lambda: found


async def collect_into(
    folder: Path, request: Request, here: Machine, *, find_bench: Callable[[], Bench | None], upgrade: Upgrade
) -> Lock:
    """Collect what a request asks for."""
    index = here.settings.index
    named = (f"{index.value.name}={index.value.url}",) if index.origin.startswith("--") else ()
    inputs = replace(request.inputs, indexes=named)
    async with open_supply(here, find_bench) as supply:
        return await collect(inputs, folder, target=current(), upgrade=upgrade, supply=supply)
