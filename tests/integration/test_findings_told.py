"""What users hear of a set that was found all the same: of what was passed over, lacks, goes or does not apply."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archives_fixture import wheel_files, write_wheel
from integration.command import archives, refused, wheelforge
from loopback import file_entry, json_page
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from index import PackageIndex


def test_a_release_that_cannot_be_read_is_told_when_another_is_taken(own_index: Callable[..., PackageIndex]) -> None:
    index = own_index()
    good = index.folder / "leaf-1.1-py3-none-any.whl"
    bad = write_wheel(Path("leaf-9-py3-none-any.whl"), wheel_files(["py3-none-any"], about=b"Name: leaf\n"))
    entries = [file_entry(path.name, path.read_bytes()) for path in (good, bad)]
    index.server.routes["/simple/leaf/"] = json_page(*entries)
    index.server.routes[f"/files/{bad.name}"] = bad.read_bytes()
    told = wheelforge("collect", "leaf", "-o", "folder").stderr
    assert archives(Path("folder")) == {good.name}
    assert f"warning: {bad.name} is passed over: " in told


@pytest.mark.usefixtures("here")
def test_an_extra_that_is_not_there_is_told() -> None:
    assert "warning: leaf 2.0 has no extra nosuch\n" in wheelforge("collect", "leaf[nosuch]", "-o", "folder").stderr
    assert "no extra" not in wheelforge("collect", "lib[fancy,legacy]", "-o", "other", "--dry-run").stderr


@pytest.mark.usefixtures("here")
def test_what_goes_with_the_earlier_lock_is_told_before_and_when_it_goes() -> None:
    wheelforge("collect", "leaf", "-o", "folder")
    gone = "removed: leaf-2.0-py3-none-any.whl\n"
    assert (
        f"note: 1 file of the earlier lock would be {gone}"
        in wheelforge("collect", "--no-deps", "lib", "-o", "folder", "--dry-run").stderr
    )
    assert archives(Path("folder")) == {"leaf-2.0-py3-none-any.whl"}
    told = wheelforge("collect", "--no-deps", "lib", "-o", "folder").stderr
    assert f"note: 1 file of the earlier lock is {gone}" in told


@pytest.mark.usefixtures("here")
def test_nothing_that_applies_is_told() -> None:
    outcome = wheelforge("collect", "leaf; python_version < '3'", "-o", "folder")
    assert "applies to cp3" in outcome.stderr
    assert ': leaf; python_version < "3"\n' in outcome.stderr
    assert outcome.stdout.startswith("collected nothing, into folder for ")


def test_a_size_that_is_not_promised_is_left_out_of_a_preview(own_index: Callable[..., PackageIndex]) -> None:
    index = own_index()
    wheel = index.folder / "leaf-1.1-py3-none-any.whl"
    entry = {key: value for key, value in file_entry(wheel.name, wheel.read_bytes()).items() if key != "size"}
    index.server.routes["/simple/leaf/"] = json_page(entry, version="1.0")
    told = wheelforge("collect", "leaf", "-o", "folder", "--dry-run").stdout
    assert told.startswith(f"  {wheel.name}\nwould collect 1 wheel, into folder for ")


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", ["", "leaf>=1"])
def test_what_is_to_be_upgraded_is_named(name: str) -> None:
    assert "is no name of a project" in refused("collect", "leaf", "-P", name, code=ExitCode.USAGE)


@pytest.mark.usefixtures("here")
def test_a_place_that_is_no_folder_is_refused_before_anything_is_asked() -> None:
    Path("file").touch()
    for place in ("file", "file/inner", ""):
        assert "folder" in refused("collect", "nonesuch", "-o", place, code=ExitCode.USAGE)


@pytest.mark.usefixtures("here")
def test_without_an_index_none_is_named_for_what_is_not_found() -> None:
    Path("links").mkdir()
    said = refused("collect", "leaf", "--no-index", "--find-links", "links", "-o", "folder", code=ExitCode.RESOLUTION)
    assert "no project 'leaf' in any --find-links place" in said
    assert "--index-url" not in said


@pytest.mark.usefixtures("here", "jailed")
def test_the_file_that_a_changed_tree_gives_is_named_where_the_lock_is_law() -> None:
    Path("tree").mkdir()
    system = '[build-system]\nrequires = ["tinybackend"]\nbuild-backend = "tinybackend"\n'
    project = '[project]\nname = "tree"\nversion = "1.0"\n'
    Path("tree/pyproject.toml").write_text(system + project)
    Path("tree/src").mkdir()
    Path("tree/src/tree.py").write_text("ONE = 1\n")
    told = wheelforge("collect", "./tree", "-o", "folder").stderr
    assert "let the backend of ./tree make its sdist, in bwrap" in told
    Path("tree/src/tree.py").write_text("ONE = 2\n")
    said = refused("collect", "./tree", "-o", "folder", "--locked", code=ExitCode.RESOLUTION)
    assert "  tree-1.0.tar.gz has changed: sha256:" in said
