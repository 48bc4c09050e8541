"""pip's ``--no-binary`` and ``--only-binary``: each value is laid over the rules that are already there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.utils import InvalidName, canonicalize_name

from wheelforge.errors import UsageError
from wheelforge.model.artifacts import Kind
from wheelforge.model.inputs import ALL, Formats

if TYPE_CHECKING:
    from collections.abc import Iterable

NONE = ":none:"


def with_rule(formats: Formats, kind: Kind, value: str) -> Formats:
    """Lay ``--no-binary value`` (``kind`` is the sdist) or ``--only-binary value`` (the wheel) over ``formats``.

    ``value`` lists names with commas, ``:all:``, or ``:none:``, which empties the rule. As in pip, the last word
    on a name counts, and ``:all:`` sets aside what was said before it.

    Raises:
        UsageError: something in ``value`` is not the name of a project.
    """
    names = [_name(name.strip()) for name in value.split(",") if name.strip()]
    match kind:
        case Kind.SDIST:
            no_binary, only_binary = _laid(names, formats.no_binary, formats.only_binary)
        case Kind.WHEEL:
            only_binary, no_binary = _laid(names, formats.only_binary, formats.no_binary)
    return replace(formats, no_binary=no_binary, only_binary=only_binary)


def _name(text: str) -> str:
    if text in {ALL, NONE}:
        return text
    try:
        return canonicalize_name(text, validate=True)
    except InvalidName as error:
        raise UsageError(f"{text!r} is not the name of a project", hint=f"give names, {ALL} or {NONE}") from error


def _laid(names: Iterable[str], rule: frozenset[str], other: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    for name in names:
        if name == ALL:
            rule, other = frozenset({ALL}), frozenset()
        elif name == NONE:
            rule = frozenset()
        else:
            rule, other = rule | {name}, other - {name}
    return rule, other
