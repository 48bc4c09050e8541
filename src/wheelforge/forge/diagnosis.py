"""Why a build failed, as far as its log tells: one line that says what to do."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from wheelforge.recipes.failures import Failure, known_failures

if TYPE_CHECKING:
    from collections.abc import Mapping

_HARMLESS = re.compile(r"[\w./+][\w./+-]{0,99}", re.ASCII)
"""A hint is there to be pasted into a shell, and a log says what its author likes."""
_LONGEST = 2000
"""Characters of a line that are looked at."""


def diagnose(log_tail: str) -> str | None:
    """Find the hint for a failed build in the last lines of its log; ``None`` when the failure is not known.

    The first failure of `recipes/failures.toml` that any line shows is the one.
    """
    lines = [line[:_LONGEST] for line in log_tail.splitlines()]
    for failure in known_failures():
        pattern = re.compile(failure.pattern)
        for line in lines:
            match = pattern.search(line)
            hint = match and _hint(failure, match.groupdict().get("what"))
            if hint:
                return hint
    return None


def _hint(failure: Failure, what: str | None) -> str | None:
    if what is None:
        return failure.hint
    if not _HARMLESS.fullmatch(what):
        return None
    if not failure.packages:
        return failure.hint.format(what=what)
    package = _package(failure.packages, what)
    template = failure.hint if package else failure.otherwise
    return template.format(what=what, package=package) if template else None


def _package(packages: Mapping[str, str], what: str) -> str | None:
    known = packages.get(what)
    if known is not None:
        return known
    return next((package for glob, package in packages.items() if fnmatchcase(what, glob)), None)
