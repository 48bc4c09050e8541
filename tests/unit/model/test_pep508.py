"""Requirements of strangers: honest ones are taken, whatever their length, and none breaks the parser."""

from __future__ import annotations

import pytest
from packaging.requirements import InvalidRequirement

from wheelforge.model.pep508 import parse_requirement

MANY = " or ".join(f"(os_name == 'posix' and extra == 'e{number}')" for number in range(100))


@pytest.mark.parametrize(
    "text",
    ["a", "a[b]>=1,<2; (os_name == 'posix')", "a; os_name == 'ä'", "a\t>=1", f"a; {MANY}", "a; extra == 'extras'"],
)
def test_what_is_honest_is_read(text: str) -> None:
    assert parse_requirement(text).name == "a"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("not a requirement", "Expected"),
        ("a" * 3_000_000, "it has 3000000 characters"),
        ("a; " + "(" * 3000 + "os_name == 'x'" + ")" * 3000, "nested too deeply"),
        ("a>=1" + "0" * 5000, "a number without end"),
        ("a; os_name == '\ud800'", "half a character"),
        ("a; os_name == '\x1b[31m'", "cannot be printed"),
        ("a @ https://h.example/\x1b", "cannot be printed"),
        ("a; 'b' in extras", "asks for `extras`"),
        ("a; os_name == 'posix' or ('b' in dependency_groups)", "asks for `dependency_groups`"),
        ("a; extra in extras", "asks for `extras`"),
    ],
)
def test_what_no_honest_project_writes_is_no_requirement(text: str, fault: str) -> None:
    with pytest.raises(InvalidRequirement, match=fault):
        parse_requirement(text)
