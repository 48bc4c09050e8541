"""What a lock names is had from the folder, from the store, or from where it is now."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fakes import FilesOnly, Offer
from shelves import lock_of, locked, put, stock
from wheelforge.errors import IndexAccessError, ResolutionError
from wheelforge.factory.fetching import fetch_locked
from wheelforge.model.direct import DirectUrl
from wheelforge.simple.index import Fetched
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.lock import LockedArtifact

NAME = "a-1.0-py3-none-any.whl"
HERE, THERE = "https://index.example/here/", "https://index.example/there/"


@dataclass
class Movable(FilesOnly):
    """An index whose files stand at one address only; what has none is looked up by its name."""

    place: str
    offered: tuple[Artifact, ...] = ()
    fetched: list[str] = field(default_factory=list)

    async def fetch(self, artifact: Artifact) -> Fetched:
        url = artifact.url or next((one.url for one in self.offered if one.filename == artifact.filename), "")
        if not url.startswith(self.place):
            raise IndexAccessError(f"nothing at {url or artifact.filename}")
        self.fetched.append(url)
        return Fetched(path=Path(), sha256=artifact.sha256 or "", size=0)


def had(folder: Path, index: Movable, *files: LockedArtifact) -> list[str]:
    asyncio.run(fetch_locked(folder, lock_of(*files), index, Store(folder.parent / "cache")))
    return index.fetched


def at(place: str) -> LockedArtifact:
    return locked(NAME, url=f"{place}{NAME}")


def now_at(place: str, file: LockedArtifact) -> Artifact:
    return replace(Offer(NAME).artifact, sha256=file.sha256, url=f"{place}{NAME}")


def test_what_stands_in_the_folder_is_not_fetched(tmp_path: Path) -> None:
    put(tmp_path / "folder", at(HERE))
    assert had(tmp_path / "folder", Movable(HERE), at(HERE)) == []


def test_what_stands_there_with_other_bytes_is_fetched(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / NAME).write_bytes(b"altered")
    assert had(tmp_path / "folder", Movable(HERE), at(HERE)) == [f"{HERE}{NAME}"]


def test_what_the_store_has_is_not_fetched(tmp_path: Path) -> None:
    stock(Store(tmp_path / "cache").blobs, tmp_path / "scratch", at(HERE))
    assert had(tmp_path / "folder", Movable(HERE), at(HERE)) == []


def test_a_file_that_has_moved_is_fetched_from_where_its_page_says(tmp_path: Path) -> None:
    index = Movable(THERE, offered=(now_at(THERE, at(HERE)),))
    assert had(tmp_path / "folder", index, at(HERE)) == [f"{THERE}{NAME}"]


def test_a_file_without_an_address_is_looked_up(tmp_path: Path) -> None:
    file = locked(NAME, url="")
    assert had(tmp_path / "folder", Movable(HERE, offered=(now_at(HERE, file),)), file) == [f"{HERE}{NAME}"]


def test_what_is_nowhere_any_more_is_told(tmp_path: Path) -> None:
    with pytest.raises(IndexAccessError, match=f"nothing at {NAME}"):
        had(tmp_path / "folder", Movable(THERE), at(HERE))


def test_what_was_made_of_a_folder_cannot_be_fetched(tmp_path: Path) -> None:
    made = locked("a-1.0.tar.gz", url="", direct=DirectUrl(url="src/a", directory=True))
    with pytest.raises(
        ResolutionError, match=r"was made of src/a, and stands neither in .* nor in the cache"
    ) as caught:
        had(tmp_path / "folder", Movable(HERE), made)
    assert caught.value.hint == "make it anew: the same command with -U"


def test_what_is_left_out_is_not_wanted(tmp_path: Path) -> None:
    assert had(tmp_path / "folder", Movable(HERE), locked(NAME, url=f"{HERE}{NAME}", left_out=True)) == []
