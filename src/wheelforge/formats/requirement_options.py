"""The options of a requirement file: which there are, and how a line spells them."""

from __future__ import annotations

import difflib
import enum
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.formats.fault import FaultyText
from wheelforge.formats.requirement import NOT_BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wheelforge.formats.requirement_lines import LogicalLine

_WORD = re.compile(r"""(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+""")
_FIRST_OPTION = re.compile(r"(?:^|(?<=\s))-")


class Option(enum.Enum):
    """What a line can say besides a requirement; the value is its long spelling."""

    REQUIREMENT = "--requirement"
    CONSTRAINT = "--constraint"
    INDEX_URL = "--index-url"
    NO_BINARY = "--no-binary"
    ONLY_BINARY = "--only-binary"
    PRE = "--pre"
    REQUIRE_HASHES = "--require-hashes"
    HASH = "--hash"

    @property
    def takes_value(self) -> bool:
        """Whether a value follows, after ``=`` or a blank."""
        return self not in {Option.PRE, Option.REQUIRE_HASHES}


_SHORT = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-i": "--index-url",
    "-e": "--editable",
    "-f": "--find-links",
    "-C": "--config-settings",
}
# pip has these too; to pass over one in silence would change what is collected.
_NOT_YET = frozenset(
    {
        "--all-releases",
        "--config-settings",
        "--extra-index-url",
        "--find-links",
        "--no-index",
        "--no-require-hashes",
        "--only-final",
        "--prefer-binary",
        "--trusted-host",
        "--use-feature",
    }
)
_KNOWN = {option.value: option for option in Option}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One option of a line, and where it stands there."""

    option: Option
    value: str
    """Empty where the option takes none."""
    offset: int


def requirement_part(line: LogicalLine) -> tuple[LogicalLine, LogicalLine]:
    """What stands before the first option, and the options: pip takes the first word with a dash for one."""
    found = _FIRST_OPTION.search(line.text)
    cut = found.start() if found else len(line.text)
    return line.slice(0, len(line.text[:cut].rstrip())), line.slice(cut, len(line.text))


def read_options(line: LogicalLine) -> Iterator[Said]:
    """Read a line of options only, spelt as a shell would take them.

    Raises:
        FaultyText: an option that is unknown, not supported yet, or lacks its value.
    """
    words = _words(line)
    for offset, word in words:
        name, equals, value = _split(word)
        option = _option(line, offset, name)
        if option.takes_value and not equals:
            _, value = next(words, (0, ""))
        if option.takes_value and not value:
            raise FaultyText([line.fault(offset, f"{name} needs a value")])
        if equals and not option.takes_value:
            raise FaultyText([line.fault(offset, f"{name} takes no value")])
        yield Said(option=option, value=value, offset=offset)


def _words(line: LogicalLine) -> Iterator[tuple[int, str]]:
    offset = 0
    while offset < len(line.text):
        if line.text[offset].isspace():
            offset += 1
        elif found := _WORD.match(line.text, offset):
            yield offset, "".join(shlex.split(found[0]))
            offset = found.end()
        else:
            raise FaultyText([line.fault(offset, "this quotation has no end")])


def _split(word: str) -> tuple[str, str, str]:
    """``--name=value`` and ``-nvalue`` into their name, whether a value is attached, and the value."""
    if word.startswith("--"):
        return word.partition("=")
    return word[:2], word[2:3], word[2:].removeprefix("=")


def _option(line: LogicalLine, offset: int, name: str) -> Option:
    long = _SHORT.get(name, name)
    if option := _KNOWN.get(long):
        return option
    if long == "--editable":
        problem = NOT_BY_NAME
    elif long in _NOT_YET:
        problem = f"{long} is not supported yet"
    elif not name.startswith("-"):
        problem = "expected an option; a requirement stands before its options"
    else:
        near = difflib.get_close_matches(long, [*_KNOWN, *_NOT_YET], n=1)
        problem = f"no such option; did you mean {near[0]}?" if near else "no such option"
    raise FaultyText([line.fault(offset, problem)])
