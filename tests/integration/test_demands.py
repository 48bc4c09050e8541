"""Requirements by URL: taken where a place asks for them that the user has named, and refused elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from integration.command import archives, lock_of, refused, wheelforge
from repositories import Repository
from wheelforge.errors import ExitCode

pytestmark = pytest.mark.usefixtures("here")


BUILD = '[build-system]\nrequires = ["tinybackend"]\nbuild-backend = "tinybackend"\n'


def repository(name: str, *requires: str, folder: str = "") -> str:
    """Make a repository of a project, and give its URL."""
    made = Repository(Path(folder or name).absolute())
    project = f'{BUILD}[project]\nname = "{name}"\nversion = "1.0"\ndependencies = {list(requires)}\n'
    made.commit({"pyproject.toml": project, f"src/{name}.py": f"FOLDER = {folder!r}\n"})
    return f"git+{made.folder.as_uri()}"


def test_what_places_ask_for_by_url_is_taken_too_and_recorded() -> None:
    inner = repository("inner", "leaf<2")
    middle = repository("middle", f"inner @ {inner}", "inner")
    outer = f"outer @ {repository('outer', f'middle @ {middle}@main')}"
    wheelforge("collect", outer, "--static", "-o", "folder")
    sdists = {"outer-1.0.tar.gz", "middle-1.0.tar.gz", "inner-1.0.tar.gz"}
    assert archives(Path("folder")) == {*sdists, "leaf-1.1-py3-none-any.whl"}
    lock = lock_of(Path("folder"))
    assert {file.filename for file in lock.artifacts if file.direct is not None} == sdists
    assert not any("inner" in one for one in lock.inputs.requirements)
    again = wheelforge("collect", outer, "--static", "-o", "folder")
    assert "following folder/wheelforge.lock" in again.stderr
    wheelforge("verify", "folder")


def test_where_the_user_names_the_place_himself_that_one_counts() -> None:
    outer = repository("outer", f"inner @ {repository('inner')}")
    mine = repository("inner", folder="mine")
    wheelforge("collect", f"outer @ {outer}", f"inner @ {mine}", "--static", "-o", "folder")
    [url] = [file.direct.url for file in lock_of(Path("folder")).artifacts if file.direct and file.name == "inner"]
    assert url == "mine"


def test_two_that_ask_for_different_places_are_told() -> None:
    one = repository("one", f"inner @ {repository('inner')}")
    two = repository("two", f"inner @ {repository('inner', folder='other')}")
    told = refused("collect", f"one @ {one}", f"two @ {two}", "--static", "-o", "folder", code=ExitCode.USAGE)
    assert "inner is asked for at two places" in told


def test_without_dependencies_no_further_place_is_asked() -> None:
    outer = repository("outer", f"inner @ {repository('inner')}")
    wheelforge("collect", f"outer @ {outer}", "--static", "--no-deps", "-o", "folder")
    assert archives(Path("folder")) == {"outer-1.0.tar.gz"}


@pytest.mark.usefixtures("jailed")
def test_what_asks_by_url_is_built_and_its_user_is_told_how_to_install_it() -> None:
    outer = repository("outer", f"inner @ {repository('inner')}")
    told = wheelforge("wheel", f"outer @ {outer}", "-o", "wheelhouse").stderr
    assert {"outer-1.0-py3-none-any.whl", "inner-1.0-py3-none-any.whl"} <= archives(Path("wheelhouse"))
    assert "outer 1.0 requires inner by URL: pip goes there, even with --no-index" in told
