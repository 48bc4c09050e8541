"""Whether places of this machine are still what a lock says."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from places import place
from wheelforge.direct.local import still_the_same
from wheelforge.model.artifacts import Kind
from wheelforge.model.direct import DirectUrl
from wheelforge.model.lock import LockedArtifact

if TYPE_CHECKING:
    from pathlib import Path

WHEEL = "demo-1.0-py3-none-any.whl"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / WHEEL
    path.write_bytes(b"one")
    return path


def locked(content: bytes) -> LockedArtifact:
    return LockedArtifact(
        filename=WHEEL,
        name=canonicalize_name("demo"),
        version=Version("1.0"),
        kind=Kind.WHEEL,
        url="",
        index="direct",
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        upload_time=None,
        build_only=False,
        direct=DirectUrl(url=WHEEL),
    )


def test_an_archive_is_the_same_while_its_bytes_are(wheel: Path) -> None:
    assert still_the_same([place(wheel.as_uri())], [locked(b"one")])
    wheel.write_bytes(b"two")
    assert not still_the_same([place(wheel.as_uri())], [locked(b"one")])


def test_an_archive_that_is_gone_is_not_the_same(wheel: Path) -> None:
    wheel.unlink()
    assert not still_the_same([place(wheel.as_uri())], [locked(b"one")])


def test_a_folder_is_never_the_same(wheel: Path) -> None:
    assert not still_the_same([place(wheel.parent.as_uri())], [locked(b"one")])


def test_places_elsewhere_are_not_looked_at() -> None:
    assert still_the_same([place("https://index.example/x.whl"), place("git+file:///x")], [])
