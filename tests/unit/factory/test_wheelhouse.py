"""A wheelhouse holds the wheels that its lock tells of, and its lock comes last."""

from __future__ import annotations

import hashlib
import tomllib
from typing import TYPE_CHECKING

import pytest

from shelves import content, lock_of, locked, put, standing, stock
from wheelforge.errors import StorageError, UsageError
from wheelforge.factory.folder import check_files, read_lock
from wheelforge.factory.made import MadeWheel
from wheelforge.factory.verify import standing_files
from wheelforge.factory.wheelhouse import BuildDeps, check_places, standing_wheels, with_built, write_wheelhouse
from wheelforge.formats.lock import dump_lock
from wheelforge.model.artifacts import Kind
from wheelforge.store.blobs import HashMismatch
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.model.lock import Lock

A = locked("a-1.0.tar.gz")
B = locked("b-1.0-py3-none-any.whl")
CORE = locked("core-1.0.tar.gz", build_only=True)
TOOL = locked("tool-1.0-py3-none-any.whl", build_only=True)
MADE_A, MADE_CORE = "a-1.0-cp311-cp311-linux_x86_64.whl", "core-1.0-py3-none-any.whl"
RUNTIME = {MADE_A, B.filename}
BUILD_ONLY = {f"build-deps/{name}" for name in (MADE_CORE, TOOL.filename)}
TOLD = {"wheelforge.lock", "pylock.toml", "requirements.txt"}


def made(filename: str) -> MadeWheel:
    data = content(filename)
    return MadeWheel(filename=filename, sha256=hashlib.sha256(data).hexdigest(), size=len(data))


LOCK = with_built(lock_of(A, B, CORE, TOOL), {A.filename: made(MADE_A), CORE.filename: made(MADE_CORE)})
PLAIN = with_built(lock_of(B), {})
"""A wheelhouse of wheels that were collected: nothing had to be built."""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """What was built is in the store; what was collected need not be."""
    store = Store(tmp_path / "cache")
    stock(store.blobs, tmp_path / "scratch", *LOCK.built)
    return store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    put(folder, A, B, CORE, TOOL)
    return folder


@pytest.fixture
def wheelhouse(tmp_path: Path) -> Path:
    return tmp_path / "some" / "wheelhouse"


@pytest.fixture
def write(folder: Path, wheelhouse: Path, store: Store) -> Writing:
    return Writing(folder, wheelhouse, store)


class Writing:
    """Writes the wheelhouse of one folder."""

    def __init__(self, folder: Path, wheelhouse: Path, store: Store) -> None:
        self._folder = folder
        self._wheelhouse = wheelhouse
        self._store = store

    def __call__(self, lock: Lock = LOCK, keep: BuildDeps = BuildDeps.DROP) -> None:
        """Write it."""
        write_wheelhouse(self._folder, self._wheelhouse, lock, keep=keep, store=self._store)


def test_the_lock_tells_of_every_built_wheel_what_its_sdist_was_for() -> None:
    assert [(wheel.filename, wheel.name, wheel.build_only) for wheel in LOCK.built] == [
        (MADE_A, "a", False),
        (MADE_CORE, "core", True),
    ]
    wheel = LOCK.built[0]
    assert (wheel.kind, wheel.version, wheel.url, wheel.index) == (Kind.WHEEL, A.version, "", "")
    assert (wheel.sha256, wheel.size) == (made(MADE_A).sha256, made(MADE_A).size)


def test_what_was_not_built_is_not_told_of() -> None:
    assert with_built(lock_of(A, B), {}).built == ()


def test_what_could_not_be_known_before_is_known_when_all_is_built() -> None:
    assert with_built(lock_of(B, incomplete=("a hook was not asked",)), {}).incomplete == ()


def test_a_wheelhouse_can_hold_built_and_collected_wheels_and_no_sdist() -> None:
    assert {wheel.path for wheel in standing_wheels(LOCK)} == RUNTIME | BUILD_ONLY


@pytest.mark.parametrize(("keep", "extra"), [(BuildDeps.DROP, set[str]()), (BuildDeps.KEEP, BUILD_ONLY)])
def test_wheels_that_only_builds_needed_stand_apart_or_not_at_all(
    write: Writing, wheelhouse: Path, keep: BuildDeps, extra: set[str]
) -> None:
    write(keep=keep)
    assert standing(wheelhouse) == RUNTIME | extra | TOLD
    assert read_lock(wheelhouse) == LOCK
    check_files(wheelhouse, standing_files(wheelhouse, LOCK))


def test_what_tells_of_the_wheels_names_those_that_are_needed_to_run(write: Writing, wheelhouse: Path) -> None:
    write(keep=BuildDeps.KEEP)
    pylock = tomllib.loads((wheelhouse / "pylock.toml").read_text())
    assert {wheel["name"] for package in pylock["packages"] for wheel in package["wheels"]} == RUNTIME
    pins = (wheelhouse / "requirements.txt").read_text()
    assert "a==1.0" in pins
    assert made(MADE_A).sha256 in pins
    assert "core" not in pins


def test_dropping_build_dependencies_leaves_a_whole_wheelhouse(write: Writing, wheelhouse: Path) -> None:
    write(keep=BuildDeps.KEEP)
    write(keep=BuildDeps.DROP)
    assert standing(wheelhouse) == RUNTIME | TOLD
    check_files(wheelhouse, standing_files(wheelhouse, LOCK))


