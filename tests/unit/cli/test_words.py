"""Events and quantities in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from wheelforge.cli.words import counted, detail, doing, line, size
from wheelforge.events import (
    Collected,
    DownloadAdvanced,
    Downloaded,
    Event,
    Looked,
    Note,
    Phase,
    PhaseFinished,
    PhaseStarted,
    Step,
    UnitFailed,
    UnitFinished,
    UnitStarted,
    Warn,
)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (758_900, "759 kB"),
        (999_499, "999 kB"),
        (999_999, "1.0 MB"),
        (1_240_000, "1.2 MB"),
        (999_990_000, "1.0 GB"),
        (2_500_000_000_000, "2.5 TB"),
        (2_500_000_000_000_000, "2500.0 TB"),
    ],
)
def test_sizes_are_told_in_the_unit_that_fits(count: int, words: str) -> None:
    assert size(count) == words


@pytest.mark.parametrize(("number", "words"), [(0, "0 wheels"), (1, "1 wheel"), (2, "2 wheels")])
def test_one_is_singular(number: int, words: str) -> None:
    assert counted(number, "wheel") == words


@pytest.mark.parametrize(
    ("event", "stays"),
    [
        (Collected(filename="leaf-2.0.tar.gz", why="runtime", size=355), "  leaf-2.0.tar.gz  355 B"),
        (Collected(filename="build-deps/a.whl", why="build", size=2000), "  build-deps/a.whl  2 kB  build only"),
        (UnitFinished(subject="a 1", wheel="a.whl", seconds=0.25, cached=False), "  a.whl  0.2 s"),
        (UnitFinished(subject="a 1", wheel="a.whl", seconds=0.0, cached=True), "  a.whl  from the cache"),
        (UnitFailed(subject="a 1", log=Path("a.log")), "  a 1  failed"),
        (Step(text="it holds"), "  it holds"),
        (PhaseFinished(phase=Phase.BUILD, count=1, noun="wheel"), "building: 1 wheel"),
        (
            PhaseFinished(phase=Phase.RESOLVE, count=2, noun="distribution", remark="for here"),
            "resolving: 2 distributions for here",
        ),
        (Note(text="it is so"), "note: it is so"),
        (Warn(text="it was yanked"), "warning: it was yanked"),
        (Warn(text="it is missing", hint="install it"), "warning: it is missing\nhint: install it"),
    ],
)
def test_what_a_user_keeps_has_its_line(event: Event, stays: str) -> None:
    assert line(event) == stays


@pytest.mark.parametrize(
    ("event", "more", "now"),
    [
        (Looked(subject="leaf 2.0"), "  read leaf 2.0", "reading leaf 2.0"),
        (Downloaded(filename="a.whl", size=5, cached=True), "  had a.whl  5 B", "fetching a.whl"),
        (Downloaded(filename="a.whl", size=5, cached=False), "  fetched a.whl  5 B", "fetching a.whl"),
        (DownloadAdvanced(filename="a.whl", received=2, size=5), None, "fetching a.whl"),
        (UnitStarted(subject="a 1"), "  building a 1", "building a 1"),
        (PhaseStarted(phase=Phase.CLOSURE), "build closure ...", "build closure"),
    ],
)
def test_what_passes_is_told_live_or_to_who_wants_every_step(event: Event, more: str | None, now: str) -> None:
    assert (line(event), detail(event), doing(event)) == (None, more, now)
