"""Which events are shown, and where."""

from __future__ import annotations

import pytest

from wheelforge.cli.display import make_reporter
from wheelforge.cli.options import Telling
from wheelforge.events import Looked, Note, Phase, PhaseStarted, UnitFinished, Warn
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