def test_the_collected_folder_stays_as_it_is(write: Writing, folder: Path) -> None:
    before = standing(folder)
    write(keep=BuildDeps.KEEP)
    assert standing(folder) == before
    check_files(folder, LOCK.artifacts)


def test_what_stands_right_is_left_alone_and_what_was_altered_is_replaced(write: Writing, wheelhouse: Path) -> None:
    write()
    inode = (wheelhouse / B.filename).stat().st_ino
    (wheelhouse / MADE_A).write_bytes(b"altered")
    write()
    assert (wheelhouse / B.filename).stat().st_ino == inode
    assert (wheelhouse / MADE_A).read_bytes() == content(MADE_A)


@pytest.mark.parametrize("name", ["requirements.txt", "pylock.toml", MADE_A])
def test_what_somebody_else_put_there_is_not_replaced(write: Writing, wheelhouse: Path, name: str) -> None:
    wheelhouse.mkdir(parents=True)
    (wheelhouse / name).write_bytes(b"mine")
    with pytest.raises(UsageError, match=f"not replaced: {name}$"):
        write()
    assert (wheelhouse / name).read_bytes() == b"mine"
    assert standing(wheelhouse) == {name}


def test_pins_that_a_user_wrote_are_seen_before_anything_is_built(folder: Path, wheelhouse: Path) -> None:
    wheelhouse.mkdir(parents=True)
    (wheelhouse / "requirements.txt").write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"not replaced: requirements\.txt$"):
        check_places(folder, wheelhouse)


def test_a_wheel_that_stands_there_already_is_taken_where_it_is_the_right_one(write: Writing, wheelhouse: Path) -> None:
    put(wheelhouse, B)
    write()
    assert standing(wheelhouse) == RUNTIME | TOLD


def test_only_what_the_old_lock_named_is_removed(write: Writing, wheelhouse: Path) -> None:
    write()
    (wheelhouse / "mine-1.0-py3-none-any.whl").write_bytes(b"mine")
    (wheelhouse / "logs").mkdir()
    (wheelhouse / "logs" / "a-1.0.log").write_bytes(b"log")
    write(PLAIN)
    assert standing(wheelhouse) == {B.filename, "mine-1.0-py3-none-any.whl", "logs/a-1.0.log"} | TOLD


def test_an_sdist_that_somebody_put_beside_its_wheel_stays(write: Writing, wheelhouse: Path) -> None:
    write()
    put(wheelhouse, A)
    write(PLAIN)
    assert standing(wheelhouse) == {A.filename, B.filename} | TOLD


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (".", "it is the collected folder"),
        ("build-deps", "the build dependencies of the collected folder stand there"),
        ("build-deps/wheels", "the build dependencies of the collected folder stand there"),
    ],
)
def test_the_collected_folder_is_never_written_to(folder: Path, store: Store, place: str, told: str) -> None:
    before = standing(folder)
    with pytest.raises(UsageError, match=f"cannot hold the wheels: {told}") as caught:
        write_wheelhouse(folder, folder / place, LOCK, keep=BuildDeps.KEEP, store=store)
    assert caught.value.hint == "name another: -o wheelhouse"
    assert standing(folder) == before


def test_another_collected_folder_is_not_overwritten(write: Writing, wheelhouse: Path) -> None:
    collected = lock_of(A)
    wheelhouse.mkdir(parents=True)
    (wheelhouse / "wheelforge.lock").write_bytes(dump_lock(collected))
    put(wheelhouse, A)
    with pytest.raises(UsageError, match="cannot hold the wheels: it is a collected folder"):
        write()
    assert read_lock(wheelhouse) == collected
    check_files(wheelhouse, [A])


def test_the_sources_may_stand_in_a_folder_of_the_wheelhouse_but_not_among_its_wheels(wheelhouse: Path) -> None:
    check_places(wheelhouse / "collected", wheelhouse)
    with pytest.raises(UsageError, match="where wheels belong"):
        check_places(wheelhouse / "build-deps", wheelhouse)


def test_where_a_wheel_cannot_be_had_the_old_lock_and_its_wheels_stay(
    write: Writing, wheelhouse: Path, store: Store
) -> None:
    before = PLAIN
    write(before)
    store.blobs.path(made(MADE_A).sha256).write_bytes(b"damaged")
    with pytest.raises(HashMismatch):
        write()
    assert read_lock(wheelhouse) == before
    check_files(wheelhouse, before.artifacts)
    assert MADE_A not in standing(wheelhouse)


def test_where_the_pins_cannot_be_written_the_old_lock_stays(write: Writing, wheelhouse: Path) -> None:
    before = PLAIN
    write(before)
    (wheelhouse / "requirements.txt").unlink()
    (wheelhouse / "requirements.txt" / "in the way").mkdir(parents=True)
    with pytest.raises(StorageError):
        write()
    assert read_lock(wheelhouse) == before


def test_a_collected_wheel_that_was_altered_since_is_not_taken(write: Writing, folder: Path, wheelhouse: Path) -> None:
    (folder / B.filename).write_bytes(b"altered")
    with pytest.raises(StorageError):
        write()
    assert "wheelforge.lock" not in standing(wheelhouse)
    assert B.filename not in standing(wheelhouse)
