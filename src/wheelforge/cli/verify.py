"""``wheelforge verify``: proves a wheelhouse or a collected folder whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wheelforge.cli import machine, options
from wheelforge.cli.benches import choose_or_warn, make_bench
from wheelforge.cli.output import VerifyDocument, print_result
from wheelforge.cli.places import FOLDER
from wheelforge.factory.verify import verify
from wheelforge.interpreters.running import current
from wheelforge.settings.setting import Key

if TYPE_CHECKING:
    from pathlib import Path


@click.command("verify")
@click.argument("folder", type=FOLDER)
@options.running
@options.cache_dir
@options.telling
def command(*, folder: Path, running: options.Running, cache_dir: str | None, telling: options.Telling) -> None:
    """Check all that the lock of FOLDER promises: hashes, tags, metadata, and that nothing is missing.

    A wheelhouse is installed offline too, by pip, into a clean environment; where that cannot be done it is said.
    """
    with machine.open_machine(telling, {Key.CACHE_DIR: cache_dir}) as here:
        choice = choose_or_warn(here, running.isolation, "wheels are installed")
        work = verify(folder, target=current(), bench=make_bench(here, choice), report=here.report)
        verified = machine.run(work, here.runner)
    document = VerifyDocument(folder=str(folder), checks=[*verified.checks, *verified.left_out])
    words = [f"{folder} is whole: {len(verified.checks)} checks held", *verified.left_out]
    print_result(document, "\n".join(words), telling)
