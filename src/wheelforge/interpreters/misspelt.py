"""What is wrong with the text of a target: it underlines the place, and says what may have been meant."""

from __future__ import annotations

from wheelforge.errors import UsageError
from wheelforge.model.told import printable, underlined


class Misspelt(UsageError):
    """A text, or a part of one, that names no interpreter, no platform or no target."""

    def __init__(self, text: str, part: slice, problem: str, *, meant: str | None = None, advice: str = "") -> None:
        """Tell of a fault.

        ``part`` are the characters of ``text`` that are wrong, and ``problem`` is a clause. The hint proposes
        ``meant``, which could stand for all of ``text``; where that is not known it is ``advice``.
        """
        hint = f"did you mean {printable(meant)}?" if meant else advice or None
        super().__init__(f"{printable(problem)}\n{underlined(text, part)}", hint=hint)
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
