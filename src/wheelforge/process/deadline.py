"""Until when something is waited for, and for how long at a time."""

from __future__ import annotations

import math
import time

_SLICE = 0.1
"""Seconds after which a listener looks whether the speaker still lives: its children may keep the line open."""


class Deadline:
    """The moment that lies a number of seconds ahead, or that never comes."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = math.inf if seconds is None else seconds
        self._moment = time.monotonic() + self.seconds

    @property
    def never(self) -> bool:
        """Whether it never comes."""
        return math.isinf(self._moment)

    @property
    def left(self) -> float:
        """Seconds until it comes; none once it has come."""
        return max(self._moment - time.monotonic(), 0.0)

    @property
    def slice(self) -> float:
        """Seconds to listen before the next look."""
        return min(_SLICE, self.left)
