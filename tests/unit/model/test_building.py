"""How builds differ from what sdists and recipes say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wheelforge.model.building import AsOf

MARCH = datetime(2025, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("uploaded", "limit"),
    [("2025-03-01T00:00:00Z", MARCH), ("2025-03-01", MARCH), ("0001-01-01T00:00:00+23:59", None), (None, None)],
)
def test_the_moment_of_a_release_is_that_of_its_sdist(uploaded: str | None, limit: datetime | None) -> None:
    assert AsOf(moment=None, written="release").limit(uploaded) == limit


def test_a_moment_that_was_named_counts_for_every_sdist() -> None:
    assert AsOf(moment=MARCH, written="2025-03-01").limit("2020-01-01T00:00:00Z") == MARCH
    assert AsOf(moment=MARCH, written="2025-03-01").limit(None) == MARCH
