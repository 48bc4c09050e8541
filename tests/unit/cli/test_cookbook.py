"""All recipes of a run, in the order of their weight."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from fakes import LINUX
from wheelforge.cli.cookbook import open_cookbook
from wheelforge.errors import UsageError
from wheelforge.settings.settings import Settings, load_settings

CMAKE = canonicalize_name("cmake")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def settings(*recipes: str) -> Settings:
    return load_settings(environ={"WHEELFORGE_RECIPES": " ".join(recipes)}, cwd=Path.cwd(), overrides={})


def write(name: str, who: str) -> str:
    Path(name).write_text(f'[[recipe]]\nname = "cmake"\nenv.WHO = "{who}"\n')
    return name


def test_the_built_in_come_first_and_the_command_line_wins() -> None:
    said = settings(write("settings.toml", "settings"))
    book = open_cookbook(said, [write("line.toml", "line")])
    assert [rule.origin.rpartition(":")[0] for rule in book.about(CMAKE)] == [
        "built-in native-tools.toml",
        "settings.toml",
        "line.toml",
    ]
    assert book.treatment(CMAKE, Version("4"), LINUX).environment == {"WHO": "line"}


def test_without_a_word_of_the_user_the_built_in_ones_hold() -> None:
    assert "cmake" in open_cookbook(settings(), []).names


def test_all_that_is_not_there_is_told_with_who_named_it() -> None:
    with pytest.raises(UsageError) as caught:
        open_cookbook(settings("gone\033[31m.toml"), ["pure-cyton", ""])
    assert caught.value.message.splitlines() == [
        "WHEELFORGE_RECIPES: gone [31m.toml: there is no such file, folder or optional recipe",
        "--recipe: pure-cyton: there is no such file, folder or optional recipe",
        "--recipe: the recipe has no name",
    ]
