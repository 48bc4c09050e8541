"""Whether the projects and scripts that are asked for are made for the Pythons of the targets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wheelforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wheelforge.formats.dependency_walk import RequiresPython
    from wheelforge.model.targets import Target

_CPYTHON = re.compile(r"cp3(\d+)(?=t?-)")
_NEWEST = 30
"""The minor version up to which another Python is looked for."""


def check_pythons(requires: Iterable[RequiresPython], targets: Iterable[Target]) -> None:
    """What projects and scripts say of their Pythons must hold on each target.

    So it is in a workspace of uv, whose own Requires-Python is what those of its members have in common: its members
    are taken together, and so each must be there wherever the others are.

    Raises:
        UsageError: some are not made for some targets.
    """
    said, asked = list(requires), list(targets)
    faults = [(one, target) for one in said for target in asked if not target.accepts_python(one.specifier)]
    if faults:
        lines = [
            f"{one.who} requires Python {one.specifier}, and the target {target.name} is Python {_version(target)}"
            for one, target in faults
        ]
        raise UsageError("\n  ".join(lines), hint=_hint(said, asked, {target.name for _, target in faults}))


def _version(target: Target) -> str:
    exact = target.newest_python is None
    return target.python_version if exact else target.environment["python_version"]


def _hint(said: Sequence[RequiresPython], asked: Sequence[Target], faulty: set[str]) -> str:
    if left := [target.name for target in asked if target.name not in faulty]:
        return f"leave out {' and '.join(sorted(faulty))}: {' '.join(f'--target {name}' for name in left)}"
    others = list(dict.fromkeys(other for target in asked if (other := _other(target, said)) is not None))
    if others:
        return f"name a Python for which all are made: {' '.join(f'--target {name}' for name in others)}"
    if len({one.who for one in said}) > 1:
        return "no Python serves them all: take them one by one, with --package NAME"
    return "name another target: --target TARGET"


def _other(target: Target, said: Sequence[RequiresPython]) -> str | None:
    """The same platform with the first Python above, else below, that everybody takes."""
    found = _CPYTHON.match(target.name)
    if found is None:
        return None
    own = int(found[1])
    minors = (*range(own + 1, _NEWEST), *range(own - 1, 7, -1))
    fit = (minor for minor in minors if all(one.specifier.contains(f"3.{minor}.0") for one in said))
    minor = next(fit, None)
    return None if minor is None else f"cp3{minor}{target.name[found.end() :]}"
