"""A collected folder is read, checked, and written so that its lock is never ahead of its files."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

import pytest

from shelves import content, lock_of, locked, put, standing, stock
from unit.formats.sample_lock import built
from wheelforge.errors import IntegrityError, StorageError, UsageError
from wheelforge.events import Collected, Event, silent
from wheelforge.factory.folder import MissingFiles, check_files, find_lock, read_lock, write_folder
from wheelforge.store.blobs import Blobs, HashMismatch

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.model.lock import Lock

A = locked("a-1.0.tar.gz")
B = locked("b-1.0-py3-none-any.whl")
TOOL = locked("tool-1.0-py3-none-any.whl", build_only=True)
TOLD = {"wheelforge.lock", "pylock.toml"}


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    blobs = Blobs(tmp_path / "blobs")
    stock(blobs, tmp_path / "scratch", A, B, TOOL)
    return blobs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "some" / "folder"


def write(folder: Path, blobs: Blobs, lock: Lock) -> None:
    write_folder(folder, lock, blobs=blobs, report=silent)


def test_a_folder_holds_its_files_its_lock_and_a_pylock(folder: Path, blobs: Blobs) -> None:
    lock = lock_of(A, B, TOOL)
    write(folder, blobs, lock)
    assert standing(folder) == {A.filename, B.filename, f"build-deps/{TOOL.filename}"} | TOLD
    assert (folder / "build-deps" / TOOL.filename).read_bytes() == content(TOOL.filename)
    assert read_lock(folder) == find_lock(folder) == lock
    check_files(folder, lock.artifacts)


def test_an_empty_set_is_a_folder_too(folder: Path, blobs: Blobs) -> None:
    write(folder, blobs, lock_of())
    assert standing(folder) == TOLD


def test_every_file_is_told_also_where_it_stood_already(folder: Path, blobs: Blobs) -> None:
    put(folder, A)
    events: list[Event] = []
    write_folder(folder, lock_of(A, TOOL), blobs=blobs, report=events.append)
    assert events == [
        Collected(filename=A.filename, why="runtime", size=A.size),
        Collected(filename=f"build-deps/{TOOL.filename}", why="build", size=TOOL.size),
    ]


def test_what_stands_right_is_left_alone_and_what_was_altered_is_replaced(
    folder: Path, blobs: Blobs, tmp_path: Path
) -> None:
    put(folder, A)
    (folder / B.filename).write_bytes(b"altered")
    inode = (folder / A.filename).stat().st_ino
    write(folder, blobs, lock_of(A, B))
    assert (folder / A.filename).stat().st_ino == inode
    assert (folder / B.filename).read_bytes() == content(B.filename)
    assert (tmp_path / "scratch" / B.filename).read_bytes() == content(B.filename)


def test_where_a_file_cannot_be_had_the_old_lock_and_its_files_stay(folder: Path, blobs: Blobs) -> None:
    before = lock_of(A)
    write(folder, blobs, before)
    with pytest.raises(StorageError):
        write(folder, blobs, lock_of(B, locked("c-1.0.tar.gz")))
    assert read_lock(folder) == before
    check_files(folder, before.artifacts)


def test_where_the_pylock_cannot_be_written_the_old_lock_and_its_files_stay(folder: Path, blobs: Blobs) -> None:
    before = lock_of(A)
    write(folder, blobs, before)
    (folder / "pylock.toml").unlink()
    (folder / "pylock.toml" / "in the way").mkdir(parents=True)
    with pytest.raises(StorageError):
        write(folder, blobs, lock_of(B))
    assert read_lock(folder) == before
    check_files(folder, before.artifacts)


def test_old_files_go_only_when_the_new_lock_stands(folder: Path, blobs: Blobs) -> None:
    write(folder, blobs, lock_of(A))
    (folder / A.filename).unlink()
    (folder / A.filename).mkdir()
    after = lock_of(B)
    with pytest.raises(StorageError, match=A.filename):
        write(folder, blobs, after)
    assert read_lock(folder) == after


def test_only_what_the_old_lock_named_is_removed(folder: Path, blobs: Blobs) -> None:
    write(folder, blobs, lock_of(A, TOOL))
    (folder / "mine-1.0.tar.gz").write_bytes(b"mine")
    (folder / "build-deps" / "notes.txt").write_bytes(b"mine")
    write(folder, blobs, lock_of(B))
    assert standing(folder) == {B.filename, "mine-1.0.tar.gz", "build-deps/notes.txt"} | TOLD


def test_where_there_was_no_lock_nothing_is_removed(folder: Path, blobs: Blobs) -> None:
    put(folder, A, TOOL)
    write(folder, blobs, lock_of(B))
    assert standing(folder) == {A.filename, B.filename, f"build-deps/{TOOL.filename}"} | TOLD


def test_build_dependencies_leave_no_empty_folder_behind(folder: Path, blobs: Blobs) -> None:
    write(folder, blobs, lock_of(A, TOOL))
    write(folder, blobs, lock_of(A))
    assert standing(folder) == {A.filename} | TOLD
    assert not (folder / "build-deps").exists()


def test_a_file_that_is_now_for_builds_only_moves(folder: Path, blobs: Blobs) -> None:
    write(folder, blobs, lock_of(locked(TOOL.filename)))
    write(folder, blobs, lock_of(TOOL))
    assert standing(folder) == {f"build-deps/{TOOL.filename}"} | TOLD


def test_wheels_that_an_old_wheelhouse_lock_names_go_as_well(folder: Path, blobs: Blobs) -> None:
    made = built("a-1.0-py3-none-any.whl")
    write(folder, blobs, lock_of(A, built=(made,)))
    put(folder, made)
    write(folder, blobs, lock_of(B))
    assert standing(folder) == {B.filename} | TOLD


def test_a_damaged_file_of_the_store_is_not_delivered(folder: Path, blobs: Blobs) -> None:
    blobs.path(A.sha256).write_bytes(b"damaged")
    with pytest.raises(HashMismatch):
        write(folder, blobs, lock_of(A))
    assert standing(folder) == set()


def test_all_missing_files_are_told_at_once(folder: Path) -> None:
    put(folder, B)
    with pytest.raises(MissingFiles) as caught:
        check_files(folder, [A, B, TOOL])
    assert caught.value.message.splitlines()[1:] == [f"  {A.filename}", f"  build-deps/{TOOL.filename}"]
    assert caught.value.hint is not None


def test_a_file_at_the_wrong_place_is_missing(folder: Path) -> None:
    put(folder, locked(TOOL.filename))
    with pytest.raises(MissingFiles, match=f"build-deps/{TOOL.filename}"):
        check_files(folder, [TOOL])


def test_a_tampered_file_is_told_with_both_hashes(folder: Path) -> None:
    put(folder, A, B)
    (folder / B.filename).write_bytes(content("other"))
    with pytest.raises(HashMismatch) as caught:
        check_files(folder, [A, B])
    fault = caught.value
    assert (fault.filename, fault.expected) == (str(folder / B.filename), B.sha256)
    assert fault.actual == hashlib.sha256(content("other")).hexdigest()


def test_a_link_is_no_file_of_the_lock(folder: Path, tmp_path: Path) -> None:
    put(tmp_path / "elsewhere", A)
    folder.mkdir(parents=True)
    (folder / A.filename).symlink_to(tmp_path / "elsewhere" / A.filename)
    with pytest.raises(IntegrityError, match="is a link"):
        check_files(folder, [A])


def test_a_folder_that_is_not_there_is_told_with_how_to_make_it(folder: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder") as caught:
        read_lock(folder)
    assert str(folder) in str(caught.value.hint)


def test_a_folder_without_a_lock_is_none_of_ours(folder: Path, blobs: Blobs) -> None:
    write(folder, blobs, lock_of(A))
    (folder / "wheelforge.lock").unlink()
    assert find_lock(folder) is None
    with pytest.raises(UsageError, match=r"has no wheelforge\.lock"):
        read_lock(folder)


def test_a_folder_can_be_made_anew_where_it_was_removed(folder: Path, blobs: Blobs) -> None:
    write(folder, blobs, lock_of(A))
    shutil.rmtree(folder)
    write(folder, blobs, lock_of(A))
    check_files(folder, [A])
