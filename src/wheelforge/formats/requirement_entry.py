"""One requirement of a file: what is asked for, and what the options on its line add."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wheelforge.formats.fault import FaultyText
from wheelforge.formats.requirement import HERE, BadRequirement, parse_editable, parse_input
from wheelforge.formats.requirement_options import Option, Said, editable_part, read_options, requirement_part
from wheelforge.formats.requirements_file import BuildSetting
from wheelforge.model.inputs import Asked, Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from wheelforge.formats.requirement_lines import LogicalLine

_HASH = re.compile(r"(sha256|sha384|sha512):([0-9a-fA-F]+)")
_DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}
_NO_HASH = "expected sha256: and 64 hex digits"
_OTHER_HASH = "only sha256 is checked: add --hash=sha256:... (pip hash FILE tells it)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one line asks for."""

    asked: Asked | Reference
    """With the hashes of the line."""
    named: LogicalLine
    """The part of the line without options, for faults."""
    hashed: bool
    """The line has ``--hash``."""
    settings: tuple[BuildSetting, ...] = ()


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
    hashes = _hashes(said, options)
    subject = asked.written if isinstance(asked, Reference) else str(asked.requirement)
    return Entry(
        asked=replace(asked, hashes=asked.hashes | hashes),
        named=named,
        hashed=bool(hashes),
        settings=tuple(_setting(one, options, subject) for one in said if one.option is Option.CONFIG_SETTINGS),
    )


def _hashes(said: Sequence[Said], line: LogicalLine) -> frozenset[str]:
    """The SHA-256 of a line; a hash of another kind counts only beside one, which is as good."""
    hashes = [(one, _hash(one, line)) for one in said if one.option is not Option.CONFIG_SETTINGS]
    found = frozenset(digits for _, (kind, digits) in hashes if kind == "sha256")
    if hashes and not found:
        raise FaultyText([line.fault(hashes[0][0].offset, _OTHER_HASH)])
    return found


def _hash(said: Said, line: LogicalLine) -> tuple[str, str]:
    if said.option is not Option.HASH:
        raise FaultyText([line.fault(said.offset, f"{said.option.value} stands on a line of its own")])
    found = _HASH.fullmatch(said.value)
    if not found or len(found[2]) != _DIGITS[found[1]]:
        raise FaultyText([line.fault(said.offset, _NO_HASH)])
    return found[1], found[2].lower()


def _setting(said: Said, line: LogicalLine, subject: str) -> BuildSetting:
    key, equals, value = said.value.partition("=")
    if not equals or not key:
        raise FaultyText([line.fault(said.offset, "expected KEY=VALUE")])
    return BuildSetting(requirement=subject, key=key, value=value, origin=line.origin)
