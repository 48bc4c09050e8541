"""Hashes as users write them down."""

from __future__ import annotations

import pytest

from wheelforge.model.digest import Algorithm, Digest, read_digest, sha256


@pytest.mark.parametrize(("algorithm", "digits"), [("sha256", 64), ("sha384", 96), ("sha512", 128)])
def test_a_strong_hash_is_read_and_told_in_small_letters(algorithm: str, digits: int) -> None:
    found = read_digest(f"{algorithm}:{'AB' * (digits // 2)}")
    assert found == Digest(algorithm=Algorithm(algorithm), value="ab" * (digits // 2))
    assert str(found) == f"{algorithm}:{'ab' * (digits // 2)}"


@pytest.mark.parametrize(
    "text",
    ["", "sha256:", f"sha256:{'0' * 63}", f"sha512:{'0' * 64}", f"md5:{'0' * 32}", "0" * 64, f"sha256:{'x' * 64}"],
)
def test_all_else_is_no_hash(text: str) -> None:
    assert read_digest(text) is None


def test_a_plain_sha256_is_one_too() -> None:
    assert sha256("0" * 64) == read_digest(f"sha256:{'0' * 64}")
