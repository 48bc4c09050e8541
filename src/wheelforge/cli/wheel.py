"""``wheelforge wheel``: from requirements to a wheelhouse in one command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wheelforge.cli import machine, options
from wheelforge.cli.benches import choose_for_builds
from wheelforge.cli.build import Building, build_into, building, output, print_built
from wheelforge.cli.collect import Wanted, bench_finder, collect_into
from wheelforge.cli.collecting import Collecting, MayRun, collecting
from wheelforge.cli.places import FOLDER
from wheelforge.cli.remote_files import remote_files
from wheelforge.cli.request import Extent, read_request
from wheelforge.cli.treating import Treating, treating
from wheelforge.errors import UsageError
from wheelforge.factory.folder import SOURCES
from wheelforge.factory.wheelhouse import check_places
from wheelforge.interpreters.running import current

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.model.lock import Lock


@click.command("wheel")
@options.asking
@output
@click.option(
    "--collected",
    "folder",
    type=FOLDER,
    help="Where the sources go. [default: WHEEL_DIR/collected]",
)
@options.choosing
@collecting
@treating
@options.reaching
@building
@options.running
@options.cache_dir
@options.telling
def command(
    *,
    asking: options.Asking,
    wheelhouse: Path,
    folder: Path | None,
    choosing: options.Choosing,
    collecting: Collecting,
    treating: Treating,
    reaching: options.Reaching,
    building: Building,
    running: options.Running,
    cache_dir: str | None,
    telling: options.Telling,
) -> None:
    """Make a wheelhouse of REQ... and all that they need, built from source, build dependencies included.

    This is `wheelforge collect --build-deps`, then `wheelforge build`. It runs backends, and so refuses --static.
    """
    if collecting.may_run() is MayRun.NOTHING:
        raise UsageError(
            "--static runs nothing, and builds are run",
            hint="collect first, and build then: wheelforge collect --build-deps --static ...; wheelforge build FOLDER",
        )
    sources = folder or wheelhouse / SOURCES
    check_places(sources, wheelhouse)
    given = machine.given_settings(reaching, cache_dir)
    with remote_files(given, telling) as fetch:
        request = read_request(asking, choosing, Extent.BUILDS, fetch=fetch)
    targets = (current(),)
    how = collecting.options()
    files = machine.file_settings(request.index, request.inputs.index_pins)
    with machine.open_machine(telling, given, files, request.inputs.secrets) as here:
        choice = choose_for_builds(here, running.isolation)

        async def work() -> Lock:
            find_bench = bench_finder(here, running.isolation, collecting)
            wanted = Wanted(request=request, targets=targets, how=how, treating=treating)
            await collect_into(sources, wanted, here, find_bench=find_bench)
            return await build_into(wheelhouse, sources, here, choice, building)

        lock = machine.run(work(), here.runner)
    print_built(lock, wheelhouse, choice, telling)
