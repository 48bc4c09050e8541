"""What is told of a collected folder."""

from __future__ import annotations

from wheelforge.cli.collected import lacking


def test_what_may_be_lacking_is_told_once_for_each_reason() -> None:
    reasons = [*(f"p{number} 1.0: nothing is run" for number in range(7)), "a 1.0: no sandbox", "backends were asked"]
    assert list(lacking(reasons)) == [
        "the build closure may lack something for p0 1.0, p1 1.0, p2 1.0, p3 1.0, p4 1.0 and 2 more: nothing is run",
        "the build closure may lack something: a 1.0: no sandbox",
        "the build closure may lack something: backends were asked",
    ]
