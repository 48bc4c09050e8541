"""An upper bound for archives that a server need not tell the size of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Callable

    from wheelforge.store.blobs import Incoming

LARGEST = 4 * 2**30
"""Bytes of an archive that is named by its address."""


def bounded(incoming: Incoming, subject: str, limit: int) -> Callable[[bytes], None]:
    """Write to a blob on its way in, and no more than ``limit`` bytes; raises `IntegrityError` beyond."""

    def write(data: bytes) -> None:
        incoming.write(data)
        if incoming.size > limit:
            fault = f"{subject} has more than {limit} bytes, the rest of which is not read"
            raise IntegrityError(fault, hint="see where its address leads")

    return write
