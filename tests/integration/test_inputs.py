"""What is wanted is read from every kind of file that says it, and what was taken is what the file asks for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from integration.command import archives, lock_of, wheelforge, write

pytestmark = pytest.mark.usefixtures("here")


def collected(*arguments: str) -> set[str]:
    """The files that a collect of wheels takes."""
    wheelforge("collect", *arguments, "-o", "folder")
    return archives(Path("folder"))


def project(*more: str) -> str:
    return write(
        "pyproject.toml",
        "[project]",
        "name = 'mine'",
        "dependencies = ['leaf>=1,<2']",
        "[project.optional-dependencies]",
        "extra = ['wheel-only']",
        "[dependency-groups]",
        "dev = ['extratool', {include-group = 'more'}]",
        "more = ['wants-old']",
        *more,
    )


LEAF, OLD = "leaf-1.1-py3-none-any.whl", "wants_old-1.0-py3-none-any.whl"
TOOL, WHEEL = "extratool-1.0-py3-none-any.whl", "wheel_only-1.0-py3-none-any.whl"


@pytest.mark.parametrize(
    ("options", "files"),
    [
        ([], {LEAF, OLD, TOOL}),
        (["--no-default-groups"], {LEAF}),
        (["--no-default-groups", "--extra", "extra"], {LEAF, WHEEL}),
        (["--no-default-groups", "--group", "more"], {LEAF, OLD}),
        (["-r", "pyproject.toml", "--only-group", "more"], {LEAF, OLD}),
    ],
)
def test_a_project_that_stands_here_is_taken(options: list[str], files: set[str]) -> None:
    project()
    assert collected(*options) == files


def test_the_lock_remembers_what_the_project_asked_for() -> None:
    project()
    collected("-r", "pyproject.toml", "--no-default-groups")
    inputs = lock_of(Path("folder")).inputs
    assert inputs.requirements == ("leaf<2,>=1",)
    assert str(Path.cwd()) not in json.dumps(Path("folder/wheelforge.lock").read_text())


def test_a_script_is_collected_for() -> None:
    write("tool.py", "# /// script", "# dependencies = ['leaf<2']", "# ///", "import leaf")
    assert collected("-r", "tool.py") == {LEAF}


def test_an_override_counts_instead_of_all_else() -> None:
    write("over.txt", "leaf==1.0")
    assert collected("leaf>=2", "--override", "over.txt") == {"leaf-1.0-py3-none-any.whl"}


def test_the_lowest_versions_can_be_asked_for() -> None:
    assert collected("leaf", "--resolution", "lowest") == {"leaf-1.0-py3-none-any.whl"}


def test_a_requirement_file_in_the_encoding_of_a_windows_shell_is_read() -> None:
    Path("r.txt").write_bytes("leaf<2\r\n".encode("utf-16"))
    assert collected("-r", "r.txt") == {LEAF}
