"""``wheelforge export``: a collected folder or a wheelhouse in the words of another tool."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wheelforge.cli import options
from wheelforge.cli.output import ExportDocument, print_result
from wheelforge.cli.places import FOLDER
from wheelforge.errors import UsageError
from wheelforge.exports.graph import SUFFIXES, Notation, render
from wheelforge.factory.folder import read_lock
from wheelforge.plan.edges import graph_of
from wheelforge.store.atomic import storage_errors, write_atomically

if TYPE_CHECKING:
    from wheelforge.cli.options import Telling


@click.command("export")
@click.argument("folder", type=FOLDER)
@click.option(
    "--format", "wanted", required=True, type=click.Choice(["graph"]),
    help="graph: who needs what, at run time and in each build, and why.",
)  # fmt: skip
@click.option(
    "--as", "notation", type=click.Choice([one.value for one in Notation]),
    help="How a graph is written. [default: as the suffix of -o says, else json]",
)  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="The file to write. [default: standard output]")  # fmt: skip
@options.telling
def command(*, folder: Path, wanted: str, notation: str | None, output: Path | None, telling: Telling) -> None:
    """Tell of FOLDER, a collected folder or a wheelhouse, in the words of another tool."""
    if telling.as_json and output is None:
        raise UsageError("--json tells of a file, and none is written", hint="name it with -o, or leave --json out")
    if output is not None and not output.absolute().parent.is_dir():
        raise UsageError(
            f"{output} cannot be written: there is no folder {output.parent}", hint="make it, or name another"
        )
    chosen = _notation(notation, output)
    graph = graph_of(read_lock(folder))
    text = render(graph, chosen)
    if output is None:
        click.echo(text, nl=False)
        return
    _write(output, text.encode())
    document = ExportDocument(folder=str(folder), format=wanted, file=str(output))
    words = f"{output}: {len(graph.nodes)} distributions, {len(graph.edges)} requirements, as {chosen.value}"
    print_result(document, words, telling)


def _write(output: Path, content: bytes) -> None:
    """A device or a pipe is written into, and what a link leads to is replaced, not the link."""
    place = output.resolve()
    if place.exists() and not place.is_file():
        with storage_errors(output), output.open("wb") as stream:
            stream.write(content)
    else:
        write_atomically(place, content)


def _notation(named: str | None, output: Path | None) -> Notation:
    """What was named, else what the suffix of the file stands for.

    Raises:
        UsageError: nothing was named, and the suffix stands for nothing.
    """
    if named is not None:
        return Notation(named)
    if output is None:
        return Notation.JSON
    found = SUFFIXES.get(output.suffix.lower())
    if found is None:
        known = ", ".join(SUFFIXES)
        raise UsageError(f"{output}: no graph is written with this suffix, but with {known}", hint="name it: --as dot")
    return found
