"""``wheelforge cache``: where it is, how large it is, and how it is emptied."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wheelforge.cli import options
from wheelforge.cli.output import CacheDocument, print_result
from wheelforge.cli.words import counted, size
from wheelforge.settings.setting import Key, command_line
from wheelforge.settings.settings import load_settings
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from wheelforge.store.usage import Usage


@click.group("cache")
def command() -> None:
    """Show, prune or empty the cache of downloads, environments and built wheels."""


@command.command("dir")
@options.cache_dir
def folder(cache_dir: str | None) -> None:
    """Print where the cache is."""
    click.echo(str(_place(cache_dir)))


@command.command("size")
@options.cache_dir
@options.telling
def usage(cache_dir: str | None, telling: options.Telling) -> None:
    """Tell how large it is."""
    place = _place(cache_dir)
    _tell("", place, Store(place).size(), telling)


@command.command()
@click.option(
    "--days", type=click.FloatRange(min=0), default=30.0, show_default=True, help="What was not used for N days."
)
@options.cache_dir
@options.telling
def prune(days: float, cache_dir: str | None, telling: options.Telling) -> None:
    """Remove what was not used for some time."""
    place = _place(cache_dir)
    _tell("removed ", place, Store(place).prune(timedelta(days=days), time.time()), telling)


@command.command()
@options.cache_dir
@options.telling
def clear(cache_dir: str | None, telling: options.Telling) -> None:
    """Remove everything."""
    place = _place(cache_dir)
    _tell("removed ", place, Store(place).clear(), telling)


def _place(cache_dir: str | None) -> Path:
    given = command_line({Key.CACHE_DIR: cache_dir})
    return load_settings(environ=os.environ, cwd=Path.cwd(), overrides=given).cache_dir.value


def _tell(verb: str, place: Path, found: Usage, telling: options.Telling) -> None:
    kinds = {kind: count for kind, count in found.by_kind.items() if count}
    document = CacheDocument(folder=str(place), files=found.files, bytes=found.bytes, kinds=dict(found.by_kind))
    lines = [f"{verb}{counted(found.files, 'file')}, {size(found.bytes)}, in {place}"]
    lines += [f"  {kind}  {size(count)}" for kind, count in kinds.items()]
    print_result(document, "\n".join(lines), telling)
