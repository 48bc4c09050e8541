"""The options that say what wheels are for, and the targets that they come to."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wheelforge.cli.options import bundled
from wheelforge.errors import UsageError
from wheelforge.interpreters.described import describe
from wheelforge.interpreters.flags import Flags, flags_target
from wheelforge.interpreters.misspelt import Misspelt
from wheelforge.interpreters.named import is_reserved, parse_target
from wheelforge.interpreters.running import current
from wheelforge.model.nearest import nearest
from wheelforge.process.command import CannotStart, Command
from wheelforge.process.outputs import TimedOut
from wheelforge.settings.target_sets import target_sets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wheelforge.interpreters.described import Ask
    from wheelforge.model.targets import Target
    from wheelforge.process.runner import Runner
    from wheelforge.settings.target_sets import TargetSets

_PATIENCE = 60.0
_INTERPRETER = "name an interpreter, or its build-details.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Targeting:
    """What wheels are for."""

    targets: tuple[str, ...]
    platforms: tuple[str, ...]
    python_version: str | None
    implementation: str | None
    abis: tuple[str, ...]
    pythons: tuple[Path, ...]


targeting = bundled(
    "targeting",
    Targeting,
    click.option(
        "--target", "targets", multiple=True, metavar="TARGET",
        help="What wheels are for: cp312-manylinux_2_28_x86_64, cp313-win_amd64, an identifier of cibuildwheel, or a "
        "set of the configuration. Repeatable. [default: current]",
    ),
    click.option(
        "--platform", "platforms", multiple=True, metavar="PLATFORM",
        help="With the three below, one target as pip describes it. Repeatable: alternatives.",
    ),
    click.option("--python-version", metavar="VERSION", help="Its Python: 3.12, 312 or 3.12.4."),
    click.option("--implementation", metavar="NAME", help="Its implementation: cp, pp or py."),
    click.option("--abi", "abis", multiple=True, metavar="ABI", help="Its ABI. Repeatable: alternatives."),
    click.option(
        "--python", "pythons", multiple=True, type=click.Path(path_type=Path), metavar="PATH",
        help="The target that an interpreter is, or that its build-details.json tells of. Repeatable.",
    ),
)  # fmt: skip


def read_targets(targeting: Targeting, *, folder: Path, runner: Runner) -> tuple[Target, ...]:
    """The targets that were asked for, each once: those of ``--target``, then pip's flags as one, then ``--python``.

    Nothing asked for is the interpreter that runs this. ``folder`` is where the configuration stands that names sets.
    Beside ``--target``, pip's flags need a ``--platform``: what they would leave to this machine, a user may have
    thought they say of the targets.

    Raises:
        UsageError: an option means nothing, or two targets would have the same name and are not the same.
    """
    flags = Flags(
        platforms=targeting.platforms,
        python_version=targeting.python_version,
        implementation=targeting.implementation,
        abis=targeting.abis,
    )
    told: list[tuple[str, Target]] = []
    if targeting.targets:
        told += _named(targeting.targets, target_sets(folder))
    if flags != Flags():
        if targeting.targets and not flags.platforms:
            raise UsageError(
                "--python-version, --implementation and --abi say nothing of a --target: "
                "with a --platform beside them they are one more",
                hint="an exact release is written --target cp3.12.4-win_amd64, an ABI --target cp312-abi3-win_amd64",
            )
        told.append(("--platform and its like", flags_target(flags, current())))
    if targeting.pythons:
        ask = asking(runner)
        told += [(f"--python {path}", describe(path, ask=ask, here=current())) for path in targeting.pythons]
    return _each_once(told) or (current(),)


def asking(runner: Runner) -> Ask:
    """Run a program for what it prints, with little of our environment.

    Running it raises UsageError where it fails.
    """
    # Without the second, an old Python tells macOS 11 and later as 10.16.
    env = {"PATH": os.environ.get("PATH", os.defpath), "SYSTEM_VERSION_COMPAT": "0"}

    def ask(argv: Sequence[str]) -> bytes:
        try:
            told = runner.capture(Command(argv=tuple(argv), env=env), timeout=_PATIENCE)
        except (CannotStart, TimedOut) as fault:
            raise UsageError(f"--python: {fault.message}", hint=_INTERPRETER) from fault
        if told.returncode != 0:
            raise UsageError(
                f"--python: {argv[0]} does not answer as a Python 3 (exit code {told.returncode})",
                hint=_INTERPRETER,
            )
        return told.stdout

    return ask


def _named(texts: Sequence[str], sets: TargetSets) -> Iterator[tuple[str, Target]]:
    for name, told in sets.items():
        if is_reserved(name):
            raise UsageError(f"{told.origin}: {name!r} looks like a target, so no set can have that name")
    for text in texts:
        if text in sets:
            yield from ((member, _parsed(member, sets[text].origin, {})) for member in sets[text].value)
        else:
            yield text, _parsed(text, "--target", sets)


def _parsed(text: str, origin: str, sets: Mapping[str, object]) -> Target:
    try:
        return parse_target(text)
    except Misspelt as error:
        meant = error.meant or (None if is_reserved(text) else nearest(text, sets))
        again = Misspelt(error.text, error.part, error.problem, meant=meant, advice=error.advice)
        raise again.said_by(origin) from None


def _each_once(told: Sequence[tuple[str, Target]]) -> tuple[Target, ...]:
    """Targets by name; the names are those of folders, so what has one name must be one target."""
    found: dict[str, tuple[str, Target]] = {}
    for text, target in told:
        first, same = found.setdefault(target.name, (text, target))
        if _what_counts(same) != _what_counts(target):
            raise UsageError(
                f"{first} and {text} are both named {target.name}, but they differ: {_told(same)} and {_told(target)}",
                hint="leave one of them out",
            )
    return tuple(target for _, target in found.values())


def _what_counts(target: Target) -> tuple[object, ...]:
    """What tells targets apart: not that this machine's own interpreter also takes wheels that name no C library."""
    tags = tuple(tag for tag in target.tags if not tag.platform.startswith("linux_"))
    return dict(target.environment), target.newest_python, tags


def _told(target: Target) -> str:
    if target.newest_python is None:
        return f"exactly Python {target.python_version}"
    return f"any Python {target.environment['python_version']}"
