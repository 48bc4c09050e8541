"""Which events are shown, and where."""

from __future__ import annotations

import os
import sys

import pytest

from wheelforge.cli.display import make_reporter
from wheelforge.cli.options import Telling
from wheelforge.events import Looked, Note, Phase, PhaseStarted, UnitFinished, UnitStarted, Warn
from wheelforge.model.secrets import Secrets

TOLD = (
    PhaseStarted(phase=Phase.BUILD, total=1),
    Looked(subject="leaf"),
    Note(text="something"),
    UnitFinished(subject="leaf 2.0", wheel="leaf.whl", seconds=1.0, cached=False),
    Warn(text="beware", hint="turn back"),
)


@pytest.mark.parametrize(
    ("telling", "lines"),
    [
        pytest.param(
            Telling(as_json=False, quiet=False, verbose=False),
            ["note: something", "  leaf.whl  1.0 s", "warning: beware", "hint: turn back"],
            id="one line a package",
        ),
        pytest.param(
            Telling(as_json=True, quiet=True, verbose=False), ["warning: beware", "hint: turn back"], id="quiet"
        ),
        pytest.param(
            Telling(as_json=False, quiet=False, verbose=True),
            [
                "building ...",
                "  read leaf",
                "note: something",
                "  leaf.whl  1.0 s",
                "warning: beware",
                "hint: turn back",
            ],
            id="verbose",
        ),
    ],
)
def test_lines_go_to_standard_error(telling: Telling, lines: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with make_reporter(telling) as report:
        for event in TOLD:
            report(event)
    shown = capsys.readouterr()
    assert shown.err.splitlines() == lines
    assert shown.out == ""


def test_what_is_secret_is_told_by_its_variable(capsys: pytest.CaptureFixture[str]) -> None:
    secrets = Secrets.of("https://h.example/${TOKEN}", {"TOKEN": "s3cret-path"})
    with make_reporter(Telling(as_json=False, quiet=False, verbose=False), secrets) as report:
        report(Warn(text="https://h.example/s3cret-path/x is read over http", hint="see s3cret-path"))
    assert capsys.readouterr().err == "warning: https://h.example/${TOKEN}/x is read over http\nhint: see ${TOKEN}\n"


def test_what_a_terminal_would_obey_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with make_reporter(Telling(as_json=False, quiet=False, verbose=True)) as report:
        report(Looked(subject="a\x1b[2Jb"))
        report(Warn(text="one\x1b]0;title\x07\ntwo\x9b1A", hint="do\rthis"))
    assert capsys.readouterr().err == "  read a [2Jb\nwarning: one ]0;title \ntwo 1A\nhint: do this\n"


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_what_a_terminal_would_obey_does_not_reach_one(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with make_reporter(Telling(as_json=False, quiet=False, verbose=False)) as report:
            report(PhaseStarted(phase=Phase.BUILD, total=1))
            report(UnitStarted(subject="unit \x1b]0;title\x07"))
            report(Note(text="note \x1b]0;title\x07"))
        terminal.flush()
        shown = os.read(ours, 65536)
    os.close(ours)
    assert b"note  ]0;title" in shown
    assert b"\x07" not in shown
    assert b"\x1b]" not in shown
