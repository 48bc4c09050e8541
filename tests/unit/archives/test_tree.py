"""Names and links are judged alone, for any system, before anything is written."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelforge.archives.faults import UnsafeArchive
from wheelforge.archives.tree import Form, Member, Tree, name_fault, path_of

NAMES = st.one_of(st.text(), st.lists(st.sampled_from(["a", "..", ".", "", "C:", "\\", "~"])).map("/".join))


@given(NAMES)
def test_a_safe_name_stays_below_any_folder_on_any_system(name: str) -> None:
    if name_fault(name) is None:
        below = os.path.normpath(Path("/top", name))
        assert PurePosixPath(below).is_relative_to("/top")
        assert PureWindowsPath("C:/top", name).is_relative_to("C:/top")
        assert ".." not in PureWindowsPath(name).parts


@given(NAMES)
def test_the_steps_of_a_name_are_its_path(name: str) -> None:
    steps = path_of(name)
    assert not {"", "."} & set(steps)
    assert PurePosixPath(*steps) == PurePosixPath(name.lstrip("/"))


@pytest.mark.parametrize("name", ["demo-1.0/a.py", "demo-1.0/..a/b..", "demo-1.0/é", "demo-1.0/\udcff", "~/a", "a b"])
def test_strange_and_harmless_names_are_safe(name: str) -> None:
    assert name_fault(name) is None


@pytest.mark.parametrize("name", ["a/\0/b", "\ud800"])
def test_names_that_no_file_can_have_are_unsafe(name: str) -> None:
    assert name_fault(name) is not None


def test_folders_may_come_again_and_late() -> None:
    tree = Tree("demo-1.0.tar.gz")
    for name, form in [("demo-1.0/a/b", Form.FILE), ("demo-1.0/a", Form.FOLDER), ("demo-1.0", Form.FOLDER)]:
        assert tree.add(Member(name=name, form=form)) == path_of(name)
    assert tree.root == "demo-1.0"


def test_many_links_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wheelforge.archives.tree.MAX_LINKS", 2)
    tree = Tree("demo-1.0.tar.gz")
    for name in ("demo-1.0/a", "demo-1.0/b"):
        tree.add(Member(name=name, form=Form.SYMLINK, link="x"))
    with pytest.raises(UnsafeArchive, match="one link too many"):
        tree.add(Member(name="demo-1.0/c", form=Form.SYMLINK, link="x"))


def test_links_that_take_for_ever_to_follow_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wheelforge.archives.tree.MAX_WALK", 100)
    tree = Tree("demo-1.0.tar.gz")
    for place in range(21):
        tree.add(Member(name=f"demo-1.0/{place}", form=Form.SYMLINK, link="a/../b/../c"))
    with pytest.raises(UnsafeArchive, match="more than 100 steps"):
        tree.settle()


def test_a_name_that_a_terminal_would_obey_is_shown_harmlessly_and_short() -> None:
    with pytest.raises(UnsafeArchive) as caught:
        Tree("demo-1.0.tar.gz").add(Member(name="/\x1b[2J" + "a" * 9999, form=Form.FILE))
    assert "\x1b" not in caught.value.message
    assert len(caught.value.message) < 400
