"""A collected folder is read, checked, and written so that its lock is never ahead of its files."""

from __future__ import annotations

import hashlib
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from shelves import content, lock_of, locked, put, standing, stock
from wheelforge.errors import IntegrityError, StorageError, UsageError, WheelforgeError
from wheelforge.events import Collected, Event, Note, silent
from wheelforge.factory.folder import (
    BEGUN,
    MissingFiles,
    check_files,
    find_earlier,
    find_lock,
    read_lock,
    tell_removed,
    write_folder,
    writing,
)
from wheelforge.formats.lock import dump_lock
from wheelforge.model.lock import Holding
from wheelforge.store.blobs import HashMismatch
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.model.lock import Lock

A = locked("a-1.0.tar.gz")
B = locked("b-1.0-py3-none-any.whl")
TOOL = locked("tool-1.0-py3-none-any.whl", build_only=True)
TOLD = {"wheelforge.lock", "pylock.toml"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "cache")
    stock(store.blobs, tmp_path / "scratch", A, B, TOOL)
    return store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "some" / "folder"


def write(folder: Path, store: Store, lock: Lock) -> None:
    write_folder(folder, lock, store=store, report=silent)


def test_a_folder_holds_its_files_its_lock_and_a_pylock(folder: Path, store: Store) -> None:
    lock = lock_of(A, B, TOOL)
    write(folder, store, lock)
    assert standing(folder) == {A.filename, B.filename, f"build-deps/{TOOL.filename}"} | TOLD
    assert (folder / "build-deps" / TOOL.filename).read_bytes() == content(TOOL.filename)
    assert read_lock(folder) == find_lock(folder) == lock
    check_files(folder, lock.artifacts)


def test_a_lock_that_cannot_be_written_leaves_the_folder_as_it_was(folder: Path, store: Store) -> None:
    write(folder, store, lock_of(A))
    stood, lock = standing(folder), lock_of(A, B)
    faulty = replace(lock, inputs=replace(lock.inputs, references=("a\tb",)))
    with pytest.raises(IntegrityError, match="cannot be printed"):
        write(folder, store, faulty)
    assert standing(folder) == stood
    assert find_lock(folder) == lock_of(A)


def test_an_empty_set_is_a_folder_too(folder: Path, store: Store) -> None:
    write(folder, store, lock_of())
    assert standing(folder) == TOLD


def test_every_file_is_told_also_where_it_stood_already(folder: Path, store: Store) -> None:
    put(folder, A)
    events: list[Event] = []
    write_folder(folder, lock_of(A, TOOL), store=store, report=events.append)
    assert events == [
        Collected(filename=A.filename, why="runtime", size=A.size),
        Collected(filename=f"build-deps/{TOOL.filename}", why="build", size=TOOL.size),
    ]


def test_what_stands_right_is_left_alone_and_what_was_altered_is_replaced(
    folder: Path, store: Store, tmp_path: Path
) -> None:
    write(folder, store, lock_of(A, B))
    (folder / B.filename).write_bytes(b"altered")
    inode = (folder / A.filename).stat().st_ino
    write(folder, store, lock_of(A, B))
    assert (folder / A.filename).stat().st_ino == inode
    assert (folder / B.filename).read_bytes() == content(B.filename)
    assert (tmp_path / "scratch" / B.filename).read_bytes() == content(B.filename)


@pytest.mark.parametrize("name", [B.filename, f"build-deps/{TOOL.filename}", "pylock.toml"])
def test_what_somebody_else_put_there_is_not_replaced(folder: Path, store: Store, name: str) -> None:
    before = lock_of(A) if name != "pylock.toml" else None
    if before is not None:
        write(folder, store, before)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"mine")
    stood = standing(folder)
    with pytest.raises(UsageError, match=f"not replaced: {name}$") as caught:
        write(folder, store, lock_of(B, TOOL))
    assert caught.value.hint == "name another folder with -o, or move it away"
    assert (folder / name).read_bytes() == b"mine"
    assert standing(folder) == stood
    assert find_lock(folder) == before


def test_a_link_of_somebody_else_is_not_replaced_even_if_it_leads_nowhere(folder: Path, store: Store) -> None:
    folder.mkdir(parents=True)
    (folder / "pylock.toml").symlink_to("elsewhere")
    with pytest.raises(UsageError, match=r"not replaced: pylock\.toml"):
        write(folder, store, lock_of(A))
    assert (folder / "pylock.toml").is_symlink()


