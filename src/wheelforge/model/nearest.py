"""Which of the words that are known a misspelt one may stand for."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def nearest(word: str, words: Iterable[str], aliases: Mapping[str, str] | None = None) -> str | None:
    """The one of ``words`` that ``word`` may stand for: its other name, else the one that is spelt most alike."""
    known = tuple(words)
    alias = (aliases or {}).get(word)
    return alias if alias in known else next(iter(difflib.get_close_matches(word, known, n=1)), None)


def did_you_mean(word: str, words: Iterable[str], *, most: int = 1) -> str | None:
    """A question, as a hint, for up to ``most`` of ``words``, the one that is spelt most alike first."""
    near = difflib.get_close_matches(word, tuple(words), n=most)
    return f"did you mean {' or '.join(near)}?" if near else None
