"""Recipe files read: each becomes rules, or everything that is wrong with all of them is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from wheelforge.model.toml import BrokenToml, parse_toml
from wheelforge.recipes.checking import Checker
from wheelforge.recipes.contradictions import contradictions
from wheelforge.recipes.cookbook import Cookbook
from wheelforge.recipes.faults import Fault, RecipeError
from wheelforge.recipes.mismatches import At, mismatches
from wheelforge.recipes.places import Place, Places
from wheelforge.recipes.sheet import Sheet
from wheelforge.recipes.shipped import shipped_folder
from wheelforge.recipes.written import RecipeFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from wheelforge.recipes.contradictions import Contradiction
    from wheelforge.recipes.rules import Rule

_TOP = Place(line=1, column=1)
MAX_SIZE = 1024 * 1024
"""Bytes of one recipe file."""


def read_recipes(places: Sequence[Path]) -> Cookbook:
    """The rules of files and folders, the later over the earlier; of a folder its ``*.toml`` by name.

    Raises:
        RecipeError: with all faults of all files.
    """
    rules: list[Rule] = []
    faults: list[Fault] = []
    for place in places:
        files = recipe_files(place)
        if not files:
            faults.append(Fault(origin=_origin(place), problem="holds no recipe: they are files that end with .toml"))
        for path in files:
            try:
                rules += read_recipe_file(path)
            except RecipeError as error:
                faults += error.faults
    if faults:
        raise RecipeError(faults)
    return Cookbook(rules=tuple(rules))


def read_recipe_file(path: Path) -> tuple[Rule, ...]:
    """The rules of one file, whose patches stand beside it.

    Raises:
        RecipeError: with all faults of the file.
    """
    origin = _origin(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise RecipeError([Fault(origin=origin, problem=f"cannot be read: {error.strerror}")]) from error
    if len(content) > MAX_SIZE:
        raise RecipeError([Fault(origin=origin, problem="is larger than 1 MB: this is no recipe")])
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise RecipeError([Fault(origin=origin, problem="is no text in UTF-8")]) from error
    return read_rules(text, origin=origin, folder=path.parent)


def read_rules(text: str, *, origin: str, folder: Path) -> tuple[Rule, ...]:
    """The rules of a text; ``folder`` has its patches.

    Raises:
        RecipeError: with all its faults.
    """
    # As `tomllib` does it, so that both count the same.
    text = text.replace("\r\n", "\n")
    try:
        document = parse_toml(text)
        sheet = Sheet(origin=origin, text=text, places=Places(text))
    except BrokenToml as broken:
        raise RecipeError([_broken(text, broken, origin)]) from broken
    except RecursionError as error:
        raise RecipeError([Fault(origin=origin, problem="nested too deeply")]) from error
    rules = tuple(_rules(document, sheet, folder))
    if sheet.faults:
        raise RecipeError(sorted(sheet.faults, key=lambda fault: fault.place or _TOP))
    return rules


def _rules(document: dict[str, Any], sheet: Sheet, folder: Path) -> Iterator[Rule]:
    """The rules of a document; what is wrong with it is noted on the sheet."""
    found = list(mismatches(document, RecipeFile))
    for one in found:
        sheet.note(one.path, one.problem, at=one.at)
    unfit = {one.path[1] for one in found if len(one.path) > 1}
    written = document.get("recipe")
    if not isinstance(written, list):
        return
    fit = [number for number in range(len(written)) if number not in unfit and isinstance(written[number], dict)]
    file = msgspec.convert({"recipe": [written[number] for number in fit]}, RecipeFile)
    rules = [
        Checker(sheet=sheet, folder=folder, base=("recipe", number)).rule(recipe)
        for number, recipe in zip(fit, file.recipe, strict=True)
    ]
    for contradiction in contradictions(rules):
        _note(contradiction, [("recipe", number) for number in fit], sheet)
    yield from rules


def _note(found: Contradiction, bases: list[tuple[str, int]], sheet: Sheet) -> None:
    heading, name = found.subject
    earlier, later = bases[found.earlier], bases[found.later]
    key = (*later, heading, name) if heading in {"env", "config-settings"} else (*later, heading)
    subject = " ".join(filter(None, (heading, name)))
    sheet.note(
        key,
        f"{subject} of {found.project}: {found.said[1]} here, and {found.said[0]} in the recipe of line"
        f" {sheet.places.value(earlier).line}, under the same conditions: take one out, or narrow its conditions",
        at=At.KEY,
    )


def recipe_files(place: Path) -> list[Path]:
    """The files of a place: itself, or of a folder its ``*.toml`` by name."""
    return sorted(place.glob("*.toml")) if place.is_dir() else [place]


def _origin(path: Path) -> str:
    return f"built-in {path.name}" if path.is_relative_to(shipped_folder()) else str(path)


def _broken(text: str, broken: BrokenToml, origin: str) -> Fault:
    lines = text.split("\n")
    # No place is told of what is missing at the end.
    line, column = broken.place or (len(lines), len(lines[-1]) + 1)
    shown = lines[min(line, len(lines)) - 1]
    return Fault(
        origin=origin, problem=f"not TOML: {broken.problem}", place=Place(line=line, column=column), line=shown
    )
