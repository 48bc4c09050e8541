"""URLs of places, taken apart."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wheelforge.model.urls import FULL_COMMIT, local_path, split_revision


def test_a_path_is_decoded() -> None:
    assert local_path("file:///home/a%20b/c.whl") == Path("/home/a b/c.whl")


def test_a_path_need_not_be_utf_8(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9")
    assert local_path(path.as_uri()) == path


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/x.git", ("/x.git", None)),
        ("/x@v1", ("/x", "v1")),
        ("/@scope/x@feature/one", ("/@scope/x", "feature/one")),
        ("/x@v1%2Blocal", ("/x", "v1+local")),
        ("/x@", ("/x", "")),
    ],
)
def test_a_revision_stands_behind_the_last_at(path: str, parts: tuple[str, str | None]) -> None:
    assert split_revision(path) == parts


@pytest.mark.parametrize(("text", "full"), [("a" * 40, True), ("0" * 64, True), ("a" * 39, False), ("A" * 40, False)])
def test_a_full_commit_has_all_its_digits(text: str, *, full: bool) -> None:
    assert (FULL_COMMIT.fullmatch(text) is not None) == full
