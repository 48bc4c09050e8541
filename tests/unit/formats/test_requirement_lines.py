"""Lines are joined, stripped and expanded as pip does it, and know their places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelforge.formats.requirement_lines import LogicalLine, logical_lines


def _read(text: str) -> list[LogicalLine]:
    return list(logical_lines(text, file="r.txt", environ={"NAME": "flask", "EMPTY": ""}))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("flask\n\n  click  \r\n", ["flask", "click"]),
        ("# all\nflask # some\nclick#not", ["flask", "click#not"]),
        ("flask \\\n  >=3 \\\n  ,<4\nclick", ["flask   >=3   ,<4", "click"]),
        ("flask \\\n# ends it\nclick", ["flask", "click"]),
        ("# no \\\nflask", ["flask"]),
        ("flask # swallows \\\nclick", ["flask"]),
        ("flask \\", ["flask"]),
        ("\\\n\\\n", []),
        ("${NAME}>=3", ["flask>=3"]),
        ("${UNSET} ${EMPTY} $NAME ${name}", ["${UNSET} ${EMPTY} $NAME ${name}"]),
        ("", []),
    ],
)
def test_lines_are_those_that_pip_sees(text: str, lines: list[str]) -> None:
    assert [line.text for line in _read(text)] == lines


def test_a_megabyte_of_blanks_is_read_too() -> None:
    blanks = " " * 1_000_000
    assert [line.text for line in _read(f"a{blanks}b\n{blanks}\nc{blanks}# d")] == [f"a{blanks}b", "c"]


def test_a_fault_on_a_continued_line_points_there() -> None:
    [line] = _read("flask \\\n   >=>3")
    fault = line.fault(line.text.index(">"), "expected a version specifier")
    assert str(fault).splitlines()[0] == "r.txt:2:4: expected a version specifier"
    assert fault.text == "   >=>3"
    assert line.origin == "r.txt:1"


def test_a_fault_after_a_variable_counts_what_was_written_and_does_not_show_its_value() -> None:
    [line] = _read("  ${NAME}[ # end")
    fault = line.fault(line.text.index("["), "expected the name of an extra")
    assert (fault.column, fault.text) == (10, "  ${NAME}[ # end")


@given(st.text(alphabet="a# \\\n\t${NAME}\r\u2028"))
def test_every_character_has_a_place_in_the_file(text: str) -> None:
    for line in _read(text):
        assert line.text
        assert len(line.places) == len(line.text) + 1
        for number, column in line.places:
            assert 1 <= column <= len(line.written[number - 1]) + 1
