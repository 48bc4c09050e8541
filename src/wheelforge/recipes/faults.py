"""What is wrong with recipe files: each fault with its place, all of them told at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.errors import UsageError
from wheelforge.model.told import printable, underlined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wheelforge.recipes.places import Place

_HINT = "wheelforge recipe check FILE  # reads recipes, and does nothing else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong."""

    origin: str
    """The file, as messages call it."""
    problem: str
    """A clause without a full stop."""
    place: Place | None = None
    """``None`` where it is the file itself that cannot be read."""
    line: str = ""
    """The text of that line."""

    def __str__(self) -> str:
        """``FILE:LINE:COLUMN: problem``, and below it the line with a caret under the column."""
        if self.place is None:
            return printable(f"{self.origin}: {self.problem}")
        told = printable(f"{self.origin}:{self.place.line}:{self.place.column}: {self.problem}")
        return f"{told}\n{underlined(self.line, slice(self.place.column - 1, self.place.column))}"


class RecipeError(UsageError):
    """Recipes cannot be read; ``faults`` has everything that is wrong with all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)), hint=_HINT)
        self.faults = tuple(faults)
