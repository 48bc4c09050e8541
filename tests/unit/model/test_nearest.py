"""A misspelt word has at most one that was meant, and a hint asks for it."""

from __future__ import annotations

import pytest

from wheelforge.model.nearest import did_you_mean, nearest

WORDS = ("flask", "click", "x86_64", "flax")


@pytest.mark.parametrize(
    ("word", "meant"),
    [("flaks", "flask"), ("amd64", "x86_64"), ("gone", None), ("quite-another-thing", None)],
)
def test_the_word_that_is_spelt_most_alike_or_has_that_other_name(word: str, meant: str | None) -> None:
    assert nearest(word, WORDS, {"amd64": "x86_64", "gone": "not-there"}) == meant


@pytest.mark.parametrize(
    ("word", "most", "hint"),
    [
        ("flaks", 1, "did you mean flask?"),
        ("flaks", 3, "did you mean flask or flax?"),
        ("quite-another-thing", 3, None),
    ],
)
def test_a_hint_asks_for_the_nearest_first(word: str, most: int, hint: str | None) -> None:
    assert did_you_mean(word, WORDS, most=most) == hint
