"""``wheelforge why``: who asked for a distribution, along which path, at runtime or for a build."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click
from packaging.utils import canonicalize_name

from wheelforge.cli import options
from wheelforge.cli.output import StepDocument, WhyDocument, print_result
from wheelforge.cli.places import FOLDER
from wheelforge.errors import ResolutionError, UsageError
from wheelforge.factory.folder import LOCK, read_lock
from wheelforge.model.nearest import did_you_mean
from wheelforge.plan.paths import paths_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wheelforge.plan.paths import Step

SHOWN = 10
PLACES = (Path("sdist-folder"), Path("wheelhouse"), Path())


@click.command("why")
@click.argument("name")
@click.argument("folder", type=FOLDER, required=False)
@options.telling
def command(*, name: str, folder: Path | None, telling: options.Telling) -> None:
    """Tell who asked for NAME in FOLDER, by default ./sdist-folder, ./wheelhouse or this folder."""
    place = folder or _standing(name)
    lock = read_lock(place)
    paths = paths_to(lock, canonicalize_name(name))
    if not paths:
        meant = did_you_mean(name, {artifact.name for artifact in lock.artifacts})
        raise ResolutionError(f"nothing in {place} asks for {name}", hint=meant)
    document = WhyDocument(
        name=canonicalize_name(name),
        paths=[
            [StepDocument(distribution=s.subject, requirement=s.requirement, reason=s.reason.value) for s in path]
            for path in paths
        ],
    )
    lines = [_told(path) for path in paths[:SHOWN]]
    if len(paths) > SHOWN:
        lines.append(f"and {len(paths) - SHOWN} more builds: --json lists all")
    print_result(document, "\n".join(lines), telling)


def _standing(name: str) -> Path:
    """The folder that is meant where none is named.

    Raises:
        UsageError: there is none.
    """
    found = next((place for place in PLACES if (place / LOCK).is_file()), None)
    if found is None:
        raise UsageError(
            "no folder is named, and neither ./sdist-folder nor ./wheelhouse nor the working folder has a lock",
            hint=f"name the folder: wheelforge why {shlex.quote(name)} FOLDER",
        )
    return found


def _told(path: Sequence[Step]) -> str:
    """``flask 3.1.3 -> needs werkzeug>=3.1.0: werkzeug 3.1.9 -> builds with flit_core<4: flit-core 3.12.0``."""
    first, *rest = path
    parts = [f"{first.subject} (asked for: {first.requirement})"]
    for step in rest:
        verb = "is built with" if step.reason.builds else "needs"
        source = f", {step.reason.value}" if step.reason.builds else ""
        parts.append(f"  {verb} {step.subject} ({step.requirement}{source})")
    return "\n".join(parts)
