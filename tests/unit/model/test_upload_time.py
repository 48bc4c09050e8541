"""When files were uploaded, however that is written, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wheelforge.model.upload_time import moment, rfc3339

PLAIN = "2025-01-02T03:04:05Z"
MOMENT = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("written", [PLAIN, "2025-01-02T03:04:05", "2025-01-02 04:04:05+01:00", "20250102T030405.000Z"])
def test_a_moment_is_read_in_utc(written: str) -> None:
    assert moment(written) == MOMENT
    assert rfc3339(written) == PLAIN


@pytest.mark.parametrize("written", [PLAIN, "2025-01-02T03:04:05.1Z", "2025-01-02T03:04:05.123456Z"])
def test_what_is_as_the_standard_has_it_stays_as_it_is(written: str) -> None:
    assert rfc3339(written) == written


def test_a_day_is_its_beginning() -> None:
    assert rfc3339("2025-01-02") == "2025-01-02T00:00:00Z"


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "yesterday",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2025-01-02T03:04:05Z\x1b[31m",
        "2" * 5000,
    ],
)
def test_what_is_no_moment_is_none(written: str | None) -> None:
    assert moment(written) is None
    assert rfc3339(written) is None
