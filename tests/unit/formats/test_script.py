"""A script says what it requires (PEP 723), or what is wrong with its block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wheelforge.errors import UsageError
from wheelforge.formats.script import read_script

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.formats.dependency_walk import ProjectInputs


def read(folder: Path, *block: str) -> ProjectInputs:
    path = folder / "tool.py"
    path.write_text("\n".join(("#!/usr/bin/env python", "", *block, "", "print()", "")))
    return read_script(path)


def test_a_block_names_requirements_the_python_and_sources(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "# /// script",
        '# requires-python = ">=3.12"',
        '# dependencies = ["rich", "lib"]',
        "#",
        "# [tool.uv.sources]",
        '# lib = {git = "https://git.example/lib"}',
        "# ///",
    )
    assert [str(one.requirement) for one in found.requirements] == ["rich"]
    assert [one.location for one in found.references] == ["git+https://git.example/lib"]
    assert [str(one.specifier) for one in found.requires_python] == [">=3.12"]


def test_lines_may_end_as_on_windows(tmp_path: Path) -> None:
    path = tmp_path / "tool.py"
    path.write_bytes(b"# /// script\r\n# dependencies = ['rich']\r\n# ///\r\n")
    assert len(read_script(path).requirements) == 1


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ([], r"tool\.py: a script without a block of dependencies"),
        (["# /// script", "# ///"], "a script without a block of dependencies"),
        (["# /// pyproject", "# dependencies = []", "# ///"], "a script without a block of dependencies"),
        (["# /// script", "# dependencies = ['a',", "# ]]", "# ///"], r"tool\.py:5:2: not TOML: "),
        (["# /// script", "# dependencies = 3", "# ///"], r"tool\.py: dependencies: expected array"),
        (["# /// script", "# dependencies = ['lib >=>1']", "# ///"], r"tool\.py:4:24: expected a version specifier"),
        (["# /// script", "#", "# ///", "", "# /// script", "#", "# ///"], "several blocks"),
    ],
)
def test_what_is_wrong_with_a_block_is_told_in_its_place(tmp_path: Path, block: list[str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read(tmp_path, *block)
