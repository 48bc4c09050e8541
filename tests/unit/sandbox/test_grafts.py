"""One tree over another: the same files, links as they are, and no file where a folder is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wheelforge.sandbox.grafts import graft

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / "package").mkdir(parents=True)
    (folder / "package" / "file").write_bytes(b"tree")
    (folder / "dangling").symlink_to("nowhere")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


def test_both_hold_the_same_files_and_links(tree: Path, folder: Path) -> None:
    (folder / "package").mkdir()
    (folder / "package" / "own").touch()
    graft(tree, folder)
    assert (folder / "package" / "file").samefile(tree / "package" / "file")
    assert str((folder / "dangling").readlink()) == "nowhere"
    assert (folder / "package" / "own").exists()


def test_a_file_takes_the_place_of_another_and_does_not_write_into_it(tree: Path, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"other")
    (folder / "package").mkdir()
    (folder / "package" / "file").hardlink_to(tmp_path / "other")
    graft(tree, folder)
    assert (folder / "package" / "file").read_bytes() == b"tree"
    assert (tmp_path / "other").read_bytes() == b"other"


def test_a_file_takes_no_folders_place(tree: Path, folder: Path) -> None:
    (folder / "package" / "file").mkdir(parents=True)
    with pytest.raises(IsADirectoryError, match="file"):
        graft(tree, folder)


def test_a_folder_takes_no_files_place(tree: Path, folder: Path) -> None:
    (folder / "package").touch()
    with pytest.raises(FileExistsError):
        graft(tree, folder)
