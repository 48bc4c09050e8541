"""Where in a TOML text its keys and values stand, which no parser tells."""

from __future__ import annotations

import contextlib
import re
import tomllib
from dataclasses import dataclass, field
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""The way to a value from the top: keys of tables, and numbers in arrays, from 0."""

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*'""")
"""One part of a dotted key."""
_SCALAR = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})'  # Up to two quotes may stand before the closing three.
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'"
    r"|\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]+"  # The one value that may hold a blank.
    r"|[^\s,\]}#]+",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """A line and a column of a text, both from 1; columns count characters."""

    line: int
    column: int


class Places:
    """The places of a text that `tomllib` has read without complaint; of no other.

    Raises:
        RecursionError: its values are nested deeper than Python's stack.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        scan = _Scan(text)
        # Newer TOML than is known here: what was found before that still stands.
        with contextlib.suppress(_Lost):
            scan.document()
        self._keys, self._values = scan.keys, scan.values

    def key(self, path: KeyPath) -> Place:
        """Where a key stands first, or what it stands in."""
        return self._place(self._keys.get(path, self._offset(path)))

    def value(self, path: KeyPath) -> Place:
        """Where a value begins; for a table with a header, its name there."""
        return self._place(self._offset(path))

    def known(self) -> frozenset[KeyPath]:
        """All paths whose place is known."""
        return frozenset(self._keys) | frozenset(self._values)

    def _offset(self, path: KeyPath) -> int:
        while path:
            for offsets in (self._values, self._keys):
                if path in offsets:
                    return offsets[path]
            path = path[:-1]
        return 0

    def _place(self, offset: int) -> Place:
        before = self._text[:offset]
        return Place(line=before.count("\n") + 1, column=offset - before.rfind("\n"))


class _Lost(Exception):
    """Here stands what no TOML that is known here has."""


@dataclass(slots=True)
class _Scan:
    """One walk through the text. It checks nothing: `tomllib` has."""

    text: str
    keys: dict[KeyPath, int] = field(default_factory=dict)
    values: dict[KeyPath, int] = field(default_factory=dict)
    _last: dict[KeyPath, int] = field(default_factory=dict)
    """Of each array of tables, the number of the one that was opened last."""
    _at: int = 0

    def document(self) -> None:
        table: KeyPath = ()
        while self._next() is not None:
            if self._next() == "[":
                table = self._header()
            else:
                self._pair(table)

    def _next(self) -> str | None:
        """The next character that means something; ``None`` at the end."""
        self._take(_BLANK)
        return self.text[self._at] if self._at < len(self.text) else None

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self._at)
        if found is None:
            raise _Lost
        self._at = found.end()
        return found[0]

    def _header(self) -> KeyPath:
        start = self._at
        is_array = self.text.startswith("[[", start)
        self._at += 1 + is_array
        path = self._key(())
        self._next()
        self._at += 1 + is_array
        if not is_array:
            return path
        self._last[path] = self._last.get(path, -1) + 1
        path = (*path, self._last[path])
        self.values[path] = start
        return path

    def _key(self, table: KeyPath) -> KeyPath:
        path = table
        while True:
            self._next()
            start = self._at
            part = self._take(_PART)
            name = str(tomllib.loads(f"k={part}")["k"]) if part[0] in "\"'" else part
            path = (*path, self._last[path], name) if path in self._last else (*path, name)
            self.keys.setdefault(path, start)
            if self._next() != ".":
                return path
            self._at += 1

    def _pair(self, table: KeyPath) -> None:
        path = self._key(table)
        self._at += 1
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        first = self._next()
        self.values[path] = self._at
        if first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        else:
            self._take(_SCALAR)

    def _array(self, path: KeyPath) -> None:
        number = 0
        self._at += 1
        while (following := self._next()) != "]":
            if following == ",":
                self._at += 1
            else:
                self._value((*path, number))
                number += 1
        self._at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        while (following := self._next()) != "}":
            if following == ",":
                self._at += 1
            else:
                self._pair(path)
        self._at += 1
