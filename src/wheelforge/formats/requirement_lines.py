"""The logical lines of a requirement file: joined, without comments, expanded, each character with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wheelforge.formats.fault import Fault
from wheelforge.model.secrets import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_COMMENT = re.compile(r"(?:^|\s)#")
_COMMENT_LINE = re.compile(r"\s*#")

Place = tuple[int, int]
"""A line and a column of the file, both from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalLine:
    """One line as pip understands it."""

    text: str
    places: tuple[Place, ...]
    """Where each character of ``text`` stands in the file, and one place more for its end."""
    unexpanded: tuple[str, ...]
    """What was written for each character of ``text``: itself, for the first of a variable's value ``${NAME}``, and for
    the others nothing. So no part of the line that is told can hold a value."""
    file: str
    written: tuple[str, ...]
    """All lines of the file as they were written: faults show these, so that no variable's value is shown."""

    @property
    def number(self) -> int:
        """The line of the file, from 1, where its text begins."""
        return self.places[0][0]

    @property
    def origin(self) -> str:
        """``requirements.txt:3``."""
        return f"{self.file}:{self.number}"

    def fault(self, offset: int, problem: str) -> Fault:
        """A fault at the character ``offset`` of ``text``, from 0."""
        number, column = self.places[min(offset, len(self.text))]
        return Fault(origin=f"{self.file}:{number}", column=column, problem=problem, text=self.written[number - 1])

    def slice(self, start: int, end: int) -> LogicalLine:
        """The part from ``start`` up to ``end``."""
        return LogicalLine(
            text=self.text[start:end],
            places=self.places[start : end + 1],
            unexpanded=self.unexpanded[start:end],
            file=self.file,
            written=self.written,
        )

    @property
    def unvalued(self) -> str:
        """The text with no variable expanded."""
        return "".join(self.unexpanded)

    def unset(self) -> str:
        """A clause on the variables that were to be expanded and say nothing; empty where there are none."""
        names = dict.fromkeys(found[0] for found in VARIABLE.finditer(self.text))
        return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} not set" if names else ""

    def variable(self) -> int | None:
        """Where ``${NAME}`` stands in ``text``, from 0."""
        found = VARIABLE.search(self.text)
        return found and found.start()


def logical_lines(text: str, *, file: str, environ: Mapping[str, str]) -> Iterator[LogicalLine]:
    r"""Split ``text`` as pip does: first ``\`` joins lines, then comments go, then ``${NAME}`` is expanded.

    A variable that is not set, or empty, stays as it is written.
    """
    written = tuple(text.splitlines())
    for first, lines in _joined(written):
        joined = "".join(lines)
        places = [(number, column) for number, line in enumerate(lines, first) for column in range(1, len(line) + 1)]
        places.append((first + len(lines) - 1, len(lines[-1]) + 1))
        line = LogicalLine(text=joined, places=tuple(places), unexpanded=tuple(joined), file=file, written=written)
        kept = line.slice(*_without_comment(joined))
        if kept.text:
            yield _expanded(kept, environ)


def _joined(written: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Runs of continued lines, without their backslashes, and the number of the first."""
    first, run = 1, list[str]()
    for number, line in enumerate(written, 1):
        comment = _COMMENT_LINE.match(line)
        # A comment that ends a continued line must not join its last word.
        run.append(f" {line.lstrip()}" if comment and run else line.rstrip("\\"))
        if line.endswith("\\") and not comment:
            continue
        yield first, run
        first, run = number + 1, []
    if run:
        yield first, run


def _without_comment(text: str) -> tuple[int, int]:
    comment = _COMMENT.search(text)
    kept = text[: comment.start() if comment else None].rstrip()
    return len(kept) - len(kept.lstrip()), len(kept)


def _expanded(line: LogicalLine, environ: Mapping[str, str]) -> LogicalLine:
    text, places, unexpanded, done = "", list[Place](), list[str](), 0
    for found in VARIABLE.finditer(line.text):
        if value := environ.get(found[1]):
            before = slice(done, found.start())
            text += line.text[before] + value
            places += [*line.places[before], *[line.places[found.start()]] * len(value)]
            unexpanded += [*line.text[before], found[0], *[""] * (len(value) - 1)]
            done = found.end()
    return replace(
        line,
        text=text + line.text[done:],
        places=(*places, *line.places[done:]),
        unexpanded=(*unexpanded, *line.text[done:]),
    )
