"""A requirement is read, or its fault is shown in its place."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelforge.errors import ExitCode
from wheelforge.formats.requirement import NOT_BY_NAME, BadRequirement, parse_requirement

ORIGIN = "requirements.txt:3"


@pytest.mark.parametrize(
    "text",
    [
        "flask",
        "Flask[async] >= 3, < 4",
        "flask; python_version < '3.13' and sys_platform == 'linux'",
        "flask (>=3)",
        "zope.interface===5.0/weird",
        "flask; os_name == 'a/b'",
    ],
)
def test_what_pep_508_takes_is_taken(text: str) -> None:
    asked = parse_requirement(text, origin=ORIGIN)
    assert asked.requirement.name in text
    assert (asked.origin, asked.hashes) == (ORIGIN, frozenset())


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("flask >=>3", 7, "expected a version specifier"),
        ("flask==", 6, "expected a version specifier"),
        ("flask=3", 6, "expected a version specifier"),
        ("flask>=1,<=abc", 10, "expected a version specifier"),
        ("flask ??", 7, "expected a version specifier, ';' with a marker, or the end"),
        ("flask>=1 <2", 10, "expected a comma, ';' with a marker, or the end"),
        ("", 1, "expected the name of a project"),
        ("==3", 1, "expected the name of a project"),
        ("flask[a", 8, "expected a comma or ']' after the extra"),
        ("flask (>=1", 11, "expected ')' after the version specifier"),
        ("flask; foo=='x'", 8, "expected a marker variable or quoted string"),
        ("flask; " + "(" * 5000, 1, "the marker is nested too deeply"),
    ],
)
def test_a_fault_has_its_column_and_says_what_is_wanted(text: str, column: int, problem: str) -> None:
    with pytest.raises(BadRequirement) as caught:
        parse_requirement(text, origin=ORIGIN)
    [fault] = caught.value.faults
    assert (fault.column, fault.problem) == (column, problem)
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize(
    "text",
    [
        "flask @ https://files.example/flask-3.0.tar.gz",
        "https://files.example/flask-3.0.tar.gz",
        "git+https://git.example/flask@main#subdirectory=src",
        "file:///tmp/flask",
        "./flask",
        "../flask[async]",
        "/srv/flask",
        "~/flask",
        "src/flask; os_name == 'posix'",
        "C:\\src\\flask",
        "flask-3.0-py3-none-any.whl",
        "flask-3.0.tar.gz",
        "-e .",
        "--editable=src/flask",
    ],
)
def test_what_names_a_place_is_known_and_not_taken_yet(text: str) -> None:
    with pytest.raises(BadRequirement) as caught:
        parse_requirement(text, origin=ORIGIN)
    assert [fault.problem for fault in caught.value.faults] == [NOT_BY_NAME]


def test_a_fault_in_a_file_underlines_its_place() -> None:
    with pytest.raises(BadRequirement) as caught:
        parse_requirement("flask >=>3", origin=ORIGIN)
    assert caught.value.message.splitlines() == [
        "requirements.txt:3:7: expected a version specifier",
        "    flask >=>3",
        "          ^",
    ]


def test_a_fault_elsewhere_names_its_column() -> None:
    with pytest.raises(BadRequirement, match=r"^the command line, column 7: expected a version specifier\n"):
        parse_requirement("flask >=>3", origin="the command line")


def test_credentials_and_terminal_controls_are_not_shown() -> None:
    with pytest.raises(BadRequirement) as caught:
        parse_requirement("git+https://me:secret@git.example/\x1b[31m", origin=ORIGIN)
    assert "secret" not in caught.value.message
    assert "\x1b" not in caught.value.message


@given(st.text() | st.text(alphabet="af0[]()<>=!~,;@'\" -./\\"))
def test_no_text_brings_anything_but_a_bad_requirement(text: str) -> None:
    with suppress(BadRequirement):
        asked = parse_requirement(text, origin=ORIGIN)
        assert parse_requirement(str(asked.requirement), origin=ORIGIN) == asked
