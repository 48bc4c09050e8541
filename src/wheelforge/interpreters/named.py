"""From the name of a target to the target, never looking at this machine, except for ``current``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wheelforge.interpreters.cibuildwheel import with_version
from wheelforge.interpreters.flags import PIP, named_flags
from wheelforge.interpreters.misspelt import Misspelt
from wheelforge.interpreters.platforms import parse_platform
from wheelforge.interpreters.pythons import make_target, parse_python
from wheelforge.interpreters.running import current
from wheelforge.model.nearest import nearest

if TYPE_CHECKING:
    from wheelforge.interpreters.platforms import Platform
    from wheelforge.interpreters.pythons import Python
    from wheelforge.model.targets import Target

CURRENT = "current"

_ADVICE = (
    "a target is PYTHON-PLATFORM, such as cp312-manylinux_2_28_x86_64, cp313-win_amd64 or cp312-macosx_14_0_arm64, "
    "or current, or a set that the configuration names"
)
_RESERVED = re.compile(rf"{CURRENT}|(?:{PIP}-.*)|(?:cp|pp|gp|py|graalpy)[\d._]*t?(?:-.*)?")


def is_reserved(name: str) -> bool:
    """Whether ``name`` is, or looks like, that of a target: a set may not have it."""
    return _RESERVED.fullmatch(name.lower()) is not None


def parse_target(text: str) -> Target:
    """Read a target in any of the forms that docs/reference/targets.md tells; a target's own name gives it again.

    Two parts are an interpreter and a platform, three an interpreter, the ABI that is wanted, and a platform. One name
    is not enough to give again what was described from an interpreter: its patch release is open in the name, and the
    bare ``linux_ARCH``, which ``current`` has among its platforms, is left out.

    Raises:
        Misspelt: it is none, with the place and what may have been meant.
    """
    name = text.strip().lower()
    if name == CURRENT:
        return current()
    if name.startswith(f"{PIP}-"):
        return named_flags(name)
    match name.split("-"):
        case [python, platform]:
            found = _python(python, None, f"-{platform}")
            before = f"{python}-"
        case [python, abi, platform]:
            found = _python(python, abi, f"-{platform}")
            before = f"{python}-{abi}-"
        case _:
            raise Misspelt(text, slice(0, len(text)), f"{text!r} is no target", meant=_meant(name), advice=_ADVICE)
    return make_target(found, _platform(found, platform, before))


def _python(python: str, abi: str | None, after: str) -> Python:
    try:
        return parse_python(python, abi)
    except Misspelt as error:
        if error.text == abi:
            raise error.within(f"{python}-", after) from None
        raise error.within("", f"-{abi}{after}" if abi else after) from None


def _platform(python: Python, platform: str, before: str) -> Platform:
    try:
        return parse_platform(with_version(python, platform))
    except Misspelt as error:
        raise error.within(before) from None


def _meant(name: str) -> str | None:
    """An interpreter alone lacks a platform; else there may be a slip in ``current``."""
    try:
        return make_target(parse_python(name), parse_platform("manylinux_2_28_x86_64")).name
    except Misspelt:
        return nearest(name, (CURRENT,), {"host": CURRENT, "native": CURRENT, "this": CURRENT})
