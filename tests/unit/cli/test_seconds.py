"""What counts as a time-out."""

from __future__ import annotations

import click
import pytest

from wheelforge.cli.seconds import SECONDS


@pytest.mark.parametrize(("text", "seconds"), [("1", 1.0), ("0.5", 0.5), ("1e3", 1000.0)])
def test_a_number_above_nothing_is_taken(text: str, seconds: float) -> None:
    assert SECONDS.convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "0", "-1", "nan", "inf", "1e300", "300s"])
def test_what_no_clock_can_count_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        SECONDS.convert(text, None, None)
