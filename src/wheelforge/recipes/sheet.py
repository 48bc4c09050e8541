"""The file that is being read, and what was found wrong with it so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wheelforge.recipes.faults import Fault
from wheelforge.recipes.mismatches import At

if TYPE_CHECKING:
    from wheelforge.recipes.places import KeyPath, Places


@dataclass(slots=True, kw_only=True)
class Sheet:
    """A recipe file as its reader sees it."""

    origin: str
    """The file, as messages call it."""
    text: str
    """With line feeds alone as line ends."""
    places: Places
    faults: list[Fault] = field(default_factory=list)

    def note(self, path: KeyPath, problem: str, at: At = At.VALUE) -> None:
        """Remember a fault of the value or of the key at a path."""
        place = self.places.key(path) if at is At.KEY else self.places.value(path)
        line = self.text.split("\n")[place.line - 1]
        self.faults.append(Fault(origin=self.origin, problem=problem, place=place, line=line))

    def place(self, path: KeyPath) -> str:
        """``FILE:LINE`` of a value, for whoever asks later where it was said."""
        return f"{self.origin}:{self.places.value(path).line}"
