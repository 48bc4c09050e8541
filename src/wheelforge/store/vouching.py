"""Holds files against the hashes that the user wrote down for them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from wheelforge.errors import IntegrityError
from wheelforge.model.digest import Algorithm, Digest, sha256

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet
    from pathlib import Path
    from typing import BinaryIO

_CHUNK = 1 << 20


class NotVouched(IntegrityError):
    """A file has none of the hashes of which it must have one."""


def check_vouched(path: Path, known: str, allowed: AbstractSet[Digest], *, subject: str, hint: str) -> None:
    """Make sure that a file has one of the ``allowed`` hashes, as in pip whichever; where there are none, any will do.

    ``known`` is its SHA-256, which was taken before: it is read again only where that does not tell, and must still be
    the same then.

    Raises:
        NotVouched: it has none of them.
    """
    if not allowed or sha256(known) in allowed:
        return
    others = {digest.algorithm for digest in allowed} - {Algorithm.SHA256}
    actual = _digests(path, {Algorithm.SHA256, *others}) if others else frozenset({sha256(known)})
    if sha256(known) not in actual or not actual & allowed:
        lines = [f"{subject} has none of the hashes that were asked for, and is not used"]
        lines += [f"  asked for  {digest}" for digest in sorted(allowed)]
        lines += [f"  it has     {digest}" for digest in sorted(actual)]
        raise NotVouched("\n".join(lines), hint=hint)


def _digests(path: Path, algorithms: Iterable[Algorithm]) -> frozenset[Digest]:
    with path.open("rb") as stream:
        return digests(stream, algorithms)


def digests(stream: BinaryIO, algorithms: Iterable[Algorithm]) -> frozenset[Digest]:
    """The hashes of what is left to read, all taken of the same bytes."""
    hashes = {algorithm: hashlib.new(algorithm) for algorithm in algorithms}
    while data := stream.read(_CHUNK):
        for one in hashes.values():
            one.update(data)
    return frozenset(Digest(algorithm=algorithm, value=one.hexdigest()) for algorithm, one in hashes.items())
