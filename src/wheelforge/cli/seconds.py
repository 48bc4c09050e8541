"""Seconds on the command line: a number above 0, for as long as a clock counts."""

from __future__ import annotations

import click

LONGEST = 10_000_000.0
"""Four months: what is longer, some timers of the system cannot be set to."""


class _Seconds(click.ParamType):
    """How long something may take."""

    name = "seconds"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """See click."""
        try:
            seconds = float(str(value))
        except ValueError:
            seconds = 0.0
        if not 0 < seconds <= LONGEST:  # nor is what is no number
            self.fail(f"expected a number of seconds, above 0 and at most {LONGEST:.0f}, not {value!r}", param, ctx)
        return seconds


SECONDS = _Seconds()
