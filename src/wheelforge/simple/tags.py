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
_UNSEEN = re.compile(
    r"<!--(?:(?!-->).)*+(?:-->|\Z)|<(script|style)\b(?:(?!</\1).)*+(?:</\1|\Z)", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"""<([a-z]+)(?=[\s/>])((?:[^<>"']|"[^"]*"|'[^']*')*+)>""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([^\s=/"']++)(?:\s*+=\s*+("[^"]*"|'[^']*'|[^\s"']++))?""")
_ALIVE = re.compile(r"<(form|script|iframe|input|button)\b", re.IGNORECASE)


def tags(text: str) -> Iterator[tuple[str, dict[str, str | None]]]:
    """Each opening tag outside comments and scripts, in lower case, with its attributes; of equal ones the last."""
    for found in _TAG.finditer(_UNSEEN.sub("", text)):
        yield found[1].lower(), {name.lower(): _value(value) for name, value in _ATTRIBUTE.findall(found[2])}


def is_alive(text: str) -> bool:
    """Whether a page does more than list: it asks for something, or runs scripts, as log-in pages do."""
    return _ALIVE.search(text) is not None


def _value(text: str) -> str | None:
    if not text:
        return None
    return unescape(text[1:-1] if text[0] in "\"'" else text)
