"""``wheelforge wheel``: from requirements to a wheelhouse in one command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wheelforge.cli import machine, options
from wheelforge.cli.benches import choose_for_builds, make_bench
from wheelforge.cli.build import Building, build_into, building, output, print_built
from wheelforge.cli.collect import HOOK_TIMEOUT, collect_into
from wheelforge.cli.request import Extent, read_request
from wheelforge.factory.collect import Upgrade
from wheelforge.factory.wheelhouse import check_places

if TYPE_CHECKING:
    from wheelforge.model.lock import Lock

COLLECTED = "collected"
"""Where the sources stand, in the wheelhouse, unless another place is named."""


@click.command("wheel")
@options.asking
@output
@click.option(
    "--collected",
    "folder",
    type=click.Path(path_type=Path),
    help="Where the sources go. [default: WHEEL_DIR/collected]",
)
@options.choosing
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
    reaching: options.Reaching,
    building: Building,
    running: options.Running,
    cache_dir: str | None,
    telling: options.Telling,
) -> None:
    """Make a wheelhouse of REQ... and all that they need, built from source, build dependencies included.

    This is `wheelforge collect --build-deps`, then `wheelforge build`.
    """
    sources = folder or wheelhouse / COLLECTED
    check_places(sources, wheelhouse)
    request = read_request(asking, choosing, Extent.BUILDS)
    upgrade = Upgrade.ALL if choosing.upgrade else Upgrade.KEEP
    with machine.open_machine(telling, machine.given_settings(reaching, cache_dir, request.index_url)) as here:
        choice = choose_for_builds(here, running.isolation)

        async def work() -> Lock:
            bench = make_bench(here, choice, HOOK_TIMEOUT) if choice.weaker is None else None
            await collect_into(sources, request, here, find_bench=lambda: bench, upgrade=upgrade)
            return await build_into(wheelhouse, sources, here, choice, building.options())

        lock = machine.run(work(), here.runner)
    print_built(lock, wheelhouse, choice, telling)
