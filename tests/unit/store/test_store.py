"""The cache folder can be measured, pruned by last use, and emptied."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock, Timeout

from wheelforge.errors import StorageError
from wheelforge.store.store import Store
from wheelforge.store.usage import touch

if TYPE_CHECKING:
    from pathlib import Path

OLD = 1_000_000_000.0
WEEK = timedelta(days=7)


def add(store: Store, data: bytes, scratch: Path) -> str:
    source = scratch / "source"
    source.write_bytes(data)
    return store.blobs.add(source)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def test_the_folder_is_tagged_as_a_cache(store: Store, tmp_path: Path) -> None:
    store.records.put("kind", "key", b"data")
    [tag] = (tmp_path / "cache").rglob("CACHEDIR.TAG")
    assert tag.read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55\n")


def test_size_counts_each_kind(store: Store, tmp_path: Path) -> None:
    add(store, b"12345", tmp_path)
    tree = store.folder("environments") / "one"
    (tree / "bin").mkdir(parents=True)
    (tree / "bin" / "python").write_bytes(b"123")
    (tree / "pyvenv.cfg").write_bytes(b"12")
    usage = store.size()
    assert (usage.files, usage.bytes) == (3, 10)
    assert usage.by_kind == {"blobs": 5, "environments": 5}


def test_an_unmade_store_is_empty(store: Store) -> None:
    assert store.size().files == 0
    assert store.clear().files == 0


def test_prune_removes_what_was_long_not_used(store: Store, tmp_path: Path) -> None:
    old, used = add(store, b"old", tmp_path), add(store, b"used", tmp_path)
    trees = store.folder("environments")
    for tree in ("stale", "fresh"):
        (trees / tree).mkdir()
        (trees / tree / "file").write_bytes(b"123")
        os.utime(trees / tree, (OLD, OLD))
    for sha256 in (old, used):
        os.utime(store.blobs.place(sha256), (OLD, OLD))
    store.blobs.path(used)
    touch(trees / "fresh")
    removed = store.prune(WEEK, now=store.blobs.place(used).stat().st_mtime)
    assert removed.by_kind == {"blobs": 3, "environments": 3}
    assert not store.blobs.has(old)
    assert store.blobs.has(used)
    assert [tree.name for tree in trees.iterdir()] == ["fresh"]


def test_prune_removes_what_a_crash_left(store: Store, tmp_path: Path) -> None:
    add(store, b"data", tmp_path)
    left = store.folder("blobs") / ".0123.part"
    left.write_bytes(b"half")
    os.utime(left, (OLD, OLD))
    assert store.prune(WEEK, now=OLD + WEEK.total_seconds() + 1).by_kind == {"blobs": 4}
    assert not left.exists()


def test_clear_spares_what_is_not_the_stores(store: Store, tmp_path: Path) -> None:
    add(store, b"data", tmp_path)
    mine = tmp_path / "cache" / "my-own-file"
    mine.write_bytes(b"dear")
    assert store.clear().files == 1
    assert store.size().files == 0
    assert mine.read_bytes() == b"dear"


def test_clear_does_not_follow_links(store: Store, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"dear")
    (store.folder("environments") / "link").symlink_to(outside)
    store.clear()
    assert (outside / "file").exists()
    assert list(store.folder("environments").iterdir()) == []


def test_what_is_in_use_is_neither_pruned_nor_emptied(tmp_path: Path) -> None:
    store = Store(tmp_path / "cache", patience=0)
    sha256 = add(store, b"data", tmp_path)
    with store.in_use(), Store(tmp_path / "cache").in_use():
        for empty in (store.clear, lambda: store.prune(WEEK, now=OLD)):
            with pytest.raises(StorageError, match="in use by another wheelforge"):
                empty()
        assert store.blobs.has(sha256)
    assert store.clear().files == 1


def test_a_store_that_cannot_be_made_can_be_in_use(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"a file")
    with Store(tmp_path / "cache").in_use():
        pass


def test_a_lock_lets_one_in_at_a_time(store: Store, tmp_path: Path) -> None:
    with store.lock("one"):
        [file] = tmp_path.rglob("one.lock")
        with pytest.raises(Timeout):
            FileLock(file).acquire(timeout=0)
        with store.lock("two"):
            pass
    FileLock(file).acquire(timeout=0).lock.release()


def test_a_store_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"a file")
    with pytest.raises(StorageError, match="cache"):
        Store(tmp_path / "cache").records.put("kind", "key", b"data")
