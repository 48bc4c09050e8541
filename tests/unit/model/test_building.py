"""How builds differ from what sdists and recipes say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fakes import LINUX
from wheelforge.model.building import AsOf

MARCH = datetime(2025, 3, 1, tzinfo=UTC)
RELEASE = AsOf(moment=None, written="release")
NAMED = AsOf(moment=MARCH, written="2025-03-01")


@pytest.mark.parametrize(
    ("uploaded", "limit"),
    [("2025-03-01T00:00:00Z", MARCH), ("2025-03-01", MARCH), ("0001-01-01T00:00:00+23:59", None), (None, None)],
)
def test_the_moment_of_a_release_is_that_of_its_sdist(uploaded: str | None, limit: datetime | None) -> None:
    assert RELEASE.limit(uploaded, LINUX) == limit


@pytest.mark.parametrize(
    ("python", "year"), [("3.8", 2019), ("3.9", 2019), ("3.11", 2019), ("3.12", 2023), ("3.14", 2023)]
)
def test_no_release_is_older_than_the_tools_that_the_builder_can_run(python: str, year: int) -> None:
    builder = replace(LINUX, environment={**LINUX.environment, "python_version": python})
    limit = RELEASE.limit("2015-01-01T00:00:00Z", builder)
    assert limit is not None
    assert limit.year == year
    assert RELEASE.limit("2025-03-01", builder) == MARCH


def test_a_moment_that_was_named_counts_for_every_sdist_that_is_no_younger() -> None:
    assert NAMED.limit("2020-01-01T00:00:00Z", LINUX) == MARCH
    assert NAMED.limit(None, LINUX) == MARCH
    assert NAMED.limit("2025-06-01", LINUX) == datetime(2025, 6, 1, tzinfo=UTC)
