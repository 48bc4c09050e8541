"""Which programs of the host a job does not see."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from wheelforge.sandbox.port import Job
from wheelforge.sandbox.tools import hidden, link_others, standing
from wheelforge.sandbox.venv import Venv

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder of programs, some of them links to others."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("cc", "cmake", "samu"):
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    (folder / "ninja").symlink_to("samu")
    (folder / "c89").symlink_to("cc")
    return folder


def test_what_is_provided_is_not_hidden() -> None:
    assert hidden(()) == {"cmake", "cmake3", "ninja", "ninja-build", "samu", "patchelf"}
    assert hidden(("ninja", "make")) == {"cmake", "cmake3", "patchelf"}


def test_a_program_is_found_behind_its_link_and_once(programs: Path) -> None:
    assert list(standing(hidden(()), [programs])) == [programs / "cmake", programs / "samu"]


def test_all_other_programs_are_linked(programs: Path, tmp_path: Path) -> None:
    links = tmp_path / "links"
    links.mkdir()
    link_others(hidden(("cmake",)), links, [programs, tmp_path / "missing"])
    assert sorted(link.name for link in links.iterdir()) == ["c89", "cc", "cmake"]


def test_the_first_folder_wins(programs: Path, tmp_path: Path) -> None:
    first, links = tmp_path / "first", tmp_path / "links"
    first.mkdir()
    links.mkdir()
    (first / "cc").write_text("#!/bin/sh\n")
    link_others(hidden(()), links, [first, programs])
    assert (links / "cc").readlink() == first / "cc"


def test_without_a_jail_a_hidden_program_is_not_on_path(programs: Path) -> None:
    job = Job(argv=("x",), env={"PATH": f"/env/bin:{programs}"}, cwd="/", mounts=(), hidden=hidden(("ninja",)))
    sandbox = Venv([programs])
    path = sandbox.command(job).env["PATH"]
    assert path.startswith("/env/bin:")
    assert str(programs) not in path.split(":")
    assert shutil.which("cmake", path=path) is None
    assert shutil.which("ninja", path=path) is not None
    assert shutil.which("cc", path=path) is not None


def test_where_nothing_is_to_be_hidden_path_stays(programs: Path) -> None:
    (programs / "cmake").unlink()
    job = Job(argv=("x",), env={"PATH": f"/env/bin:{programs}"}, cwd="/", mounts=(), hidden=frozenset({"cmake"}))
    assert Venv([programs]).command(job).env["PATH"] == f"/env/bin:{programs}"
