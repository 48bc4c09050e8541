"""When files were uploaded: as indexes and locks write it (PEP 700), and as a moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_PLAIN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")
"""As PEP 700 asks for it."""


def moment(written: str | None) -> datetime | None:
    """In UTC, which is also meant where no zone is given; ``None`` where it is no moment (ISO 8601)."""
    try:
        read = datetime.fromisoformat(written or "")
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # the years of Python end at 1 and 9999, in UTC too
        return None


def rfc3339(written: str | None) -> str | None:
    """In the form of PEP 700, untouched where it has it; ``None`` where it is no moment."""
    read = moment(written)
    if written is None or read is None:
        return None
    return written if _PLAIN.fullmatch(written) else read.isoformat().replace("+00:00", "Z")
