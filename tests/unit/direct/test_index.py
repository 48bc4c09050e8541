"""The files of places behind the face of an index."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import pytest

from archives_fixture import metadata, wheel_files, write_wheel
from loopback import serving
from places import STATIC, Visitor, place
from repositories import write
from wheelforge.direct import index
from wheelforge.direct.index import DirectIndex
from wheelforge.errors import IndexAccessError, IntegrityError
from wheelforge.model.digest import Algorithm, Digest
from wheelforge.simple.web import Web
from wheelforge.store.blobs import HashMismatch
from wheelforge.store.vouching import NotVouched

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

T = TypeVar("T")
WHEEL = "demo-1.0-py3-none-any.whl"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    return write_wheel(tmp_path / WHEEL, wheel_files())


def ask(visitor: Visitor, question: Callable[[DirectIndex], Awaitable[T]]) -> T:
    async def main() -> T:
        async with Web() as web:
            return await question(DirectIndex(store=visitor.store, web=web))

    return asyncio.run(main())


def test_it_has_what_was_obtained_and_offers_nothing_by_name(visitor: Visitor, wheel: Path) -> None:
    artifact = visitor.obtain(place(wheel.as_uri())).artifact
    assert ask(visitor, lambda index: index.project(artifact.name)) is None
    assert ask(visitor, lambda index: index.metadata(artifact)) == metadata()
    assert ask(visitor, lambda index: index.shape(artifact)).modules == ("demo",)
    fetched = ask(visitor, lambda index: index.fetch(artifact))
    assert (fetched.path.read_bytes(), fetched.sha256) == (wheel.read_bytes(), artifact.sha256)


def test_a_file_must_have_a_hash_that_was_written_down_for_its_project(visitor: Visitor, wheel: Path) -> None:
    right = Digest(algorithm=Algorithm.SHA512, value=hashlib.sha512(wheel.read_bytes()).hexdigest())
    with serving({f"/{WHEEL}": wheel.read_bytes()}) as server:
        artifact = visitor.obtain(place(f"{server.url}/{WHEEL}")).artifact
        named = replace(artifact, allowed=frozenset({right}))
        other = replace(artifact, allowed=frozenset({replace(right, value="0" * 128)}))
        for _ in range(2):
            assert ask(visitor, lambda index: index.fetch(named)).sha256 == artifact.sha256
            with pytest.raises(NotVouched):
                ask(visitor, lambda index: index.fetch(other))
            visitor.store.clear()


def test_an_archive_that_the_store_has_lost_is_read_again_and_checked(visitor: Visitor, wheel: Path) -> None:
    with serving({f"/{WHEEL}": wheel.read_bytes()}) as server:
        artifact = visitor.obtain(place(f"{server.url}/{WHEEL}")).artifact
        visitor.store.clear()
        assert ask(visitor, lambda index: index.fetch(artifact)).sha256 == artifact.sha256
        with pytest.raises(HashMismatch):
            ask(visitor, lambda index: index.fetch(replace(artifact, sha256="0" * 64)))


def test_an_archive_that_does_not_end_is_not_read_to_its_end(
    visitor: Visitor, wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving({f"/{WHEEL}": wheel.read_bytes()}) as server:
        artifact = visitor.obtain(place(f"{server.url}/{WHEEL}")).artifact
        visitor.store.clear()
        with pytest.raises(IntegrityError, match="has more than 3 bytes"):
            ask(visitor, lambda index: index.fetch(replace(artifact, size=3)))
        monkeypatch.setattr(index, "LARGEST", 4)
        with pytest.raises(IntegrityError, match="has more than 4 bytes"):
            ask(visitor, lambda index: index.fetch(replace(artifact, size=None)))


@pytest.mark.parametrize("variable", [False, True])
def test_what_no_recorded_address_leads_to_is_not_asked_for(visitor: Visitor, wheel: Path, *, variable: bool) -> None:
    query = "" if variable else "?token=s3cret"
    with serving({f"/s3cret/{WHEEL}{query}": wheel.read_bytes()}) as server:
        reference = place(f"{server.url}/s3cret/{WHEEL}{query}")
        if variable:
            reference = replace(reference, public=f"{server.url}/${{TOKEN}}/{WHEEL}")
        artifact = visitor.obtain(reference).artifact
        visitor.store.clear()
        asked = len(server.seen)
        with pytest.raises(IndexAccessError, match="is not in the cache any more") as caught:
            ask(visitor, lambda index: index.fetch(artifact))
        assert len(server.seen) == asked
    assert caught.value.hint == "make it again: run the same command with -U"
    assert artifact.direct is not None
    assert artifact.direct.url == f"{server.url}/{'${TOKEN}' if variable else 's3cret'}/{WHEEL}"


def test_what_was_made_and_lost_is_told(visitor: Visitor, tmp_path: Path) -> None:
    artifact = visitor.obtain(place(write(tmp_path / "x", {"pyproject.toml": STATIC}).as_uri())).artifact
    visitor.store.clear()
    with pytest.raises(IndexAccessError, match="was taken from x, and is not in the cache any more"):
        ask(visitor, lambda index: index.fetch(artifact))
