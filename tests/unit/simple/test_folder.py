"""A folder of files is an index without a network."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from archives_fixture import metadata, wheel_files, write_wheel
from wheelforge.errors import IntegrityError, StorageError
from wheelforge.model.artifacts import Kind
from wheelforge.simple.folder import FolderIndex
from wheelforge.store.blobs import HashMismatch

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.model.artifacts import Artifact

DEMO = canonicalize_name("demo")
FILENAME = "demo-1.0-py3-none-any.whl"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_wheel(tmp_path / FILENAME, wheel_files())
    (tmp_path / "build-deps").mkdir()
    (tmp_path / "build-deps" / "demo-0.9.tar.gz").write_bytes(b"sdist")
    (tmp_path / "wheelforge.lock").write_bytes(b"")
    return tmp_path


@pytest.fixture
def index(folder: Path) -> FolderIndex:
    return FolderIndex(name="folder", folders=[folder, folder / "build-deps"])


def wheel(index: FolderIndex) -> Artifact:
    project = asyncio.run(index.project(DEMO))
    assert project is not None
    [artifact] = project.releases[Version("1.0")]
    return artifact


def test_files_of_all_folders_are_found(index: FolderIndex, folder: Path) -> None:
    project = asyncio.run(index.project(DEMO))
    assert project is not None
    assert [str(version) for version in project.releases] == ["1.0", "0.9"]
    [artifact] = project.releases[Version("1.0")]
    data = (folder / FILENAME).read_bytes()
    assert (artifact.kind, artifact.index, artifact.size) == (Kind.WHEEL, "folder", len(data))
    assert artifact.sha256 == hashlib.sha256(data).hexdigest()
    assert artifact.url == (folder / FILENAME).as_uri()


def test_a_project_without_files_is_none(index: FolderIndex) -> None:
    assert asyncio.run(index.project(canonicalize_name("other"))) is None


def test_metadata_and_files_are_handed_out_where_they_stand(index: FolderIndex, folder: Path) -> None:
    artifact = wheel(index)
    assert asyncio.run(index.metadata(artifact)) == metadata()
    assert asyncio.run(index.fetch(artifact)).path == folder / FILENAME


def test_a_file_that_changed_is_refused(index: FolderIndex, folder: Path) -> None:
    artifact = wheel(index)
    (folder / FILENAME).write_bytes(b"changed")
    with pytest.raises(HashMismatch, match=FILENAME):
        asyncio.run(index.fetch(artifact))


def test_a_file_that_is_gone_is_named(index: FolderIndex, folder: Path) -> None:
    artifact = wheel(index)
    (folder / FILENAME).unlink()
    with pytest.raises(IntegrityError, match=FILENAME):
        asyncio.run(index.metadata(artifact))


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nowhere"):
        asyncio.run(FolderIndex(name="folder", folders=[tmp_path / "nowhere"]).project(DEMO))
