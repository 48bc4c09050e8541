"""What the tests of the settings share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from unit.settings.desk import Desk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk of one's own."""
    return Desk(tmp_path)
