"""One requirement of a file: what is asked for, and what the options on its line add."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wheelforge.formats.fault import FaultyText
from wheelforge.formats.requirement import HERE, BadRequirement, parse_editable, parse_input
from wheelforge.formats.requirement_options import Option, Said, editable_part, read_options, requirement_part
from wheelforge.model.digest import Digest, read_digest
from wheelforge.model.treatment import unrecordable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wheelforge.formats.requirement_lines import LogicalLine
    from wheelforge.model.inputs import Asked, Reference

_EXPANDED = "a lock records config settings, and a variable may hold a secret: write out what is none"
_NO_HASH = "expected sha256: and 64 hex digits, sha384: and 96, or sha512: and 128"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one line asks for."""

    asked: Asked | Reference
    """With the hashes and config settings of the line."""
    named: LogicalLine
    """The part of the line without options, for faults."""
    hashed: bool
    """The line has ``--hash``."""


def read_entry(line: LogicalLine, *, base: Path | None = HERE) -> Entry | None:
    """Read a line that asks for something; ``None`` for one that holds options only.

    A relative path stands under ``base``; without one, nothing local may be named.

    Raises:
        FaultyText: the line has a fault.
    """
    if editable := editable_part(line):
        return _entry(parse_editable, *editable, base)
    named, options = requirement_part(line)
    return _entry(parse_input, named, options, base) if named.text else None


def _entry(
    parse: Callable[..., Asked | Reference], named: LogicalLine, options: LogicalLine, base: Path | None
) -> Entry:
    try:
        asked = parse(named.text, origin=named.origin, base=base, unexpanded=named.unexpanded)
    except BadRequirement as error:
        raise FaultyText([named.fault(fault.column - 1, fault.problem) for fault in error.faults]) from error
    said = list(read_options(options))
    hashes = frozenset(_hash(one, options) for one in said if one.option is not Option.CONFIG_SETTINGS)
    settings = tuple(_setting(one, options) for one in said if one.option is Option.CONFIG_SETTINGS)
    return Entry(
        asked=replace(asked, hashes=asked.hashes | hashes, settings=settings), named=named, hashed=bool(hashes)
    )


def _hash(said: Said, line: LogicalLine) -> Digest:
    if said.option is not Option.HASH:
        raise FaultyText([line.fault(said.offset, f"{said.option.value} stands on a line of its own")])
    found = read_digest(said.value)
    if found is None:
        raise FaultyText([line.fault(said.offset, _NO_HASH)])
    return found


def _setting(said: Said, line: LogicalLine) -> tuple[str, str]:
    if said.expanded:
        raise FaultyText([line.fault(said.offset, _EXPANDED)])
    if problem := unrecordable(said.value):
        raise FaultyText([line.fault(said.offset, problem)])
    key, equals, value = said.value.partition("=")
    if not equals or not key:
        raise FaultyText([line.fault(said.offset, "expected KEY=VALUE")])
    return key, value
