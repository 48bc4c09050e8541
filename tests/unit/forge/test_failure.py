"""What is shown of a backend's words."""

from __future__ import annotations

from wheelforge.forge.failure import shown


def test_lines_do_not_run_together_and_an_endless_one_is_cut_at_a_word() -> None:
    assert shown("no compiler\nIf you\x1b[31m have one") == "no compiler If you have one"
    cut = shown("word " * 100)
    assert cut.endswith("word ...")
    assert len(cut) <= 400
    assert shown("x" * 1000) == "x" * 396 + " ..."
