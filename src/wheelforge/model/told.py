"""Texts of others as messages tell them: nothing that a terminal would obey, no credentials, and a fault underlined."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from wheelforge.errors import WheelforgeError

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = re.compile(r"\S+")
_USERINFO = re.compile(r"://([^/\s?#]*)@")
_SHARED = "git"
"""The user of ssh that hosts of repositories share: no secret."""
_SERVER = re.compile(r"([\w-]+(\.[\w-]+)+|localhost|\[[\w:.%]+\])(:\d*)?")
"""One that is no mere user, and no beginning of a password."""


def printable(text: str) -> str:
    """``text`` without terminal controls and credentials, each character in its place."""
    return plain(_WORD.sub(_masked, text) if "//" in text and "@" in text else text)


def plain(text: str) -> str:
    """``text`` without terminal controls, each character in its place; for what is known to hold no credentials."""
    return text if text.isprintable() else "".join(char if char.isprintable() else " " for char in text)


def plain_lines(text: str) -> str:
    """The lines of a text without terminal controls."""
    return "\n".join(map(plain, text.split("\n")))


def holds_credentials(text: str) -> bool:
    """Whether a text holds a URL with a user or a password; a mere user of ssh is part of the place (PEP 610)."""
    return any(":" in one[1] or not text.endswith("ssh", 0, one.start()) for one in _USERINFO.finditer(text))


def without_login(url: str) -> str:
    """What was meant as a URL, without its credentials, even where it is none and cannot be taken apart."""
    start, end = _login(url)
    return f"{url[:start]}{url[end + 1 :]}" if end > start else url


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


def _masked(word: re.Match[str]) -> str:
    start, end = _login(word[0])
    if word[0][start:end] == _SHARED:
        return word[0]
    return f"{word[0][:start]}{'*' * (end - start)}{word[0][end:]}"


def _login(url: str) -> tuple[int, int]:
    """Where credentials begin, and the ``@`` behind them; the same place twice where there are none.

    A password may hold ``/`` and ``@`` though no URL may, so that the last ``@`` counts. Only that of a revision does
    not, behind a repository on what is a server beyond doubt.
    """
    start, end = url.find("//") + 2, url.rfind("@")
    server, _, path = url[start:].partition("/")
    if start < len("//") or end < start or (url[:start].endswith("file://") and not server):
        return 0, 0
    if "git+" in url[:start] and path.count("@") == 1 and _SERVER.fullmatch(server.rpartition("@")[2]):
        end = start + server.rfind("@")
    return start, max(start, end)
