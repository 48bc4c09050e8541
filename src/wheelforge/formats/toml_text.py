"""TOML that a user wrote: read into typed values, with faults that point into the text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from wheelforge.errors import UsageError
from wheelforge.formats.fault import Fault, FaultyText
from wheelforge.model.told import printable
from wheelforge.model.toml import BrokenToml, TooDeep, parse_toml

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class TomlText:
    """A file that holds TOML, as it was written."""

    origin: str
    """How messages call the file."""
    text: str

    def fault(self, literal: str, problem: str, offset: int = 0) -> Fault:
        """A fault at the character ``offset`` of a string, which is shown where it first stands in the file."""
        for number, line in enumerate(self.text.splitlines(), 1):
            for quote in ('"', "'"):
                column = line.find(f"{quote}{literal}{quote}")
                if column >= 0:
                    return Fault(
                        origin=f"{self.origin}:{number}", column=column + 2 + offset, problem=problem, text=line
                    )
        return Fault(origin=self.origin, column=offset + 1, problem=problem, text=literal)


def load_toml(text: str, *, origin: str, first_line: int = 1) -> dict[str, Any]:
    """Parse TOML whose first line is the line ``first_line`` of the file.

    Raises:
        FaultyText: it is not TOML.
    """
    try:
        return parse_toml(text)
    except TooDeep as error:
        raise UsageError(f"{origin}: not a TOML file: {error}") from error
    except BrokenToml as error:
        raise _told(error, text, origin, first_line) from error


def convert(table: object, kind: type[T], *, origin: str) -> T:
    """Take a parsed table for what it should be; keys that ``kind`` does not know are passed over.

    Raises:
        UsageError: a value is of another type.
    """
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        problem, where = misplaced(error)
        raise UsageError(
            f"{origin}: {printable(where)}: {problem[:1].lower()}{problem[1:].replace('`', '')}"
        ) from error


def misplaced(error: msgspec.ValidationError) -> tuple[str, str]:
    """What is wrong with a value, and the path of its key; empty for the whole document."""
    problem, _, path = str(error).partition(" - at ")
    return problem, path.strip("`").removeprefix("$").removeprefix(".")


def _told(error: BrokenToml, text: str, origin: str, first_line: int) -> FaultyText:
    lines = text.splitlines() or [""]
    # What is missing at the end has no place of its own.
    number, column = error.place or (len(lines), len(lines[-1]) + 1)
    problem = f"not TOML: {error.problem}"
    line = lines[min(number, len(lines)) - 1]
    where = f"{origin}:{number + first_line - 1}"
    return FaultyText([Fault(origin=where, column=column, problem=problem, text=line)])
