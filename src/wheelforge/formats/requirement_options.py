"""The options of a requirement file: which there are, and how a line spells them."""

from __future__ import annotations

import enum
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.formats.fault import FaultyText
from wheelforge.model.nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wheelforge.formats.requirement_lines import LogicalLine

_WORD = re.compile(r"""(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+""")
_EDITABLE = re.compile(r"(?:--editable(?:=|\s+)|-e\s*=?)\s*(?=\S)")
_QUOTED = re.compile(r"""("[^"\\]*"|'[^']*')(?=\s|$)""")
_FIRST_OPTION = re.compile(r"(?:^|(?<=\s))-")


class Option(enum.Enum):
    """What a line can say besides a requirement; the value is its long spelling."""

    REQUIREMENT = "--requirement"
    CONSTRAINT = "--constraint"
    EDITABLE = "--editable"
    INDEX_URL = "--index-url"
    EXTRA_INDEX_URL = "--extra-index-url"
    NO_INDEX = "--no-index"
    FIND_LINKS = "--find-links"
    TRUSTED_HOST = "--trusted-host"
    NO_BINARY = "--no-binary"
    ONLY_BINARY = "--only-binary"
    PREFER_BINARY = "--prefer-binary"
    PRE = "--pre"
    ALL_RELEASES = "--all-releases"
    ONLY_FINAL = "--only-final"
    REQUIRE_HASHES = "--require-hashes"
    NO_REQUIRE_HASHES = "--no-require-hashes"
    USE_FEATURE = "--use-feature"
    HASH = "--hash"
    CONFIG_SETTINGS = "--config-settings"

    @property
    def takes_value(self) -> bool:
        """Whether a value follows, after ``=`` or a blank."""
        return self not in _FLAGS


_FLAGS = frozenset({Option.NO_INDEX, Option.PREFER_BINARY, Option.PRE, Option.REQUIRE_HASHES, Option.NO_REQUIRE_HASHES})
_SPELLINGS = {option.value: option for option in Option} | {
    "-r": Option.REQUIREMENT,
    "-c": Option.CONSTRAINT,
    "-e": Option.EDITABLE,
    "-i": Option.INDEX_URL,
    "-f": Option.FIND_LINKS,
    "-C": Option.CONFIG_SETTINGS,
    "--config-setting": Option.CONFIG_SETTINGS,
}
_GONE = frozenset({"--build-option", "--global-option", "--install-option"})
"""pip had these once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One option of a line, and where it stands there."""

    option: Option
    value: str
    """Empty where the option takes none."""
    written: str
    """The value with no variable expanded."""
    expanded: bool
    """Whether a variable's value stands in it."""
    offset: int


def requirement_part(line: LogicalLine) -> tuple[LogicalLine, LogicalLine]:
    """What stands before the first option, and the options: pip takes the first word with a dash for one."""
    return _cut(line, 0)


def editable_part(line: LogicalLine) -> tuple[LogicalLine, LogicalLine] | None:
    """What stands behind ``-e``, where a line begins with it, and the options after that."""
    if not (found := _EDITABLE.match(line.text)):
        return None
    rest = line.slice(found.end(), len(line.text))
    if quoted := _QUOTED.match(rest.text):
        return rest.slice(1, quoted.end() - 1), _cut(rest, quoted.end())[1]
    return _cut(rest, 0)


def _cut(line: LogicalLine, start: int) -> tuple[LogicalLine, LogicalLine]:
    found = _FIRST_OPTION.search(line.text, start)
    cut = found.start() if found else len(line.text)
    return line.slice(0, len(line.text[:cut].rstrip())), line.slice(cut, len(line.text))


def read_options(line: LogicalLine) -> Iterator[Said]:
    """Read a line of options only, spelt as a shell would take them.

    Raises:
        FaultyText: an option that is unknown, or lacks its value.
    """
    words = _words(line)
    for offset, end, word in words:
        name, equals, value = _split(word)
        option = _option(line, offset, name)
        part = line.slice(offset + len(name), end)
        if option.takes_value and not equals:
            start, stop, value = next(words, (end, end, ""))
            part = line.slice(start, stop)
        if option.takes_value and not value:
            raise FaultyText([line.fault(offset, f"{name} needs a value")])
        if equals and not option.takes_value:
            raise FaultyText([line.fault(offset, f"{name} takes no value")])
        written = part.unvalued.removeprefix("=").strip("\"'")
        expanded = part.unvalued != part.text
        yield Said(option=option, value=value, written=written, expanded=expanded, offset=offset)


def _words(line: LogicalLine) -> Iterator[tuple[int, int, str]]:
    """Each word with where it begins and ends."""
    offset = 0
    while offset < len(line.text):
        if line.text[offset].isspace():
            offset += 1
        elif found := _WORD.match(line.text, offset):
            yield offset, found.end(), "".join(shlex.split(found[0]))
            offset = found.end()
        else:
            raise FaultyText([line.fault(offset, "this quotation has no end")])


def _split(word: str) -> tuple[str, str, str]:
    """``--name=value`` and ``-nvalue`` into their name, whether a value is attached, and the value."""
    if word.startswith("--"):
        return word.partition("=")
    return word[:2], word[2:3], word[2:].removeprefix("=")


def _option(line: LogicalLine, offset: int, name: str) -> Option:
    if option := _SPELLINGS.get(name):
        return option
    if name in _GONE:
        problem = f"pip takes {name} no more; see --config-settings"
    elif not name.startswith("-"):
        problem = "expected an option; a requirement stands before its options"
    else:
        near = nearest(name, _SPELLINGS)
        problem = f"no such option; did you mean {near}?" if near else "no such option"
    raise FaultyText([line.fault(offset, problem)])
