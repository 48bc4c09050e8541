"""What came compressed is unpacked piece by piece, and only as it was asked for."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from typing import TYPE_CHECKING

import pytest

from wheelforge.simple.exchange import Broken
from wheelforge.simple.unpack import unpacked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TEXT = b"page " * 1000


async def arriving(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def unpack(encoding: str, *chunks: bytes) -> list[bytes]:
    async def read() -> list[bytes]:
        return [piece async for piece in unpacked(arriving(*chunks), encoding)]

    return asyncio.run(read())


@pytest.mark.parametrize("encoding", ["", "identity", "Identity "])
def test_what_is_not_packed_comes_as_it_is(encoding: str) -> None:
    assert unpack(encoding, b"one", b"two") == [b"one", b"two"]


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
def test_gzip_is_unpacked_however_it_is_cut(encoding: str) -> None:
    packed = gzip.compress(TEXT, mtime=0)
    assert b"".join(unpack(encoding, *(packed[place : place + 7] for place in range(0, len(packed), 7)))) == TEXT


def test_a_little_that_unpacks_to_much_comes_in_pieces() -> None:
    pieces = unpack("gzip", gzip.compress(bytes(10 << 20)))
    assert sum(map(len, pieces)) == 10 << 20
    assert max(map(len, pieces)) <= 1 << 20


@pytest.mark.parametrize(
    ("encoding", "body", "why", "again"),
    [
        ("gzip", b"no gzip at all", "cannot be unpacked", False),
        ("gzip", zlib.compress(TEXT), "cannot be unpacked", False),
        ("gzip", gzip.compress(TEXT, mtime=0)[:-10], "ends too early", True),
        ("gzip", b"", "ends too early", True),
        ("br", b"x", "packed as 'br', which was not asked for", False),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT, mtime=0), mtime=0), "packed as 'gzip, gzip'", False),
        ("\x1b[31m" + "x" * 100, b"x", r"packed as '\\x1b\[31mx+'", False),
    ],
)
def test_what_cannot_be_unpacked_is_told(encoding: str, body: bytes, why: str, *, again: bool) -> None:
    with pytest.raises(Broken, match=why) as caught:
        unpack(encoding, body)
    assert caught.value.again is again
