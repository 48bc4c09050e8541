"""Named sets of targets in our files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wheelforge.errors import UsageError
from wheelforge.settings.own_config import own_file, project_file
from wheelforge.settings.target_sets import target_sets

if TYPE_CHECKING:
    from pathlib import Path

OWN = '[targets]\nservers = ["cp312-manylinux_2_28_x86_64", "cp313-win_amd64"]\n'
PROJECT = (
    '[project]\nname = "x"\n[tool.wheelforge.targets]\nservers = ["current"]\nphones = ["cp313-ios_arm64_iphoneos"]\n'
)


def test_sets_come_from_both_files_and_our_own_counts(tmp_path: Path) -> None:
    (tmp_path / "wheelforge.toml").write_text(OWN)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    found = target_sets(tmp_path)
    assert {name: said.value for name, said in found.items()} == {
        "servers": ("cp312-manylinux_2_28_x86_64", "cp313-win_amd64"),
        "phones": ("cp313-ios_arm64_iphoneos",),
    }
    assert found["servers"].origin == "wheelforge.toml [targets] servers"
    assert found["phones"].origin == "pyproject.toml [tool.wheelforge.targets] phones"


def test_other_settings_take_no_offence_at_sets(tmp_path: Path) -> None:
    (tmp_path / "wheelforge.toml").write_text(f"retries = 1\n{OWN}")
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    assert own_file(tmp_path)
    assert project_file(tmp_path)


@pytest.mark.parametrize("text", ["", "[tool.other]\n", "[project]\nname = 'x'\n"])
def test_where_there_are_none_there_are_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    assert target_sets(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("targets = 1", ["wheelforge.toml [targets]: expected a table"]),
        (
            "[targets]\na = 'x'\nb = [1]\nc = []\n'd e' = ['x']",
            [
                "wheelforge.toml [targets] a: expected a list of texts",
                "wheelforge.toml [targets] b: expected a list of texts",
                "wheelforge.toml [targets] c: the set is empty",
                "wheelforge.toml [targets]: 'd e' is no name of a set: letters, digits, - and _ make one",
            ],
        ),
    ],
)
def test_all_faults_are_told(tmp_path: Path, text: str, told: list[str]) -> None:
    (tmp_path / "wheelforge.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        target_sets(tmp_path)
    assert caught.value.message.splitlines() == told
