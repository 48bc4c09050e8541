"""Wheels stay inside their environment, whatever links stand in it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from archives_fixture import wheel_files, write_wheel
from wheelforge.errors import IntegrityError
from wheelforge.sandbox.wheels import EnvironmentWheel, clause, install

if TYPE_CHECKING:
    from pathlib import Path

FILENAME = "demo-1.0-py3-none-any.whl"


def put(folder: Path, files: dict[str, bytes], scratch: Path) -> None:
    path = write_wheel(scratch / FILENAME, wheel_files() | files)
    wheel = EnvironmentWheel(path=path, sha256="0" * 64, filename=FILENAME)
    install([wheel], folder, libraries=folder / "lib" / "packages", python=sys.executable)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An environment that is reached through a link, with links in it."""
    (tmp_path / "real" / "lib").mkdir(parents=True)
    (tmp_path / "real" / "lib" / "own").write_bytes(b"own")
    (tmp_path / "real" / "lib64").symlink_to("lib")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "real" / "out").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "env").symlink_to("real")
    return tmp_path / "env"


def test_a_link_that_stays_inside_is_followed(folder: Path, tmp_path: Path) -> None:
    put(folder, {"demo-1.0.data/data/lib64/file": b"data"}, tmp_path)
    assert (folder / "lib" / "file").read_bytes() == b"data"
    assert (folder / "lib" / "packages" / "demo" / "__init__.py").exists()


@pytest.mark.parametrize(
    ("path", "told"),
    [("out/file", "outside of the environment"), ("lib64/own", "a part of the environment"), ("out", "a part of")],
)
def test_a_link_leads_no_wheel_to_what_is_not_its(folder: Path, tmp_path: Path, path: str, told: str) -> None:
    with pytest.raises(IntegrityError, match=told):
        put(folder, {f"demo-1.0.data/data/{path}": b"planted"}, tmp_path)
    assert not list((tmp_path / "elsewhere").iterdir())
    assert (folder / "lib" / "own").read_bytes() == b"own"


def test_what_installer_lists_is_told_as_a_clause() -> None:
    class Listing(Exception):
        issues = ("RECORD lacks a.py", "RECORD lacks b.py")

    assert clause(Listing()) == "RECORD lacks a.py; RECORD lacks b.py"
    assert clause(ValueError("no")) == "no"
