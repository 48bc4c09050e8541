"""What the tests of places share: one who visits them, and a small repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from places import STATIC, Visitor
from repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def visitor(tmp_path: Path) -> Visitor:
    """One with a store, a folder and an environment of his own."""
    return Visitor(tmp_path)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """One commit of a project that tells all it is."""
    made = Repository(tmp_path / "thing")
    made.commit({"pyproject.toml": STATIC, "module.py": "1"})
    return made
