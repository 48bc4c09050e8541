"""Unified diffs taken apart: which files they change, and how. What is not wholly understood is refused."""

from __future__ import annotations

import enum
import io
import os
import re
from dataclasses import dataclass, field
from typing import NoReturn

_RANGE = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@(?: .*)?")
_NOWHERE = b"/dev/null"
_NO_FILE = re.compile(rb"\t(?:1970-01-01|1969-12-31) ")
"""How diff(1) writes that there is no such file: as one of the year 0 of Unix, in any time zone."""
_GIT = b"diff --git "
_MODE = re.compile(rb"(new|deleted|old|new) (?:file )?mode (\d{6})")
_REFUSED = {
    b"rename ": "it renames a file: make it with git diff --no-renames",
    b"copy ": "it copies a file: make it with git diff --no-renames",
    b"GIT binary patch": "it changes a binary file",
    b"Binary files ": "it changes a binary file",
}
_REGULAR = {b"100644": False, b"100755": True}
"""The modes that git gives to files, and whether they are programs."""
_SIGNATURES = (b"--", b"-- ")
"""What git format-patch writes between the last hunk and its version."""


class Deed(enum.Enum):
    """What a patch does with a file."""

    CHANGE = "changes"
    CREATE = "creates"
    DELETE = "deletes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """One stretch of lines, and those that take its place; each line has its line end, where it has one."""

    line: int
    """Where the hunk begins in the patch, from 1."""
    start: int
    """The old stretch's first line, from 1; where that is empty, the line behind which the new one goes."""
    old: tuple[bytes, ...]
    new: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """What a patch does with one file."""

    path: str
    """Relative, with one leading folder dropped; it may be hostile."""
    line: int
    """Where its part of the patch begins, from 1."""
    deed: Deed
    hunks: tuple[Hunk, ...]
    executable: bool | None = None
    """Whether it becomes a program; ``None`` where the patch does not say."""


