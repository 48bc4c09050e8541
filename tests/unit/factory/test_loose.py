"""What is taken of a folder by the names that stand in it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from archives_fixture import file, metadata, write_tar
from fakes import LINUX
from wheelforge.errors import UsageError
from wheelforge.events import silent
from wheelforge.factory.loose import Held, LooseFolder
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path


def loose(folder: Path, *names: str) -> LooseFolder:
    """A folder in which archives of these names stand, which nobody has opened yet."""
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    return LooseFolder(folder, Store(folder / ".store"), silent)


def held(folder: Path, *names: str, seeds: tuple[str, ...] = ()) -> Held:
    return asyncio.run(loose(folder, *names).held(LINUX, frozenset(map(canonicalize_name, seeds))))


def taken(found: Held) -> list[str]:
    return [candidate.artifact.filename for candidate in found.candidates]


def test_of_each_version_the_sdist_is_taken_and_else_the_best_wheel(tmp_path: Path) -> None:
    found = held(
        *(tmp_path, "a-1.tar.gz", "a-1-py3-none-any.whl", "a-2-py3-none-any.whl"),
        *("a-2-cp312-cp312-manylinux_2_17_x86_64.whl", "b-1.zip"),
    )
    assert taken(found) == ["a-2-cp312-cp312-manylinux_2_17_x86_64.whl", "a-1.tar.gz", "b-1.zip"]
    assert found.others == ("another file of the same version is taken: a-2-py3-none-any.whl",)


def test_a_seed_is_taken_as_a_wheel_where_there_is_one(tmp_path: Path) -> None:
    found = held(tmp_path, "a-1.tar.gz", "a-1-py3-none-any.whl", "a-2.tar.gz", seeds=("A",))
    assert taken(found) == ["a-2.tar.gz", "a-1-py3-none-any.whl"]


def test_what_only_builds_may_take_is_no_root_but_there_for_them(tmp_path: Path) -> None:
    folder = loose(tmp_path, "a-1.tar.gz", "build-deps/b-1.tar.gz")
    assert taken(asyncio.run(folder.held(LINUX, frozenset()))) == ["a-1.tar.gz"]
    assert asyncio.run(folder.has(Requirement("b>=1"), LINUX))
    assert not asyncio.run(folder.has(Requirement("b>1"), LINUX))
    assert not asyncio.run(folder.has(Requirement("c"), LINUX))
    assert folder.has_flat("a-1.tar.gz")
    assert not folder.has_flat("b-1.tar.gz")


def test_an_old_name_is_told_by_the_version_behind_its_dashes(tmp_path: Path) -> None:
    found = held(tmp_path, "My.Project-1.0-beta.tar.gz", "old-name-2.0.tar.gz")
    assert [str(one) for one in found.candidates] == ["my-project 1.0b0", "old-name 2.0"]


@pytest.mark.parametrize(("name", "version"), [("a", "1.post2"), ("a-1", "2")])
def test_where_the_name_leaves_it_open_the_sdist_says_what_it_is(tmp_path: Path, name: str, version: str) -> None:
    write_tar(tmp_path / "a-1-2.tar.gz", [file("a-1-2/PKG-INFO", metadata(name, version))])
    assert [str(one) for one in held(tmp_path).candidates] == [f"{name} {version}"]


def test_what_is_not_taken_is_told(tmp_path: Path) -> None:
    names = ("a-1.tar.gz", "main.zip", "a-1-py2-none-any.whl", "readme.txt", "pylock.toml", "requirements.txt")
    found = held(tmp_path, *names, "\x1b[31m-1.0.tar.gz")
    assert taken(found) == ["a-1.tar.gz"]
    assert found.others == (
        "no sdist and no wheel: readme.txt",
        "wheels for others than this target: a-1-py2-none-any.whl",
    )
    assert found.misnamed == (" [31m-1.0.tar.gz", "main.zip")


def test_a_folder_without_archives_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nor any sdist or wheel"):
        loose(tmp_path, "readme.txt")
    with pytest.raises(UsageError, match="is not a folder"):
        LooseFolder(tmp_path / "nowhere", Store(tmp_path / ".store"), silent)
