"""What is wrong with the text of a target: it underlines the place, and says what may have been meant."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from wheelforge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Misspelt(UsageError):
    """A text, or a part of one, that names no interpreter, no platform or no target."""

    def __init__(self, text: str, part: slice, problem: str, *, meant: str | None = None, advice: str = "") -> None:
        """Tell of a fault.

        ``part`` are the characters of ``text`` that are wrong, and ``problem`` is a clause. The hint proposes
        ``meant``, which could stand for all of ``text``; where that is not known it is ``advice``.
        """
        shown = "".join(char if char.isprintable() else " " for char in text)
        carets = " " * part.start + "^" * max(part.stop - part.start, 1)
        hint = f"did you mean {meant}?" if meant else advice or None
        super().__init__(f"{problem}\n    {shown}\n    {carets}", hint=hint)
        self.text = text
        self.part = part
        self.problem = problem
        self.meant = meant
        self.advice = advice

    def within(self, before: str, after: str = "") -> Misspelt:
        """The same fault, told of a text that holds this one between ``before`` and ``after``."""
        part = slice(self.part.start + len(before), self.part.stop + len(before))
        meant = self.meant and before + self.meant + after
        return Misspelt(before + self.text + after, part, self.problem, meant=meant, advice=self.advice)

    def said_by(self, origin: str) -> UsageError:
        """The error for the user, with whose text it is: ``--target``, ``wheelforge.toml [targets] servers``."""
        return UsageError(f"{origin}: {self.message}", hint=self.hint)


def nearest(word: str, words: Iterable[str], aliases: Mapping[str, str] | None = None) -> str | None:
    """The one of ``words`` that ``word`` may stand for: its other name, else the one that is spelt most alike."""
    known = tuple(words)
    alias = (aliases or {}).get(word)
    return alias if alias in known else next(iter(difflib.get_close_matches(word, known, n=1)), None)
