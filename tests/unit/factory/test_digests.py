"""Files are hashed once for as long as nobody touches them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from shelves import content, locked, put
from wheelforge.errors import IntegrityError
from wheelforge.factory.digests import Digests, digest, on_all_cores

if TYPE_CHECKING:
    from pathlib import Path

A, B, TOOL = locked("a-1.0.tar.gz"), locked("b-1.0-py3-none-any.whl"), locked("tool-1.0.tar.gz", build_only=True)


def test_the_right_files_are_told_by_their_paths(tmp_path: Path) -> None:
    put(tmp_path, A, TOOL)
    (tmp_path / B.path).write_bytes(b"other")
    assert Digests().standing(tmp_path, [A, B, TOOL]) == {A.path, TOOL.path}


def test_a_file_that_was_altered_is_seen(tmp_path: Path) -> None:
    put(tmp_path, A)
    digests = Digests()
    assert digests.standing(tmp_path, [A]) == {A.path}
    (tmp_path / A.path).write_bytes(content(A.filename)[::-1])
    assert digests.standing(tmp_path, [A]) == set()
    put(tmp_path, A)
    assert digests.standing(tmp_path, [A]) == {A.path}


def test_a_file_that_stays_as_it_is_is_read_once(tmp_path: Path) -> None:
    put(tmp_path, A)
    digests = Digests()
    digests.standing(tmp_path, [A])
    stat = (tmp_path / A.path).stat()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wheelforge.factory.digests.digest", lambda _: "read again")
        assert digests.standing(tmp_path, [A]) == {A.path}
        os.utime(tmp_path / A.path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
        assert digests.standing(tmp_path, [A]) == set()


def test_a_link_is_refused(tmp_path: Path) -> None:
    put(tmp_path, A)
    (tmp_path / "link").symlink_to(A.path)
    with pytest.raises(IntegrityError, match="is a link"):
        digest(tmp_path / "link")


def test_results_come_in_order_and_the_first_fault_is_raised() -> None:
    assert list(on_all_cores(str, range(100))) == [str(number) for number in range(100)]
    with pytest.raises(ValueError, match="'x'"):
        list(on_all_cores(int, ["1", "x", "y"]))
