"""A lock that stands for the answer is followed with what is here; all else is left to collecting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes import LINUX, asked
from shelves import content, lock_of, locked, put, stock
from wheelforge.events import silent
from wheelforge.factory.collect import CollectOptions, Writing, follow
from wheelforge.factory.following import Following
from wheelforge.factory.remembering import locked_inputs
from wheelforge.formats.lock import dump_lock
from wheelforge.model.inputs import ALL, Inputs
from wheelforge.model.lock import LockedTarget
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.model.lock import Lock

FILE = locked("a-1.0-py3-none-any.whl")
INPUTS = Inputs(requirements=asked("a"))
RUN = CollectOptions()
LOCK = lock_of(
    FILE,
    targets=(LockedTarget(name=LINUX.name, environment=LINUX.environment, pins=()),),
    inputs=locked_inputs(INPUTS),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What an earlier run has left."""
    put(tmp_path / "folder", FILE)
    (tmp_path / "folder" / "wheelforge.lock").write_bytes(dump_lock(LOCK))
    return tmp_path / "folder"


def followed(folder: Path, options: CollectOptions = RUN, inputs: Inputs = INPUTS) -> Lock | None:
    store = Store(folder.parent / "cache")
    return follow(inputs, folder, targets=[LINUX], options=options, store=store, report=silent)


def test_a_folder_that_is_whole_is_the_answer(folder: Path) -> None:
    assert followed(folder) == LOCK


def test_what_the_folder_lacks_comes_from_the_store(folder: Path) -> None:
    stock(Store(folder.parent / "cache").blobs, folder.parent / "scratch", FILE)
    (folder / FILE.path).unlink()
    assert followed(folder) == LOCK
    assert (folder / FILE.path).read_bytes() == content(FILE.filename)


def test_what_has_to_be_fetched_is_left_to_collecting(folder: Path) -> None:
    (folder / FILE.path).unlink()
    assert followed(folder) is None


def test_an_altered_file_of_the_same_size_is_not_believed(folder: Path) -> None:
    (folder / FILE.path).write_bytes(content(FILE.filename)[::-1])
    assert followed(folder) is None


def test_a_lock_for_other_inputs_is_no_answer(folder: Path) -> None:
    assert followed(folder, inputs=Inputs(requirements=asked("a", "b"))) is None
    assert followed(folder, CollectOptions(following=Following(upgrade=frozenset({ALL})))) is None


def test_a_folder_without_a_lock_is_no_answer(tmp_path: Path) -> None:
    assert followed(tmp_path / "folder") is None


def test_a_preview_needs_and_writes_no_file(folder: Path) -> None:
    (folder / FILE.path).unlink()
    assert followed(folder, CollectOptions(writing=Writing.PREVIEW)) == LOCK
    assert not (folder / FILE.path).exists()
