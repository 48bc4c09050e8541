"""Bodies that came compressed, unpacked in bounded pieces: a small one may stand for more than memory holds."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from wheelforge.simple.exchange import Broken

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PACKING = "gzip"
"""What we ask for. Of others, and of several layers, one piece may unpack to any size."""

_PLAIN = frozenset({"", "identity"})
_PACKED = frozenset({"gzip", "x-gzip"})
_GZIP = 16 + zlib.MAX_WBITS
_PIECE = 1 << 20
"""Bytes."""


async def unpacked(body: AsyncIterator[bytes], encoding: str) -> AsyncIterator[bytes]:
    """The content of a body in pieces of 1 MiB at most; ``encoding`` is its Content-Encoding (RFC 9110, 8.4).

    Raises:
        Broken: it is packed otherwise than was asked for, or damaged, or cut short.
    """
    encoding = encoding.strip().lower()
    if encoding in _PLAIN:
        async for chunk in body:
            yield chunk
    elif encoding in _PACKED:
        async for piece in _from_gzip(body):
            yield piece
    else:
        raise Broken(f"its answer is packed as {encoding[:40]!r}, which was not asked for", again=False)


async def _from_gzip(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    engine = zlib.decompressobj(_GZIP)
    async for chunk in body:
        rest = chunk
        while rest and not engine.eof:
            try:
                piece = engine.decompress(rest, _PIECE)
            except zlib.error as error:
                raise Broken(f"its answer cannot be unpacked ({error})", again=False) from error
            rest = engine.unconsumed_tail
            if piece:
                yield piece
    if not engine.eof:
        raise Broken("its answer is packed, and ends too early", again=True)
