"""A file has one of the hashes that were written down for it, or is not used."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from wheelforge.model.digest import Algorithm, Digest, sha256
from wheelforge.store.vouching import NotVouched, check_vouched

if TYPE_CHECKING:
    from pathlib import Path

DATA = b"some content"
KNOWN = hashlib.sha256(DATA).hexdigest()
WRONG = Digest(algorithm=Algorithm.SHA512, value="0" * 128)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "demo.whl"
    path.write_bytes(DATA)
    return path


def of(algorithm: Algorithm) -> Digest:
    return Digest(algorithm=algorithm, value=hashlib.new(algorithm, DATA).hexdigest())


def check(path: Path, *allowed: Digest, known: str = KNOWN) -> None:
    check_vouched(path, known, frozenset(allowed), subject="demo.whl", hint="see")


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_any_one_hash_of_any_algorithm_will_do(path: Path, algorithm: Algorithm) -> None:
    check(path, of(algorithm))
    check(path, WRONG, sha256("0" * 64), of(algorithm))


def test_where_none_is_written_down_any_file_will_do(path: Path) -> None:
    check(path)


def test_a_file_with_none_of_them_is_told_with_its_own(path: Path) -> None:
    with pytest.raises(NotVouched) as caught:
        check(path, WRONG)
    told = caught.value.message.splitlines()
    assert told[1:] == [f"  asked for  {WRONG}", f"  it has     sha256:{KNOWN}", f"  it has     {of(Algorithm.SHA512)}"]


def test_a_file_that_has_changed_since_its_hash_was_taken_is_not_vouched_for(path: Path) -> None:
    with pytest.raises(NotVouched):
        check(path, of(Algorithm.SHA512), known="0" * 64)
