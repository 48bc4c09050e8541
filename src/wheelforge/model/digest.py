"""Hashes that users write down for files: of the algorithms that pip takes."""

from __future__ import annotations

import enum
import hashlib
import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"([a-z0-9]+):([0-9a-fA-F]+)")


class Algorithm(enum.StrEnum):
    """The strong ones (pip's ``STRONG_HASHES``): nobody can make a second file of the same hash."""

    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"

    @property
    def digits(self) -> int:
        """How many hex digits a hash has."""
        return _DIGITS[self]


_NAMED = {algorithm.value: algorithm for algorithm in Algorithm}
_DIGITS = {algorithm: hashlib.new(algorithm).digest_size * 2 for algorithm in Algorithm}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Digest:
    """One hash of a file, and of which algorithm it is."""

    algorithm: Algorithm
    value: str
    """Lower-case hex."""

    def __str__(self) -> str:
        """As pip writes it: ``sha512:...``."""
        return f"{self.algorithm}:{self.value}"


def sha256(value: str) -> Digest:
    """The digest of a SHA-256 in lower-case hex."""
    return Digest(algorithm=Algorithm.SHA256, value=value)


def read_digest(written: str) -> Digest | None:
    """Read ``ALGORITHM:HEX``; ``None`` where it is of another algorithm, or has too few or too many digits."""
    found = _WRITTEN.fullmatch(written)
    algorithm = _NAMED.get(found[1]) if found else None
    if found is None or algorithm is None or len(found[2]) != _DIGITS[algorithm]:
        return None
    return Digest(algorithm=algorithm, value=found[2].lower())
