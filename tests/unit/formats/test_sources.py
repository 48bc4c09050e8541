"""A project's dependencies come from where uv's table says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wheelforge.errors import UsageError
from wheelforge.formats.lock_picks import Picks
from wheelforge.formats.project_inputs import read_project_inputs

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.formats.dependency_walk import ProjectInputs
    from wheelforge.model.inputs import Reference


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a project is written to, with a vendored one beside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "setup.py").touch()
    return tmp_path / "pyproject.toml"


def read(file: Path, source: str, dependency: str = "lib>=2") -> ProjectInputs:
    file.write_text(
        f"[project]\nname = 'x'\ndependencies = [\"{dependency}\"]\n"
        f"optional-dependencies = {{cpu = ['lib']}}\n[tool.uv.sources]\nLib = {source}\n"
    )
    return read_project_inputs(file, Picks(all_extras=True))


def only(found: ProjectInputs) -> Reference:
    [reference] = {(one.location, one.marker): one for one in found.references}.values()
    return reference


@pytest.mark.parametrize(
    ("source", "location"),
    [
        ("{git = 'https://git.example/lib'}", "git+https://git.example/lib"),
        ("{git = 'ssh://git@git.example/lib', tag = 'v1'}", "git+ssh://git@git.example/lib@v1"),
        ("{git = 'https://git.example/lib', branch = 'a/b'}", "git+https://git.example/lib@a/b"),
        ("{git = 'https://git.example/lib', rev = 'abc'}", "git+https://git.example/lib@abc"),
        ("{url = 'https://files.example/lib.zip'}", "https://files.example/lib.zip"),
    ],
)
def test_a_source_sends_its_project_to_a_place(file: Path, source: str, location: str) -> None:
    found = read(file, source)
    assert only(found).location == location
    assert only(found).name == "lib"
    assert found.requirements == ()


def test_a_path_stands_beside_the_project(file: Path) -> None:
    found = read(file, "{path = 'vendor', editable = true}", "lib[fast]; os_name == 'nt'")
    first = found.references[0]
    assert first.location == (file.parent / "vendor").as_uri()
    assert (first.extras, str(first.marker), first.editable) == (("fast",), 'os_name == "nt"', True)
    assert first.written == 'lib[fast] @ vendor ; os_name == "nt"'


def test_a_folder_inside_is_kept(file: Path) -> None:
    found = only(read(file, "{git = 'https://git.example/lib', subdirectory = 'sub'}"))
    assert found.subdirectory == "sub"
    assert found.written == "lib @ git+https://git.example/lib#subdirectory=sub"


def test_a_place_for_some_targets_leaves_the_name_for_the_others(file: Path) -> None:
    found = read(file, "[{url = 'https://files.example/lib.zip', marker = \"os_name == 'nt'\"}]", "lib>=2")
    assert str(only(found).marker) == 'os_name == "nt"'
    assert only(found).written == 'lib @ https://files.example/lib.zip ; os_name == "nt"'
    assert [str(one.requirement) for one in found.requirements] == ["lib>=2", "lib"]


def test_an_index_pins_its_project_and_leaves_the_name(file: Path) -> None:
    found = read(file, "[{index = 'cpu', marker = \"os_name == 'nt'\"}, {index = 'gpu', extra = 'gpu'}]")
    assert [(pin.project, pin.index, str(pin.marker)) for pin in found.pins] == [("lib", "cpu", 'os_name == "nt"')]
    assert [str(one.requirement) for one in found.requirements] == ["lib>=2", "lib"]


def test_a_source_for_an_extra_counts_there_only(file: Path) -> None:
    found = read(file, "{url = 'https://files.example/lib.zip', extra = 'CPU'}")
    assert [str(one.requirement) for one in found.requirements] == ["lib>=2"]
    assert only(found).origin.endswith("[project.optional-dependencies] cpu")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{path = 'none'}", "tool.uv.sources.lib: there is no file or folder none"),
        ("{git = 'https://git.example/x', tag = 'a', rev = 'b'}", "one of rev, tag and branch"),
        ("{git = 'https://git.example/x', path = 'vendor'}", "one of git, url, path, workspace and index"),
        ("{}", "one of git, url, path, workspace and index"),
        ("{workspace = true}", "no member of the workspace"),
        ("{url = 'https://files.example/x.zip', marker = 'never'}", "not a marker"),
        ("{git = 3}", "expected str"),
        ("{git = 'https://git.example/x', subdirectory = '../y'}", "a subdirectory is a folder inside the place"),
    ],
)
def test_a_source_that_cannot_be_meant_is_told(file: Path, source: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read(file, source)


def test_a_place_is_told_with_the_path_that_was_written(file: Path) -> None:
    (file.parent / "a").mkdir()
    outside = file.parent / "a" / "pyproject.toml"
    [found] = read(outside, "{path = '../vendor'}").references
    assert (found.told, found.written) == ("lib @ ../vendor", "lib @ vendor")
    [found] = read(outside, f"{{git = '{file.parent.as_uri()}', tag = 'v1', subdirectory = 'in'}}").references
    assert found.told == f"lib @ git+{file.parent.as_uri()}@v1#subdirectory=in"
