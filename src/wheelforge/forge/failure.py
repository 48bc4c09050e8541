"""What is said when a backend's hook has failed: which, how, and the end of its log."""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING

from wheelforge.errors import BuildError
from wheelforge.forge.diagnosis import diagnose
from wheelforge.model.told import printable

if TYPE_CHECKING:
    from pathlib import Path

_TAIL_BYTES = 64 * 1024
_SHOWN_LINES = 15
_TOO_NEW = "if its build tools are too new for it, collect with --build-deps-as-of release"
"""The commonest failure of what is not of this year."""
_DIAGNOSED_LINES = 500
_LONGEST_LINE, _MORE = 400, " ..."
_ESCAPE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|.)")
"""Terminal escape sequences (ECMA-48): colours, titles, cursor movements."""


class Failure(enum.Enum):
    """The ways in which a hook fails."""

    BACKEND_MISSING = "its backend is not there"
    HOOK_RAISED = "it raised an exception"
    DIED = "its process died"
    TIMED_OUT = "it took too long"
    BAD_ANSWER = "it answered what no hook may answer"


class HookFailed(BuildError):
    """A hook of a backend (PEP 517) gave no usable answer.

    ``status`` is the exit status of the backend's process where that has ended, negative for a signal; ``tail`` holds
    the last lines of the log, safe to print.
    """

    def __init__(
        self, failure: Failure, *, subject: str, hook: str, reason: str, log: Path, status: int | None = None
    ) -> None:
        self.failure = failure
        self.subject = subject
        self.hook = hook
        self.reason = reason
        self.log = log
        self.status = status
        self.tail = tail(log)
        lines = [f"{subject or 'the backend'}: {hook} failed: {reason}", *(f"  | {line}" for line in self.tail)]
        hint = diagnose("\n".join(tail(log, lines=_DIAGNOSED_LINES)))
        if hint is None and failure is Failure.HOOK_RAISED:
            hint = _TOO_NEW
        super().__init__("\n".join((*lines, f"its whole log: {log}")), hint=hint)


def tail(log: Path, *, lines: int = _SHOWN_LINES) -> tuple[str, ...]:
    """Give the last lines of a log, without what could play tricks on a terminal; none where there is no log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return ()
    written = [shown(line) for line in text.splitlines()]
    return tuple(line for line in written if line.strip())[-lines:]


def shown(line: str) -> str:
    """Give what a terminal would show of one line, without credentials, cut where it is endless."""
    text = printable(_ESCAPE.sub("", line).expandtabs()).rstrip()
    if len(text) <= _LONGEST_LINE:
        return text
    whole_words = text[: _LONGEST_LINE - len(_MORE)].rpartition(" ")[0]
    return (whole_words if len(whole_words) > _LONGEST_LINE // 2 else text[: _LONGEST_LINE - len(_MORE)]) + _MORE
