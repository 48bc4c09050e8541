"""Files appear whole or not at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from wheelforge.errors import StorageError
from wheelforge.store.atomic import replacing, write_atomically

if TYPE_CHECKING:
    from pathlib import Path

FULL = "/dev/full"
"""Answers every write as a full disk does."""


def test_content_is_written_into_folders_that_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file"
    write_atomically(path, b"content")
    assert path.read_bytes() == b"content"


def test_a_second_write_replaces_the_first(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"first")
    write_atomically(path, b"second")
    assert path.read_bytes() == b"second"
    assert list(tmp_path.iterdir()) == [path]


def test_files_get_the_usual_permissions(tmp_path: Path) -> None:
    plain, ours = tmp_path / "plain", tmp_path / "ours"
    plain.write_bytes(b"")
    write_atomically(ours, b"")
    assert ours.stat().st_mode == plain.stat().st_mode


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, RuntimeError, SystemExit])
def test_nothing_is_left_of_an_interrupted_write(tmp_path: Path, interruption: type[BaseException]) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def write() -> None:
        with replacing(path) as stream:
            stream.write(b"half")
            raise interruption

    with pytest.raises(interruption):
        write()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match=r"cannot write .*file"):
        write_atomically(tmp_path / "file" / "inner", b"")


@pytest.mark.skipif(not os.path.exists(FULL), reason=f"no {FULL} here")  # noqa: PTH110 - a device, told at import
def test_a_full_disk_is_told_with_a_hint(tmp_path: Path) -> None:
    def write() -> None:
        with replacing(tmp_path / "file"), open(FULL, "wb", buffering=0) as full:  # noqa: PTH123 - unbuffered
            full.write(b"one byte too many")

    with pytest.raises(StorageError, match="No space left") as caught:
        write()
    assert "free some space" in str(caught.value.hint)
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_the_block_that_is_not_the_disks_stays_itself(tmp_path: Path) -> None:
    def write() -> None:
        with replacing(tmp_path / "file"):
            raise TimeoutError

    with pytest.raises(TimeoutError):
        write()
