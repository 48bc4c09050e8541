"""Texts of others as messages tell them: nothing that a terminal would obey, no credentials, and a fault underlined."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from wheelforge.errors import WheelforgeError

if TYPE_CHECKING:
    from collections.abc import Iterator

_CREDENTIALS = re.compile(r"(?<=//)[^/\s]*(?=@)")


def printable(text: str) -> str:
    """``text`` without terminal controls and credentials, each character in its place."""
    return plain(_CREDENTIALS.sub(lambda found: "*" * len(found[0]), text))


def plain(text: str) -> str:
    """``text`` without terminal controls, each character in its place; for what is known to hold no credentials."""
    return text if text.isprintable() else "".join(char if char.isprintable() else " " for char in text)


def underlined(text: str, part: slice) -> str:
    """Two lines: the text, and carets under a part of it, one at least."""
    return f"    {printable(text)}\n    {' ' * part.start}{'^' * max(part.stop - part.start, 1)}"


@contextlib.contextmanager
def naming(lister: str) -> Iterator[None]:
    """Name in the errors that end the block the entry of a lock that they speak of; nothing for an empty text."""
    try:
        yield
    except WheelforgeError as error:
        if lister not in f"{error.message}\n{error.hint}":
            error.message = f"{error.message}\n  listed by {lister}"
            error.args = (error.message,)
            error.hint = error.hint or "if the file is right the lock is not: make it anew with the tool that wrote it"
        raise
