"""Moments as pip's ``--uploaded-prior-to`` takes them: dates, times, and how long ago."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from wheelforge.errors import UsageError

_DURATION = re.compile(r"P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)


def parse_moment(text: str, *, now: datetime) -> datetime:
    """Read a date, a time (RFC 3339), or a duration before ``now`` (ISO 8601 in weeks, days, hours, ``P3D``).

    As in pip, a time without a zone is local.

    Raises:
        UsageError: it is none of them.
    """
    try:
        if found := _DURATION.fullmatch(text):
            weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
            return now - timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.astimezone()
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{text!r} is no moment", hint="write a date (2025-03-01), a time (2025-03-01T12:00:00Z) or P3D"
        ) from error
