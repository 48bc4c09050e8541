"""The tags of an HTML page, found in one pass whatever the page: a hostile one must not cost minutes."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# The standard library's parser takes time in the square of what is never closed: 60 kB of "<a " cost half a minute.
# Here nothing is tried twice: what is unclosed goes to the end, and the possessive repetition never goes back. Any
# two readings of a tag's quotes that begin at different places stay different, so no place is in more than three.
_UNSEEN = rb"<!--(?:(?!-->).)*+(?:-->|\Z)|<(script|style)\b(?:(?!</\1).)*+(?:</\1|\Z)"
_TAG = rb"""<([a-z]+)(?=[\s/>])((?:[^<>"']|"[^"]*"|'[^']*')*+)>"""
_NEXT = re.compile(_UNSEEN + b"|" + _TAG, re.DOTALL | re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""([^\s=/"']++)(?:\s*+=\s*+("[^"]*"|'[^']*'|[^\s"']++))?""")
_ALIVE = re.compile(rb"<(form|script|iframe|input|button)\b", re.IGNORECASE)


def tags(page: bytes) -> Iterator[tuple[str, dict[str, str | None]]]:
    """Each opening tag outside comments and scripts, in lower case, with its attributes; of equal ones the last.

    The page stays the bytes that it came as: as text it could take four times the room.
    """
    for found in _NEXT.finditer(page):
        if (tag := found[2]) is not None:
            yield _text(tag).lower(), {_text(name).lower(): _value(it) for name, it in _ATTRIBUTE.findall(found[3])}


def is_alive(page: bytes) -> bool:
    """Whether a page does more than list: it asks for something, or runs scripts, as log-in pages do."""
    return _ALIVE.search(page) is not None


def _value(written: bytes) -> str | None:
    if not written:
        return None
    text = _text(written[1:-1] if written[:1] in b"\"'" else written)
    return unescape(text) if "&" in text else text


def _text(part: bytes) -> str:
    return part.decode("utf-8", errors="replace")
