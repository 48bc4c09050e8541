"""Locks are told apart by their names, and what cannot be read is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wheelforge.errors import UsageError
from wheelforge.formats.lock_input import is_lock, read_lock_input

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["pylock.toml", "pylock.dev.toml", "uv.lock", "script.py.lock"])
def test_these_are_locks(name: str) -> None:
    assert is_lock(name)


@pytest.mark.parametrize("name", ["pylock.a.b.toml", "pyproject.toml", "poetry.lock", "pylock", "wheelforge.lock"])
def test_these_are_none(name: str, tmp_path: Path) -> None:
    assert not is_lock(name)
    with pytest.raises(UsageError, match="not the name of a lock"):
        read_lock_input(tmp_path / name)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"locks/uv\.lock cannot be read: no such file or directory"):
        read_lock_input(tmp_path / "uv.lock", origin="locks/uv.lock")


@pytest.mark.parametrize("name", ["pylock.toml", "uv.lock"])
@pytest.mark.parametrize(
    ("data", "problem"),
    [
        pytest.param(b"version = 1\n[[packa", ":2:8: not TOML: ", id="truncated"),
        pytest.param(b"\xfe\xff\xff", ":1: not UTF-16", id="another encoding"),
        pytest.param(b"a = " + b"[" * 5000, ": not ", id="deep"),
    ],
)
def test_what_is_no_toml_is_told(name: str, data: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UsageError, match=f"^{name}{problem}"):
        read_lock_input(path, origin=name)


@pytest.mark.parametrize("name", ["pylock.toml", "uv.lock"])
def test_an_empty_file_is_told(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.touch()
    with pytest.raises(UsageError, match="version: "):
        read_lock_input(path)


def test_a_lock_is_remembered_without_paths_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "locks" / "pylock.toml"
    path.parent.mkdir()
    path.write_text('lock-version = "1.0"\ncreated-by = "x"\npackages = []')
    assert read_lock_input(path).origin == "pylock.toml"
    monkeypatch.chdir(tmp_path)
    assert read_lock_input(path).origin == "locks/pylock.toml"
