"""A misspelt word has at most one that was meant."""

from __future__ import annotations

import pytest

from wheelforge.model.nearest import nearest


@pytest.mark.parametrize(
    ("word", "meant"),
    [("flaks", "flask"), ("amd64", "x86_64"), ("gone", None), ("quite-another-thing", None)],
)
def test_the_word_that_is_spelt_most_alike_or_has_that_other_name(word: str, meant: str | None) -> None:
    assert nearest(word, ["flask", "click", "x86_64"], {"amd64": "x86_64", "gone": "not-there"}) == meant