def test_of_many_files_of_somebody_else_a_few_are_named(folder: Path, store: Store) -> None:
    files = [locked(f"{name}-1.0.tar.gz") for name in "abcdefg"]
    folder.mkdir(parents=True)
    for file in files:
        (folder / file.filename).write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"e-1\.0\.tar\.gz and 2 more$"):
        write(folder, store, lock_of(*files))


def test_where_a_file_cannot_be_had_the_old_lock_and_its_files_stay(folder: Path, store: Store) -> None:
    before = lock_of(A)
    write(folder, store, before)
    with pytest.raises(StorageError):
        write(folder, store, lock_of(B, locked("c-1.0.tar.gz")))
    assert read_lock(folder) == before
    check_files(folder, before.artifacts)


def test_where_the_pylock_cannot_be_written_the_old_lock_and_its_files_stay(folder: Path, store: Store) -> None:
    before = lock_of(A)
    write(folder, store, before)
    (folder / "pylock.toml").unlink()
    (folder / "pylock.toml" / "in the way").mkdir(parents=True)
    with pytest.raises(StorageError):
        write(folder, store, lock_of(B))
    assert read_lock(folder) == before
    check_files(folder, before.artifacts)


def test_old_files_go_only_when_the_new_lock_stands(folder: Path, store: Store) -> None:
    write(folder, store, lock_of(A))
    (folder / A.filename).unlink()
    (folder / A.filename).mkdir()
    after = lock_of(B)
    with pytest.raises(StorageError, match=A.filename):
        write(folder, store, after)
    assert read_lock(folder) == after


def test_only_what_the_old_lock_named_is_removed(folder: Path, store: Store) -> None:
    write(folder, store, lock_of(A, TOOL))
    (folder / "mine-1.0.tar.gz").write_bytes(b"mine")
    (folder / "build-deps" / "notes.txt").write_bytes(b"mine")
    write(folder, store, lock_of(B))
    assert standing(folder) == {B.filename, "mine-1.0.tar.gz", "build-deps/notes.txt"} | TOLD


def test_where_there_was_no_lock_nothing_is_removed(folder: Path, store: Store) -> None:
    put(folder, A, TOOL)
    write(folder, store, lock_of(B))
    assert standing(folder) == {A.filename, B.filename, f"build-deps/{TOOL.filename}"} | TOLD


def test_build_dependencies_leave_no_empty_folder_behind(folder: Path, store: Store) -> None:
    write(folder, store, lock_of(A, TOOL))
    write(folder, store, lock_of(A))
    assert standing(folder) == {A.filename} | TOLD
    assert not (folder / "build-deps").exists()


def test_a_file_that_is_now_for_builds_only_moves(folder: Path, store: Store) -> None:
    write(folder, store, lock_of(locked(TOOL.filename)))
    write(folder, store, lock_of(TOOL))
    assert standing(folder) == {f"build-deps/{TOOL.filename}"} | TOLD


def test_a_wheelhouse_is_not_overwritten(folder: Path, store: Store) -> None:
    folder.mkdir(parents=True)
    wheelhouse = lock_of(B, holds=Holding.WHEELHOUSE)
    (folder / "wheelforge.lock").write_bytes(dump_lock(wheelhouse))
    put(folder, B)
    with pytest.raises(UsageError, match="cannot hold what is collected: it is a wheelhouse") as caught:
        write(folder, store, lock_of(A))
    assert caught.value.hint == "name another: -o sdist-folder"
    assert read_lock(folder) == wheelhouse
    check_files(folder, [B])


def test_nothing_is_collected_into_the_build_dependencies_of_another_folder(folder: Path, store: Store) -> None:
    write(folder, store, lock_of(A, TOOL))
    for place in (folder / "build-deps", folder / "build-deps" / "deeper"):
        with pytest.raises(UsageError, match="the build dependencies of"):
            write(place, store, lock_of(B))
    assert standing(folder) == {A.filename, f"build-deps/{TOOL.filename}"} | TOLD


@pytest.mark.parametrize("text", [b"", b"not toml", dump_lock(lock_of(A)).replace(b'"a"', b'"../a"')])
def test_a_lock_that_cannot_be_believed_is_left_where_it_is_and_said_how_to_go_on(folder: Path, text: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / "wheelforge.lock").write_bytes(text)
    with pytest.raises(WheelforgeError) as caught:
        find_earlier(folder, Holding.COLLECTED)
    assert f"remove {folder / 'wheelforge.lock'}" in str(caught.value.hint)
    assert (folder / "wheelforge.lock").read_bytes() == text


