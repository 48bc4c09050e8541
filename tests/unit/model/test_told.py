"""What others wrote is told without harm, and keeps its columns."""

from __future__ import annotations

from wheelforge.model.told import printable, underlined


def test_what_a_terminal_would_obey_is_blank() -> None:
    assert printable("a\x1b[31m\nb") == "a [31m b"


def test_credentials_are_masked_in_place() -> None:
    assert printable("x @ https://me:secret@h.example/x") == "x @ https://*********@h.example/x"


def test_a_part_is_underlined_where_it_stands() -> None:
    assert underlined("cp3x-linux", slice(2, 4)) == "    cp3x-linux\n      ^^"
    assert underlined("cp", slice(2, 2)) == "    cp\n      ^"
