"""Blobs are checked on their way in and on their way out."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from wheelforge.errors import StorageError
from wheelforge.store.blobs import Blobs, HashMismatch, check_hash

if TYPE_CHECKING:
    from pathlib import Path

DATA = b"some content"
SHA256 = hashlib.sha256(DATA).hexdigest()
OTHER = hashlib.sha256(b"other").hexdigest()


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def receive(blobs: Blobs, expected: str | None) -> str:
    with blobs.receive("demo-1.0.tar.gz") as incoming:
        incoming.write(DATA[:4])
        incoming.write(DATA[4:])
        assert incoming.size == len(DATA)
        assert incoming.hexdigest() == SHA256
        return incoming.keep(expected)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("expected", [None, SHA256])
def test_what_was_received_is_there_by_its_hash(blobs: Blobs, expected: str | None) -> None:
    assert not blobs.has(SHA256)
    assert receive(blobs, expected) == SHA256
    assert blobs.has(SHA256)
    assert blobs.path(SHA256).read_bytes() == DATA


def test_another_hash_than_promised_is_refused_with_both_shown(blobs: Blobs, tmp_path: Path) -> None:
    with pytest.raises(HashMismatch) as caught:
        receive(blobs, OTHER)
    assert (caught.value.filename, caught.value.expected, caught.value.actual) == ("demo-1.0.tar.gz", OTHER, SHA256)
    assert OTHER in caught.value.message
    assert SHA256 in caught.value.message
    assert files(tmp_path) == []


def test_what_is_not_kept_is_gone(blobs: Blobs, tmp_path: Path) -> None:
    with blobs.receive("demo") as incoming:
        incoming.write(DATA)
    assert files(tmp_path) == []


def test_a_file_can_be_added(blobs: Blobs, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(DATA)
    assert blobs.add(source) == SHA256
    assert blobs.path(SHA256).read_bytes() == DATA


def test_a_file_that_is_not_what_was_expected_is_not_added(blobs: Blobs, tmp_path: Path) -> None:
    source = tmp_path / "demo-1.0.tar.gz"
    source.write_bytes(DATA)
    with pytest.raises(HashMismatch, match=r"demo-1\.0\.tar\.gz"):
        blobs.add(source, expected=OTHER)
    assert files(tmp_path) == [source]
    assert blobs.add(source, expected=SHA256) == SHA256


def test_a_delivered_file_is_independent_of_the_blob(blobs: Blobs, tmp_path: Path) -> None:
    receive(blobs, SHA256)
    delivered = tmp_path / "out" / "demo"
    blobs.deliver(SHA256, delivered)
    assert delivered.read_bytes() == DATA
    delivered.write_bytes(b"changed")
    assert blobs.path(SHA256).read_bytes() == DATA
    assert blobs.path(SHA256).stat().st_nlink == 1


def test_a_damaged_blob_is_not_delivered_and_removed(blobs: Blobs, tmp_path: Path) -> None:
    receive(blobs, SHA256)
    blobs.path(SHA256).write_bytes(b"Some content")
    with pytest.raises(HashMismatch, match="demo"):
        blobs.deliver(SHA256, tmp_path / "demo")
    assert not blobs.has(SHA256)
    assert not (tmp_path / "demo").exists()


def test_a_damaged_blob_is_not_given_and_removed(blobs: Blobs) -> None:
    receive(blobs, SHA256)
    assert blobs.checked(SHA256) == blobs.path(SHA256)
    blobs.path(SHA256).write_bytes(b"Some content")
    assert blobs.checked(SHA256) is None
    assert not blobs.has(SHA256)
    assert blobs.checked(SHA256) is None


def test_delivering_what_is_not_here_is_an_error(blobs: Blobs, tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        blobs.deliver(SHA256, tmp_path / "demo")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", SHA256.upper(), SHA256 + "\n", "ab/" + SHA256[3:]])
def test_only_a_hash_becomes_a_path(blobs: Blobs, name: str) -> None:
    with pytest.raises(ValueError, match="not a sha256"):
        blobs.has(name)


def test_bytes_are_compared_with_their_promise() -> None:
    check_hash(DATA, SHA256, filename="demo")
    with pytest.raises(HashMismatch, match="demo"):
        check_hash(DATA, OTHER, filename="demo")
