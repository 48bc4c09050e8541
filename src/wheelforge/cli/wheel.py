"""``wheelforge wheel``: from requirements to a wheelhouse in one command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wheelforge.cli import machine, options
from wheelforge.cli.build import Building, build_into, building, output, print_built
from wheelforge.cli.collect import collect_into
from wheelforge.cli.request import BuildClosure, read_request
from wheelforge.factory.collect import Upgrade
from wheelforge.factory.desk import HOOK_TIMEOUT

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
    request = read_request(asking, choosing, BuildClosure.COLLECT)
    sources = folder or wheelhouse / COLLECTED
    upgrade = Upgrade.ALL if choosing.upgrade else Upgrade.KEEP
    with machine.open_machine(telling, machine.given_settings(reaching, cache_dir, request.index_url)) as here:
        choice = here.choose_for_builds(running.isolation)

        async def work() -> Lock:
            bench = here.bench(choice, HOOK_TIMEOUT)
            await collect_into(sources, request, here, bench=bench, upgrade=upgrade)
            return await build_into(wheelhouse, sources, here, choice, building.options())

        lock = machine.run(work(), here.runner)
    print_built(lock, wheelhouse, choice, telling)
