"""Moments are read as pip reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from wheelforge.errors import UsageError
from wheelforge.formats.moment import parse_moment

NOW = datetime(2025, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-03-01T12:00:00Z", datetime(2025, 3, 1, 12, tzinfo=UTC)),
        ("2025-03-01T12:00:00+02:00", datetime(2025, 3, 1, 10, tzinfo=UTC)),
        ("P3D", NOW - timedelta(days=3)),
        ("P1W2DT3H", NOW - timedelta(weeks=1, days=2, hours=3)),
        ("PT90M", NOW - timedelta(minutes=90)),
    ],
)
def test_a_moment_is_a_time_or_how_long_ago(text: str, moment: datetime) -> None:
    assert parse_moment(text, now=NOW) == moment


def test_a_date_begins_at_midnight_here() -> None:
    moment = parse_moment("2025-03-01", now=NOW)
    assert (moment.day, moment.hour) == (1, 0)
    assert moment.tzinfo is not None


@pytest.mark.parametrize("text", ["soon", "", "P", "PT", "P3", "P3Y", "P99999999999D", "2025-13-01"])
def test_what_is_no_moment_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="is no moment"):
        parse_moment(text, now=NOW)
