"""All recipes of a run: the built-in ones, then those of the settings, then those of ``--recipe``."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wheelforge.errors import UsageError
from wheelforge.model.told import printable
from wheelforge.recipes.reading import read_recipe_file, read_recipes, recipe_files
from wheelforge.recipes.shipped import built_in_recipes, recipe_place
from wheelforge.settings.setting import Setting, Whose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wheelforge.recipes.cookbook import Cookbook
    from wheelforge.settings.settings import Settings

recipes = click.option(
    "--recipe", "recipes", multiple=True, metavar="FILE|DIR|NAME",
    help="How projects are built that need help; NAME is one that comes along. Repeatable: the later wins.",
)  # fmt: skip


def open_cookbook(settings: Settings, named: Sequence[str]) -> Cookbook:
    """Read all recipes; ``named`` are those of the command line, which win over all others.

    Raises:
        UsageError: one of them is not there, or has faults; all are told at once.
    """
    return read_recipes([built_in_recipes(), *_places([*settings.recipes, *_said(named)])])


def fingerprints(settings: Settings, named: Sequence[str]) -> tuple[str, ...]:
    """``NAME sha256:DIGEST`` of each recipe beyond the built-in ones, patches and all, for the lock's memory."""
    found = []
    for place in _places([*settings.recipes, *_said(named)]):
        for path in recipe_files(place):
            digest = hashlib.sha256(path.read_bytes())
            for patch in (patch for rule in read_recipe_file(path) for patch in rule.patches):
                digest.update(patch.sha256.encode())
            found.append(f"{path.name} sha256:{digest.hexdigest()}")
    return tuple(found)


def _said(named: Sequence[str]) -> list[Setting[str]]:
    return [Setting(value=one, origin="--recipe", whose=Whose.LINE) for one in named]


def _places(said: Iterable[Setting[str]]) -> Iterator[Path]:
    """What each of them means, once all are known to be there."""
    found, faults = list[Path](), list[UsageError]()
    for one in said:
        try:
            found.append(_place(one.value))
        except UsageError as error:
            faults.append(UsageError(printable(f"{one.origin}: {error.message}"), hint=error.hint))
    if faults:
        raise UsageError("\n".join(fault.message for fault in faults), hint=faults[0].hint)
    yield from found


def _place(said: str) -> Path:
    if not said.strip():
        raise UsageError("the recipe has no name", hint="for all recipes of the working folder give a dot")
    return recipe_place(said, Path())
