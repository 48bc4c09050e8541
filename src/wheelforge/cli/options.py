"""Options that commands share, each group handed to the command as one value."""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    Command = Callable[..., Any]


def bundled(parameter: str, bundle: type[Any], *options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Give a command ``options``, and hand it their values as one ``bundle``, named ``parameter``."""
    names = [field.name for field in fields(bundle)]

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def call(**given: object) -> object:
            taken = {name: given.pop(name) for name in names}
            return command(**given, **{parameter: bundle(**taken)})

        wrapped: Command = call
        for option in reversed(options):
            wrapped = option(wrapped)
        return wrapped

    return decorate


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked for."""

    requirements: tuple[str, ...]
    requirement_files: tuple[Path, ...]
    constraint_files: tuple[Path, ...]
    build_constraint_files: tuple[Path, ...]


_file = click.Path(dir_okay=False, path_type=Path)

asking = bundled(
    "asking",
    Asking,
    click.argument("requirements", metavar="[REQ]...", nargs=-1),
    click.option(
        "-r", "--requirement", "requirement_files", multiple=True, type=_file, metavar="FILE",
        help="Take requirements from a file, as pip does. Repeatable.",
    ),
    click.option(
        "-c", "--constraint", "constraint_files", multiple=True, type=_file, metavar="FILE",
        help="Constrain versions, as pip does. Repeatable.",
    ),
    click.option(
        "--build-constraint", "build_constraint_files", multiple=True, type=_file, metavar="FILE",
        help="Constrain versions in build environments. Repeatable.",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """Which versions and files may be taken."""

    prefer: str | None
    no_binary: tuple[str, ...]
    only_binary: tuple[str, ...]
    seeds: tuple[str, ...]
    pre: bool
    no_deps: bool
    require_hashes: bool
    upgrade: bool


choosing = bundled(
    "choosing",
    Choosing,
    click.option(
        "--prefer", type=click.Choice(["source", "wheel"]),
        help="The form to take where there are both. [default: source with build dependencies, else wheel]",
    ),
    click.option(
        "--no-binary", multiple=True, metavar="NAMES",
        help="Never take wheels of these projects (or :all:, :none:), as pip does. Repeatable.",
    ),
    click.option(
        "--only-binary", multiple=True, metavar="NAMES",
        help="Never take sdists of these projects (or :all:, :none:), as pip does. Repeatable.",
    ),
    click.option(
        "--seed", "seeds", multiple=True, metavar="NAME",
        help="Take this project as a wheel where builds need it, though the rest is built. Repeatable.",
    ),
    click.option("--pre", is_flag=True, help="Take pre-releases too."),
    click.option("--no-deps", is_flag=True, help="Take what is named, and nothing that it requires."),
    click.option("--require-hashes", is_flag=True, help="Every requirement must carry a hash, as pip has it."),
    click.option("-U", "--upgrade", is_flag=True, help="Do not follow the lock that stands in the folder."),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaching:
    """How the index is reached, and where its files are kept."""

    index_url: str | None
    cert: str | None
    timeout: str | None
    retries: str | None


reaching = bundled(
    "reaching",
    Reaching,
    click.option("-i", "--index-url", metavar="URL", help="The package index. [default: pip's configuration]"),
    click.option("--cert", metavar="FILE", help="A CA bundle to check the index with."),
    click.option("--timeout", metavar="SECONDS", help="How long to wait for the index's next bytes."),
    click.option("--retries", metavar="N", help="How often to try again."),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is told, and how."""

    as_json: bool
    quiet: bool
    verbose: bool


telling = bundled(
    "telling",
    Telling,
    click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
    click.option("-q", "--quiet", is_flag=True, help="Tell only warnings and errors."),
    click.option("-v", "--verbose", is_flag=True, help="Tell every step."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Where code of others is run."""

    isolation: str


running = bundled(
    "running",
    Running,
    click.option(
        "--isolation", type=click.Choice(["auto", "bwrap", "venv"]), default="auto",
        help="How builds are kept apart; auto is the strongest that works here. [default: auto]",
    ),
)  # fmt: skip

cache_dir = click.option(
    "--cache-dir", metavar="DIR", help="The cache. [default: WHEELFORGE_CACHE_DIR, or the platform's]"
)