class BadDiff(Exception):
    """A line of a patch that is not understood, or whose change is not supported."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        """From 1."""
        self.problem = problem
        """A clause without a full stop."""


def parse_diff(content: bytes) -> tuple[FileChange, ...]:
    """Take a patch apart, as diff -u and git write it; what stands around its files is passed over.

    Raises:
        BadDiff: it is no unified diff, it is cut off, or it does what is not supported: renaming, links, binary files.
    """
    parser = _Parser(lines=tuple(io.BytesIO(content)))
    changes = tuple(parser.changes())
    if not changes:
        raise BadDiff(1, "it changes no file: it is no unified diff")
    return changes


@dataclass(slots=True)
class _Header:
    """What stands above the hunks of one file."""

    line: int
    old: bytes | None = None
    """As written; ``None`` where the file does not exist before."""
    new: bytes | None = None
    modes: dict[bytes, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class _Parser:
    lines: tuple[bytes, ...]
    at: int = 0

    def changes(self) -> list[FileChange]:
        found: list[FileChange] = []
        while self.at < len(self.lines):
            line = self._line()
            if line.startswith(_GIT):
                found.append(self._git_change())
            elif self._names_follow():
                found.append(self._change(_Header(line=self.at + 1)))
            elif line.startswith(b"@@ -"):
                self._fail("a hunk stands here without a file, or is longer than its first line says")
            elif line.startswith(b"Binary files "):
                self._fail(_REFUSED[b"Binary files "])
            else:
                self.at += 1
        return found

    def _line(self) -> bytes:
        """The line here without its end; empty at the end."""
        return self.lines[self.at].rstrip(b"\r\n") if self.at < len(self.lines) else b""

    def _fail(self, problem: str) -> NoReturn:
        raise BadDiff(self.at + 1, problem)

    def _names_follow(self) -> bool:
        following = self.lines[self.at + 1 : self.at + 2]
        return self._line().startswith(b"--- ") and any(line.startswith(b"+++ ") for line in following)

    def _git_change(self) -> FileChange:
        header = _Header(line=self.at + 1)
        both = self._line().removeprefix(_GIT)
        self.at += 1
        while self.at < len(self.lines) and not self._names_follow():
            line = self._line()
            for begin, problem in _REFUSED.items():
                if line.startswith(begin):
                    self._fail(problem)
            if mode := _MODE.fullmatch(line):
                header.modes[line.rpartition(b" mode")[0]] = mode[2]
                if mode[2] not in _REGULAR:
                    self._fail(f"mode {mode[2].decode()} is a link's or a submodule's, and no file's")
            elif not line.startswith((b"index ", b"similarity ", b"dissimilarity ")):
                break
            self.at += 1
        if self._names_follow():
            return self._change(header)
        # No line of it changes: the file is empty, or only its mode is another. Both names are the same then.
        middle = len(both) // 2
        header.old, header.new = both[:middle], both[middle + 1 :]
        if not header.modes:
            self._fail("here the names of a file ought to stand, or what becomes of it")
        return self._told(header, ())

    def _change(self, header: _Header) -> FileChange:
        header.old, header.new = (self._name(self.lines[self.at + step][4:]) for step in (0, 1))
        self.at += 2
        hunks: list[Hunk] = []
        while self._line().startswith(b"@@"):
            hunks.append(self._hunk())
        if not hunks:
            self._fail("here a hunk ought to begin, with @@ -")
        if self.at < len(self.lines) and self._line()[:1] in {b"+", b"-", b" "} and not self._ends():
            self._fail("the hunk is longer than its first line says")
        return self._told(header, tuple(hunks))

    def _ends(self) -> bool:
        return self._line() in _SIGNATURES or self._names_follow()

    def _name(self, written: bytes) -> bytes | None:
        name = written.rstrip(b"\r\n")
        if _NO_FILE.search(name):
            return None
        name = name.partition(b"\t")[0].rstrip(b" ")
        return None if name == _NOWHERE else name

    def _told(self, header: _Header, hunks: tuple[Hunk, ...]) -> FileChange:
        old = None if b"new file" in header.modes or header.old is None else self._path(header.old, header.line)
        new = None if b"deleted file" in header.modes or header.new is None else self._path(header.new, header.line)
        path = new or old
        if path is None:
            raise BadDiff(header.line, "it names no file")
        if old and new and old != new:
            raise BadDiff(header.line, f"it renames {old!r} to {new!r}: make it with git diff --no-renames")
        deed = Deed.CREATE if old is None else Deed.DELETE if new is None else Deed.CHANGE
        mode = header.modes.get(b"new file") or header.modes.get(b"new")
        executable = None if mode is None else _REGULAR[mode]
        return FileChange(path=path, line=header.line, deed=deed, hunks=hunks, executable=executable)

    def _path(self, name: bytes, line: int) -> str:
        if name.startswith(b'"'):
            raise BadDiff(line, "its file name is quoted: make it with git -c core.quotePath=false diff")
        top, slash, path = name.partition(b"/")
        if not (top and slash and path):
            problem = f"{os.fsdecode(name)!r} has no leading folder to drop: make it with git diff, or diff -ru a b"
            raise BadDiff(line, problem)
        return os.fsdecode(path)

    def _hunk(self) -> Hunk:
        told = _RANGE.fullmatch(self._line())
        if told is None:
            self._fail("the first line of a hunk is not of the form @@ -1,2 +1,3 @@")
        line = self.at + 1
        wanted = [int(told[2] or 1), int(told[4] or 1)]
        sides: tuple[list[bytes], list[bytes]] = ([], [])
        self.at += 1
        while [len(side) for side in sides] != wanted:
            self._hunk_line(sides)
            if any(len(side) > count for side, count in zip(sides, wanted, strict=True)):
                self._fail(f"the hunk of line {line} has other lines than its first line says")
            self.at += 1
            self._no_line_end(sides)
        return Hunk(line=line, start=int(told[1]), old=tuple(sides[0]), new=tuple(sides[1]))

    def _hunk_line(self, sides: tuple[list[bytes], list[bytes]]) -> None:
        line = self.lines[self.at] if self.at < len(self.lines) else b"?"
        # A blank at the end of a line is often lost on the way: an empty line is an unchanged empty one.
        mark, text = (b" ", line) if line in {b"\n", b"\r\n"} else (line[:1], line[1:])
        if mark not in {b" ", b"-", b"+"}:
            self._fail("the hunk ends before all lines that its first line promises")
        if mark != b"+":
            sides[0].append(text)
        if mark != b"-":
            sides[1].append(text)

    def _no_line_end(self, sides: tuple[list[bytes], list[bytes]]) -> None:
        r"""``\ No newline at end of file`` is said of the line above it."""
        if not self._line().startswith(b"\\"):
            return
        mark = self.lines[self.at - 1][:1]
        for side in (sides[0] if mark != b"+" else None, sides[1] if mark != b"-" else None):
            if side:
                side[-1] = side[-1].removesuffix(b"\n").removesuffix(b"\r")
        self.at += 1
