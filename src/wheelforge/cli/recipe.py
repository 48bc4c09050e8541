"""``wheelforge recipe``: what is known of building projects that need help, and how a user adds to it."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click
from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from wheelforge.cli import options
from wheelforge.cli.cookbook import open_cookbook, recipes
from wheelforge.cli.output import (
    RecipeCheckDocument,
    RecipeListDocument,
    RecipeNewDocument,
    RecipeRowDocument,
    RecipeShowDocument,
    print_result,
)
from wheelforge.cli.places import FOLDER
from wheelforge.cli.rules_told import conditions, headings, treated, treated_document, treated_lines
from wheelforge.cli.skeleton import skeleton
from wheelforge.cli.targeting import Targeting, read_targets
from wheelforge.cli.words import counted
from wheelforge.errors import ResolutionError, UsageError
from wheelforge.model.nearest import did_you_mean
from wheelforge.model.told import printable
from wheelforge.process.runner import Runner
from wheelforge.recipes.cookbook import merged
from wheelforge.recipes.faults import RecipeError
from wheelforge.recipes.reading import read_recipes
from wheelforge.recipes.shipped import built_in_recipes, optional_recipes
from wheelforge.settings.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wheelforge.cli.options import Telling
    from wheelforge.recipes.cookbook import Cookbook
    from wheelforge.recipes.rules import Rule


@click.group("recipe")
def command() -> None:
    """Show, check or begin recipes: how projects are built that need help."""


@command.command("list")
@recipes
@options.telling
def listing(*, recipes: tuple[str, ...], telling: Telling) -> None:
    """List the projects that recipes are about.

    Optional recipes are listed too, with the --recipe that makes them hold.
    """
    book = _cookbook(recipes)
    rows = sorted((*_rows(book), *_optional_rows(book)), key=lambda row: (row.name, row.optional))
    print_result(RecipeListDocument(projects=rows), "\n".join(_columns(rows)), telling)


@command.command()
@click.argument("name")
@click.argument("version", required=False)
@click.option(
    "--target", "targets", multiple=True, metavar="TARGET",
    help="What its wheel is for, as for collect. Repeatable. [default: current]",
)  # fmt: skip
@recipes
@options.telling
def show(
    *, name: str, version: str | None, targets: tuple[str, ...], recipes: tuple[str, ...], telling: Telling
) -> None:
    """Tell what the recipes for NAME come to.

    And which of them says what, under which conditions. Without a VERSION, what holds for all of them.
    """
    project, release = _project(name), None if version is None else _version(version)
    rules = _rules_for(project, _cookbook(recipes))
    subject = project if release is None else f"{project} {release}"
    found = [treated(rules, release, target) for target in read_targets(_only(targets), folder=Path(), runner=Runner())]
    document = RecipeShowDocument(
        name=project,
        version="" if release is None else str(release),
        targets=[treated_document(one) for one in found],
    )
    lines = (printable(line) for one in found for line in treated_lines(subject, one))
    print_result(document, "\n".join(lines), telling)


@command.command()
@click.argument("places", metavar="FILE|DIR...", type=FOLDER, nargs=-1, required=True)
@options.telling
def check(*, places: tuple[Path, ...], telling: Telling) -> None:
    """Read recipes, and tell all that is wrong with them."""
    try:
        book = read_recipes(places)
    except RecipeError as error:
        error.hint = "wheelforge recipe new NAME  # begins a recipe, in which every key is explained"
        raise
    patches = {patch.sha256 for rule in book.rules for patch in rule.patches}
    document = RecipeCheckDocument(recipes=len(book.rules), projects=list(book.names), patches=len(patches))
    held = f"{counted(len(book.rules), 'recipe')} for {counted(len(book.names), 'project')}"
    held += f", with {counted(len(patches), 'patch file')}" if patches else ""
    print_result(document, f"{', '.join(map(str, places))}: {held}, no fault", telling)


@command.command()
@click.argument("name")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="The file to write, which must not be there yet. [default: NAME.toml]",
)  # fmt: skip
@options.telling
def new(*, name: str, output: Path | None, telling: Telling) -> None:
    """Begin a recipe for NAME.

    The file explains every key, changes nothing yet, and is yours to edit.
    """
    project = _project(name)
    path = Path(f"{project}.toml") if output is None else output
    policy = merged(read_recipes([built_in_recipes()]).about(project)).policy
    typed = shlex.quote(printable(str(path)))
    _write_new(path, skeleton(project, policy, typed).encode())
    words = f"{path}: a recipe for {project} that changes nothing yet; edit it, then: wheelforge recipe check {typed}"
    print_result(RecipeNewDocument(name=project, file=str(path)), words, telling)


def _cookbook(named: Sequence[str]) -> Cookbook:
    return open_cookbook(load_settings(environ=os.environ, cwd=Path.cwd(), overrides={}), named)


def _rows(book: Cookbook, optional: str = "") -> Iterator[RecipeRowDocument]:
    for name in book.names:
        rules = book.about(name)
        yield RecipeRowDocument(
            name=name,
            about=_once(heading for rule in rules for heading in headings(rule)),
            conditional=all(any(conditions(rule)) for rule in rules),
            files=_once(rule.origin.rpartition(":")[0] for rule in rules),
            optional=optional,
        )


def _optional_rows(book: Cookbook) -> Iterator[RecipeRowDocument]:
    """Those of the recipes that come along, and that nobody has asked for."""
    held = {rule.origin for rule in book.rules}
    for asked, path in optional_recipes().items():
        optional = read_recipes([path])
        if held.isdisjoint(rule.origin for rule in optional.rules):
            yield from _rows(optional, asked)


def _columns(rows: Sequence[RecipeRowDocument]) -> Iterator[str]:
    told = [f"{', '.join(row.about)}{' (on conditions)' if row.conditional else ''}" for row in rows]
    widths = [max(map(len, texts), default=0) for texts in ([row.name for row in rows], told)]
    for row, about in zip(rows, told, strict=True):
        asked = f", optional: --recipe {row.optional}" if row.optional else ""
        yield printable(f"{row.name:{widths[0]}}  {about:{widths[1]}}  {', '.join(row.files)}{asked}")


def _rules_for(project: NormalizedName, book: Cookbook) -> tuple[Rule, ...]:
    if rules := book.about(project):
        return rules
    for asked, path in optional_recipes().items():
        if read_recipes([path]).about(project):
            raise ResolutionError(
                f"no recipe that holds is about {project}, but an optional one is",
                hint=f"wheelforge recipe show {project} --recipe {asked}",
            )
    hint = did_you_mean(project, book.names) or "wheelforge recipe list  # the projects that recipes are about"
    raise ResolutionError(f"no recipe is about {project}: it is built as it says itself", hint=hint)


def _project(text: str) -> NormalizedName:
    try:
        return canonicalize_name(text, validate=True)
    except InvalidName:
        raise UsageError(f"{printable(text)!r} is no name of a project", hint="give the name alone: numpy") from None


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        raise UsageError(f"{printable(text)!r} is no version (PEP 440)", hint="give one version: 2.1.0") from None


def _only(targets: tuple[str, ...]) -> Targeting:
    return Targeting(targets=targets, platforms=(), python_version=None, implementation=None, abis=(), pythons=())


def _write_new(path: Path, content: bytes) -> None:
    """Write a file that is not there yet, whole or not at all.

    Raises:
        UsageError: it is there.
    """
    try:
        stream = path.open("xb")
    except FileExistsError:
        raise UsageError(f"{path} is there already, and is never overwritten", hint="name another: -o FILE") from None
    try:
        with stream:
            stream.write(content)
    except OSError:
        path.unlink()
        raise


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