def test_who_writes_a_folder_keeps_others_from_it_under_any_of_its_names(
    folder: Path, store: Store, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "some", target_is_directory=True)
    started, order = threading.Event(), list[str]()

    def other() -> None:
        started.set()
        write(tmp_path / "link" / "folder", Store(tmp_path / "cache"), lock_of(B))
        order.append("other")

    with ThreadPoolExecutor() as pool:
        with writing(folder, Holding.COLLECTED, store) as before:
            done = pool.submit(other)
            assert started.wait(60)
            put(folder, A)
            assert not (folder / B.filename).exists()
            (folder / "wheelforge.lock").write_bytes(dump_lock(lock_of(A)))
            order.append("this")
        done.result()
    assert before is None
    assert order == ["this", "other"]
    assert standing(folder) == {B.filename} | TOLD


def test_folders_that_are_written_at_once_end_as_the_last_one_wrote_them(folder: Path, store: Store) -> None:
    locks = [lock_of(*some) for some in ([A], [B], [TOOL], [A, B], [A, TOOL], [B, TOOL])]
    with ThreadPoolExecutor(len(locks)) as pool:
        list(pool.map(lambda lock: write(folder, store, lock), locks * 5))
    lock = read_lock(folder)
    assert standing(folder) == {artifact.path for artifact in lock.artifacts} | TOLD
    check_files(folder, lock.artifacts)


def test_a_folder_that_was_begun_is_marked_until_it_has_its_lock(folder: Path, store: Store) -> None:
    store.blobs.path(B.sha256).write_bytes(b"damaged")
    with pytest.raises(HashMismatch):
        write(folder, store, lock_of(A, B))
    assert standing(folder) == {A.filename, BEGUN}
    write(folder, store, lock_of(A))
    assert standing(folder) == {A.filename, *TOLD}


def test_a_paper_of_a_run_that_did_not_come_to_its_end_is_replaced(folder: Path, store: Store) -> None:
    store.blobs.path(B.sha256).write_bytes(b"damaged")
    with pytest.raises(HashMismatch):
        write(folder, store, lock_of(A, B))
    (folder / "pylock.toml").write_text("begun")
    write(folder, store, lock_of(A))
    assert standing(folder) == {A.filename, *TOLD}


def test_a_folder_that_has_a_lock_is_whole_whatever_happens(folder: Path, store: Store) -> None:
    write(folder, store, lock_of(A))
    store.blobs.path(B.sha256).write_bytes(b"damaged")
    with pytest.raises(HashMismatch):
        write(folder, store, lock_of(A, B))
    assert standing(folder) == {A.filename, *TOLD}


def test_a_damaged_file_of_the_store_is_not_delivered(folder: Path, store: Store) -> None:
    store.blobs.path(A.sha256).write_bytes(b"damaged")
    with pytest.raises(HashMismatch):
        write(folder, store, lock_of(A))
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


def test_a_folder_that_is_not_there_is_told_with_what_to_name(folder: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder") as caught:
        read_lock(folder)
    assert caught.value.hint == "name a folder that wheelforge collect, build or wheel has written"


def test_a_folder_without_a_lock_is_none_of_ours(folder: Path, store: Store) -> None:
    write(folder, store, lock_of(A))
    (folder / "wheelforge.lock").unlink()
    assert find_lock(folder) is None
    with pytest.raises(UsageError, match=r"has no wheelforge\.lock"):
        read_lock(folder)


def test_a_folder_can_be_made_anew_where_it_was_removed(folder: Path, store: Store) -> None:
    write(folder, store, lock_of(A))
    shutil.rmtree(folder)
    write(folder, store, lock_of(A))
    check_files(folder, [A])


def test_what_goes_with_an_earlier_lock_is_told(folder: Path, store: Store) -> None:
    write(folder, store, lock_of(A, TOOL))
    (folder / A.filename).unlink()
    events: list[Event] = []
    write_folder(folder, lock_of(B), store=store, report=events.append)
    text = f"1 file of the earlier lock is removed: build-deps/{TOOL.filename}"
    assert [event for event in events if isinstance(event, Note)] == [Note(text=text)]


def test_of_many_files_that_go_a_few_are_named() -> None:
    events: list[Event] = []
    tell_removed([], events.append)
    tell_removed(list("abcdefg"), events.append, verb="would be")
    tell_removed(list("ab"), events.append)
    assert events == [
        Note(text="7 files of the earlier lock would be removed: a, b, c, d, e and 2 more"),
        Note(text="2 files of the earlier lock are removed: a, b"),
    ]


@pytest.mark.parametrize("holds", Holding)
def test_a_file_is_no_place_for_a_folder(tmp_path: Path, holds: Holding) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "inner"):
        with pytest.raises(UsageError, match="is no folder"):
            find_earlier(place, holds)
