"""TOML, parsed: what is none is one kind of error, which knows its place in the text."""

from __future__ import annotations

import re
import tomllib
from typing import Any

_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")
_END = " (at end of document)"
MOST_STEPS = 100
"""Of one dotted key: the time that tomllib takes grows with the square of their number, and faster."""
_PART = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+"""
_LONG_KEY = re.compile(rf"""(?<![\w."'-]){_PART}(?:\.[ \t]*+{_PART}){{{MOST_STEPS}}}""")


class BrokenToml(ValueError):
    """Bytes or a text that are no TOML; whoever reads them says whose they are."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        place = _PLACE.search(said)
        self.problem = said[: place.start()] if place else said.removesuffix(_END)
        """What is wrong, without the place."""
        self.place = (int(place[1]), int(place[2])) if place else None
        """The line and the column, from 1; not known of what is missing at the end."""


class TooDeep(BrokenToml):
    """TOML whose tables, arrays or keys are nested too deeply to be read."""

    def __init__(self) -> None:
        super().__init__("nested too deeply")


def parse_toml(written: str | bytes) -> dict[str, Any]:
    """The tables of a document, which is UTF-8 where it comes as bytes.

    Raises:
        BrokenToml: it is no TOML.
    """
    try:
        text = written.decode() if isinstance(written, bytes) else written
        if any(line.count(".") >= MOST_STEPS and _LONG_KEY.search(line) for line in text.split("\n")):
            raise TooDeep
        return tomllib.loads(text)
    except BrokenToml:
        raise
    except ValueError as error:
        raise BrokenToml(str(error)) from error
    except RecursionError as error:
        raise TooDeep from error
