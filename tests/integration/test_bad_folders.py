"""Folders that are not what they should be: none of ours, spoilt, for another machine, or out to do harm."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.command import assert_nothing_finished, lock_of, names, refused, wheelforge
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from index import PackageIndex
    from integration.conftest import MainJob


@pytest.fixture
def folder(warm: MainJob, here: Path) -> Path:
    """A collected folder that a test may spoil."""
    return Path(shutil.copytree(warm.collected, here / "folder")).relative_to(here)


def told(folder: Path, code: ExitCode) -> str:
    """What a build of it says; no wheelhouse comes of it."""
    said = refused("build", folder, "-o", "wheelhouse", code=code)
    assert_nothing_finished(Path("wheelhouse"))
    return said


def rewrite(folder: Path, old: str, new: str) -> None:
    """Change what the lock says."""
    lock = folder / "wheelforge.lock"
    assert old in lock.read_text()
    lock.write_text(lock.read_text().replace(old, new))


@pytest.mark.parametrize("command", ["build", "verify"])
@pytest.mark.usefixtures("here")
def test_a_folder_that_collect_has_not_written_is_none(command: str) -> None:
    Path("folder").mkdir()
    said = refused(command, "folder", code=ExitCode.USAGE)
    assert "folder is no collected folder: it has no wheelforge.lock" in said
    assert "hint: " in said
    assert "nowhere is not a folder" in refused(command, "nowhere", code=ExitCode.USAGE)


def test_a_file_that_was_tampered_with_is_not_built(folder: Path) -> None:
    sdist = folder / "app-1.0.tar.gz"
    locked = hashlib.sha256(sdist.read_bytes()).hexdigest()
    sdist.write_bytes(sdist.read_bytes() + b"\0")
    said = told(folder, ExitCode.INTEGRITY)
    assert "folder/app-1.0.tar.gz" in said
    assert locked in said
    assert hashlib.sha256(sdist.read_bytes()).hexdigest() in said


def test_a_link_in_place_of_a_file_is_not_followed(folder: Path, tmp_path: Path) -> None:
    sdist = folder / "app-1.0.tar.gz"
    sdist.rename(tmp_path / sdist.name)
    sdist.symlink_to(tmp_path / sdist.name)
    assert "folder/app-1.0.tar.gz is a link" in told(folder, ExitCode.INTEGRITY)


def test_all_missing_files_are_told_in_one_go(folder: Path) -> None:
    (folder / "app-1.0.tar.gz").unlink()
    (folder / "build-deps" / "tinybackend-1.0.tar.gz").unlink()
    said = told(folder, ExitCode.RESOLUTION)
    assert "  app-1.0.tar.gz\n  build-deps/tinybackend-1.0.tar.gz\n" in said


def test_a_folder_for_another_target_is_not_built(folder: Path) -> None:
    [target] = lock_of(folder).targets
    rewrite(folder, f'"{target.name}"', '"cp399-win_amd64"')
    said = told(folder, ExitCode.RESOLUTION)
    assert f"folder was collected for cp399-win_amd64, and this interpreter builds for {target.name}" in said


@pytest.mark.usefixtures("here")
def test_a_folder_without_the_plans_of_its_builds_says_how_to_get_them() -> None:
    wheelforge("collect", "leaf", "--no-binary", "leaf", "-o", "folder")
    said = told(Path("folder"), ExitCode.RESOLUTION)
    assert "  leaf-2.0.tar.gz\n" in said
    assert "hint: collect with their build dependencies: wheelforge collect --build-deps" in said


def test_the_wheels_cannot_go_where_the_sources_are(folder: Path) -> None:
    before = names(folder)
    said = refused("build", folder, "-o", "./folder", code=ExitCode.USAGE)
    assert "folder cannot hold the wheels: it is the collected folder\nhint: name another: -o wheelhouse\n" in said
    refused("wheel", "app", "-o", folder, "--collected", folder, code=ExitCode.USAGE)
    assert names(folder) == before


def test_a_wheelhouse_takes_no_collected_folders_place_nor_the_other_way_round(
    folder: Path, warm: MainJob, here: Path
) -> None:
    wheelhouse = Path(shutil.copytree(warm.wheelhouse, here / "wheelhouse")).relative_to(here)
    before = names(here)
    for place in (wheelhouse / "collected", Path("folder", "build-deps")):
        said = refused("build", folder, "-o", place, code=ExitCode.USAGE)
        assert f"{place} cannot hold the wheels: " in said
        assert "hint: name another: -o wheelhouse" in said
    said = refused("collect", "leaf", "-o", wheelhouse, code=ExitCode.USAGE)
    assert f"{wheelhouse} cannot hold what is collected: it is a wheelhouse\nhint: name another: -o" in said
    assert names(here) == before


@pytest.mark.parametrize("option", ["--upgrade", "--build-deps"])
def test_a_broken_lock_stops_a_collect_before_anything_is_fetched(
    own_index: Callable[..., PackageIndex], option: str
) -> None:
    seen = own_index().server.paths
    Path("folder").mkdir()
    Path("folder/wheelforge.lock").write_text("not a lock")
    said = refused("collect", "leaf", option, "-o", "folder", code=ExitCode.USAGE)
    assert "remove folder/wheelforge.lock" in said
    assert not [path for path in seen() if path.startswith("/files/")]
    assert names(Path("folder")) == {"wheelforge.lock"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('"lib[fancy]>=1"', '"!!!"', id="no requirement"),
        pytest.param('filename = "app-1.0.tar.gz"', 'filename = "../../../app-1.0.tar.gz"', id="a path that climbs"),
        pytest.param('filename = "app-1.0.tar.gz"', 'filename = "/etc/app-1.0.tar.gz"', id="an absolute path"),
        pytest.param('artifact = "lib-1.0.tar.gz"', 'artifact = "app-1.0.tar.gz"', id="a pin of another project"),
        pytest.param("order = 1\n", "order = 0\n", id="two units in one place"),
        pytest.param('artifact = "lib-1.0.tar.gz"', 'artifact = "nowhere-1.0.tar.gz"', id="a file that is not listed"),
    ],
)
def test_a_lock_that_contradicts_itself_is_not_believed(folder: Path, old: str, new: str) -> None:
    rewrite(folder, old, new)
    said = told(folder, ExitCode.INTEGRITY)
    assert "wheelforge.lock: " in said


def test_a_lock_whose_order_cannot_be_followed_is_not_believed(folder: Path) -> None:
    units = (folder / "wheelforge.lock").read_text().count("[[units]]")
    rewrite(folder, "order = 0\n", "order = X\n")
    rewrite(folder, f"order = {units - 1}\n", "order = 0\n")
    rewrite(folder, "order = X\n", f"order = {units - 1}\n")
    assert "the lock contradicts itself" in told(folder, ExitCode.INTEGRITY)


@pytest.mark.parametrize("text", ["", "not toml", 'lock-version = "99.0"\n', "lock-version = 1\n"])
def test_what_is_no_lock_of_ours_is_not_read(folder: Path, text: str) -> None:
    (folder / "wheelforge.lock").write_text(text)
    assert "folder/wheelforge.lock" in told(folder, ExitCode.USAGE)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("command", "file"),
    [
        (("wheel", "-r", "requirements.txt"), "requirements.txt"),
        (("collect", "leaf"), "pylock.toml"),
        (("collect", "leaf==2.0"), "leaf-2.0-py3-none-any.whl"),
    ],
)
def test_a_file_of_the_user_is_not_replaced(command: tuple[str, ...], file: str) -> None:
    Path(file).write_text("leaf\n")
    said = refused(*command, "-o", ".", code=ExitCode.USAGE)
    assert f"it is not replaced: {file}\nhint: name another folder with -o" in said
    assert Path(file).read_text() == "leaf\n"
    assert not Path("wheelforge.lock").exists()
