"""METADATA and outline are read from a few ranges of a wheel, or not at all: then the whole wheel is needed."""

from __future__ import annotations

import asyncio
import hashlib
import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from archives_fixture import metadata, wheel_files, write_wheel
from wheelforge.model.shape import Shape
from wheelforge.simple.exchange import Part
from wheelforge.simple.remote_wheel import Glimpse, remote_metadata, remote_shape
from wheelforge.simple.sparse import Missing, Sparse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILENAME = "demo-1.0-py3-none-any.whl"


class Remote:
    """A file that is read by ranges, which are counted."""

    def __init__(self, data: bytes, total: int | None = None) -> None:
        self.data = data
        self.total = len(data) if total is None else total
        self.asked: list[tuple[int, int | None]] = []

    async def __call__(self, start: int, stop: int | None = None, /) -> Part | None:
        self.asked.append((start, stop))
        start = max(len(self.data) + start, 0) if start < 0 else start
        return Part(start=start, total=self.total, data=self.data[start:stop])


def read(remote: Remote, size: int | None = None) -> bytes | None:
    seen = glimpse(remote, size)
    return None if seen is None else seen.metadata


def glimpse(remote: Remote, size: int | None = None) -> Glimpse | None:
    return asyncio.run(remote_metadata(remote, FILENAME, size))


def shape(remote: Remote, size: int | None = None) -> Shape | None:
    return asyncio.run(remote_shape(remote, FILENAME, size))


def noise(size: int) -> bytes:
    """What no compression shortens."""
    return hashlib.shake_128().digest(size)


def wheel(folder: Path, extra: dict[str, bytes] | None = None) -> bytes:
    return write_wheel(folder / FILENAME, (extra or {}) | wheel_files()).read_bytes()


def packed(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize("known", [True, False])
def test_the_end_of_a_large_wheel_is_enough(tmp_path: Path, known: bool) -> None:  # noqa: FBT001 - a parameter
    data = wheel(tmp_path, {"demo/big.bin": noise(300_000)})
    remote = Remote(data)
    assert read(remote, len(data) if known else None) == metadata()
    assert len(remote.asked) == 1


def test_a_small_wheel_is_one_range(tmp_path: Path) -> None:
    remote = Remote(wheel(tmp_path))
    assert read(remote) == metadata()
    assert len(remote.asked) == 1


def test_a_directory_longer_than_the_tail_costs_one_more(tmp_path: Path) -> None:
    extra = {f"demo/{'x' * 40}{number:05}.py": noise(100) for number in range(1500)}
    remote = Remote(wheel(tmp_path, extra))
    assert read(remote) == metadata()
    assert len(remote.asked) == 2


def test_metadata_far_from_the_end_costs_one_more() -> None:
    remote = Remote(packed(("demo-1.0.dist-info/METADATA", metadata()), ("demo/big.bin", noise(300_000))))
    assert read(remote) == metadata()
    assert len(remote.asked) == 2


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"no zip at all" * 100,
        lambda: b"",
        lambda: packed(("demo/__init__.py", b"")),
        lambda: packed(("other-1.0.dist-info/METADATA", b"Name: other\n")),
        lambda: packed(("demo-1.0.dist-info/METADATA", b"1"), ("Demo-1.0.dist-info/METADATA", b"2")),
        lambda: packed(("demo-1.0.dist-info/METADATA", bytes(17 << 20))),
        lambda: packed(("demo-1.0.dist-info/METADATA", metadata()), method=zipfile.ZIP_LZMA),
        lambda: packed(("demo-1.0.dist-info/METADATA", metadata()))[:-30] + b"garbage",
    ],
)
def test_what_is_no_sound_wheel_is_left_to_the_whole_file(make: Callable[[], bytes]) -> None:
    assert read(Remote(make())) is None


def test_altered_metadata_is_not_believed() -> None:
    data = packed(("demo-1.0.dist-info/METADATA", metadata()), method=zipfile.ZIP_STORED)
    assert read(Remote(data.replace(b"A demo", b"a demo"))) is None


ENTRY_POINTS = ("demo-1.0.dist-info/entry_points.txt", b"[console_scripts]\ndemo = demo:main\n")
ABOUT = ("demo-1.0.dist-info/METADATA", metadata())
BIG = ("demo/big.bin", noise(300_000))
SHAPE = Shape(
    tags=("py3-none-any",), modules=("demo",), extensions=("demo._fast",), entry_points=("console_scripts: demo",)
)
CODE = (("demo/__init__.py", b""), ("demo/_fast.abi3.so", b""))


def test_the_outline_of_a_large_wheel_is_one_range() -> None:
    remote = Remote(packed(*CODE, BIG, ABOUT, ENTRY_POINTS))
    assert shape(remote) == SHAPE
    assert len(remote.asked) == 1


def test_the_outline_comes_with_the_metadata_where_it_costs_nothing() -> None:
    remote = Remote(packed(*CODE, BIG, ENTRY_POINTS, ABOUT))
    assert glimpse(remote) == Glimpse(metadata=metadata(), shape=SHAPE)
    assert len(remote.asked) == 1


def test_entry_points_that_are_far_away_are_fetched_for_the_outline_only() -> None:
    data = packed(ENTRY_POINTS, *CODE, BIG, ABOUT)
    assert glimpse(Remote(data)) == Glimpse(metadata=metadata(), shape=None)
    remote = Remote(data)
    assert shape(remote) == SHAPE
    assert len(remote.asked) == 2


def test_an_outline_needs_no_entry_points() -> None:
    assert shape(Remote(packed(*CODE, ABOUT))) == replace(SHAPE, entry_points=())


@pytest.mark.parametrize(
    "members",
    [
        pytest.param((*CODE, ENTRY_POINTS), id="no METADATA"),
        pytest.param((*CODE, ABOUT, (ENTRY_POINTS[0], bytes(2 << 20))), id="endless entry points"),
        pytest.param((ABOUT, *((f"m{number}.py", b"") for number in range(10_001))), id="endless modules"),
    ],
)
def test_an_outline_that_is_not_sound_is_left_to_the_whole_file(members: tuple[tuple[str, bytes], ...]) -> None:
    assert shape(Remote(packed(*members))) is None


def test_an_outline_that_cannot_be_told_does_not_spoil_the_metadata() -> None:
    remote = Remote(packed(ABOUT, (ENTRY_POINTS[0], bytes(2 << 20))))
    assert glimpse(remote) == Glimpse(metadata=metadata(), shape=None)


def test_another_size_than_promised_is_not_believed(tmp_path: Path) -> None:
    data = wheel(tmp_path)
    assert read(Remote(data), len(data) + 1) is None


def test_a_server_without_ranges_gives_none() -> None:
    async def none(_start: int, _stop: int | None = None, /) -> Part | None:
        return None

    assert asyncio.run(remote_metadata(none, FILENAME, 5)) is None


def test_a_sparse_file_says_what_it_lacks() -> None:
    file = Sparse(100)
    file.add(10, b"0123456789")
    file.seek(12)
    assert file.read(4) == b"2345"
    file.seek(-85, io.SEEK_END)
    with pytest.raises(Missing) as caught:
        file.read(10)
    assert (caught.value.start, caught.value.stop) == (15, 25)
    file.seek(0, io.SEEK_END)
    assert file.read() == b""
    with pytest.raises(ValueError, match="negative"):
        file.seek(-1)
