"""Faults in a text that a user wrote: each names its place and underlines it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.errors import UsageError
from wheelforge.model.told import printable, underlined

if TYPE_CHECKING:
    from collections.abc import Sequence

_FILE_AND_LINE = re.compile(r":\d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong, and where."""

    origin: str
    """Who wrote it: ``the command line``, ``requirements.txt:3``."""
    column: int
    """From 1, in ``text``."""
    problem: str
    """A clause without a full stop: ``expected a version specifier``."""
    text: str
    """The line as it was written."""

    def __str__(self) -> str:
        """Three lines: the place and the problem, the line, a caret under the column."""
        joint = ":" if _FILE_AND_LINE.search(self.origin) else ", column "
        place = f"{self.origin}{joint}{self.column}: {printable(self.problem)}"
        return f"{place}\n{underlined(self.text, slice(self.column - 1, self.column))}"


class FaultyText(UsageError):
    """A text from the user has faults; all of them are told at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)
