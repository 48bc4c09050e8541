"""Texts of others as messages tell them: nothing that a terminal would obey, no credentials, and a fault underlined."""

from __future__ import annotations

import re

_CREDENTIALS = re.compile(r"(?<=//)[^/\s]*(?=@)")


def printable(text: str) -> str:
    """``text`` without terminal controls and credentials, each character in its place."""
    masked = _CREDENTIALS.sub(lambda found: "*" * len(found[0]), text)
    return "".join(char if char.isprintable() else " " for char in masked)


def underlined(text: str, part: slice) -> str:
    """Two lines: the text, and carets under a part of it, one at least."""
    return f"    {printable(text)}\n    {' ' * part.start}{'^' * max(part.stop - part.start, 1)}"
