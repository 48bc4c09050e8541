"""Seconds on the command line: a number above 0, for as long as a clock counts."""

from __future__ import annotations

import math
from typing import Any

import click

LONGEST = 10_000_000.0
"""Four months: some timers of the system cannot be set to what is much longer."""


class _Seconds(click.FloatRange):
    """How long something may take."""

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True, max=LONGEST)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 - click's
        """See click."""
        seconds: float = super().convert(value, param, ctx)
        if math.isnan(seconds):
            self.fail(f"{value!r} is not a valid float range.", param, ctx)
        return seconds


SECONDS = _Seconds()
