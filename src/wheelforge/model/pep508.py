"""Requirements of strangers (PEP 508), parsed: what would take a parser to its limits is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

if TYPE_CHECKING:
    from packaging.markers import Marker

LONGEST = 16_384
"""Characters. Markers that tools have written out are the longest of honest ones."""
DEEPEST = 50
"""Parentheses inside each other."""
_OF_LOCKS = frozenset({"extras", "dependency_groups"})
"""What markers may ask for in lock files only (PEP 751)."""
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_ENDLESS = re.compile(r"\d{1000}")
"""Python makes no number of so many digits, and a release has none."""


def parse_requirement(text: str) -> Requirement:
    """A requirement whose text anyone may have written.

    Raises:
        InvalidRequirement: it is none, or no honest one.
    """
    if len(text) > LONGEST:
        raise InvalidRequirement(f"it has {len(text)} characters; {LONGEST} are the limit")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidRequirement("it holds half a character, which is no text")
    if _ENDLESS.search(text):
        raise InvalidRequirement("it holds a number without end")
    if _depth(text) > DEEPEST:
        raise InvalidRequirement("its parentheses are nested too deeply")
    requirement = Requirement(text)
    # Blanks between its parts may be tabs; what is left of it is told to people, and stands in locks.
    if not str(requirement).isprintable():
        raise InvalidRequirement("it holds characters that cannot be printed")
    if requirement.marker is not None and (alien := _OF_LOCKS & words(requirement.marker)):
        raise InvalidRequirement(f"its marker asks for `{min(alien)}`, which there is in lock files only (PEP 751)")
    return requirement


def words(marker: Marker) -> set[str]:
    """What a marker says outside its quotes: the names of what it asks for, and operators."""
    return set(_QUOTED.sub("", str(marker)).replace("(", " ").replace(")", " ").split())


def _depth(text: str) -> int:
    deepest = depth = 0
    for parenthesis in re.findall(r"[()]", text):
        depth += 1 if parenthesis == "(" else -1
        deepest = max(deepest, depth)
    return deepest
