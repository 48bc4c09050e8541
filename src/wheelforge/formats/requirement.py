"""One requirement: PEP 508, with faults that point at their place."""

from __future__ import annotations

import re
from typing import cast

from packaging.requirements import InvalidRequirement, Requirement

from wheelforge.formats.fault import Fault, FaultyText
from wheelforge.model.inputs import Asked

NOT_BY_NAME = "direct references are not supported yet; name the project and, if need be, a version"
"""What is said of everything that names a place instead of a project."""

_EDITABLE = re.compile(r"(-e|--editable)(\s|=|$)")
_PLACE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[./~\\]|[^\s;\[<>=!~@(]*[/\\]")
_ARCHIVE = re.compile(r"[^\s;\[<>=!~@(]+\.(whl|zip|tar|tgz|tbz|txz|tar\.(gz|bz2|xz|lzma))\s*($|;|\[)", re.IGNORECASE)

_OPERATORS = ("<", ">", "=", "!", "~")
_SPECIFIER = "expected a version specifier"
_AFTER_NAME = f"{_SPECIFIER}, ';' with a marker, or the end"
_AFTER_SPECIFIER = "expected a comma, ';' with a marker, or the end"
# What packaging expects, in its words and in ours; a wording that is not listed is shown as it is.
_WORDINGS = (
    ("matching RIGHT_BRACKET", "expected a comma or ']' after the extra"),
    ("matching RIGHT_PARENTHESIS", "expected ')' after the version specifier"),
    ("package name", "expected the name of a project"),
    ("semicolon (after name", _AFTER_NAME),
    ("comma (within version", _AFTER_SPECIFIER),
)


class BadRequirement(FaultyText):
    """A text that is no requirement, or one of a kind that is not taken yet."""


def parse_requirement(text: str, *, origin: str) -> Asked:
    """Read one requirement (PEP 508), without options and without a comment.

    Raises:
        BadRequirement: it is none, or it names a URL, a repository, a file or a folder.
    """
    if _names_a_place(text.strip()):
        raise _bad(text, origin, len(text) - len(text.lstrip()), NOT_BY_NAME)
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise _bad(text, origin, *_explain(text, error)) from error
    except RecursionError as error:
        raise _bad(text, origin, 0, "the marker is nested too deeply") from error
    if requirement.url is not None:
        raise _bad(text, origin, text.index("@"), NOT_BY_NAME)
    return Asked(requirement=requirement, origin=origin)


def _bad(text: str, origin: str, offset: int, problem: str) -> BadRequirement:
    return BadRequirement([Fault(origin=origin, column=offset + 1, problem=problem, text=text)])


def _names_a_place(text: str) -> bool:
    return any(pattern.match(text) for pattern in (_EDITABLE, _PLACE, _ARCHIVE))


def _explain(text: str, error: InvalidRequirement) -> tuple[int, str]:
    """Where the parser stopped, from 0, and what should have stood there."""
    # packaging keeps the place on the error beneath, whose class is private.
    span = cast("tuple[int, int]", getattr(error.__cause__, "span", (0, 0)))
    said = str(getattr(error.__cause__, "message", error)).splitlines()[0]
    offset = min(span[1], len(text))
    ours = next((ours for theirs, ours in _WORDINGS if theirs in said), said[:1].lower() + said[1:])
    if ours == _AFTER_NAME and text.startswith(_OPERATORS, offset):
        return offset, _SPECIFIER
    if ours == _AFTER_SPECIFIER and text[:offset].rstrip().endswith(","):
        return offset, _SPECIFIER
    return offset, ours
