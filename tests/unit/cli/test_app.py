"""The command itself: help, what it loads, and how what goes wrong is told."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from wheelforge.cli.app import COMMANDS, run

if TYPE_CHECKING:
    from collections.abc import Callable

HEAVY = ("asyncio", "httpx", "packaging", "rich", "virtualenv")
NETWORK = ("httpcore", "httpx", "wheelforge.simple.transport", "wheelforge.simple.web")
LOADED = """
import json, sys
sys.argv[1:] = json.loads(sys.argv[1])
from wheelforge.cli import main
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs a command here and gives its exit code and what it said."""

    def tell(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            run(arguments)
        assert isinstance(end.value.code, int)
        return end.value.code, *capsys.readouterr()

    return tell


def loaded(*arguments: str) -> set[str]:
    """The modules that a command has imported by the time it ends."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, json.dumps(arguments)], capture_output=True, text=True, check=False
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, told: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = told(command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: wheelforge {command} ")


def test_help_lists_the_commands_with_what_they_do(told: Callable[..., tuple[int, str, str]]) -> None:
    _, out, _ = told("--help")
    assert all(f"  {name} " in out for name in COMMANDS)


def test_the_version_is_told_without_loading_what_works(told: Callable[..., tuple[int, str, str]]) -> None:
    assert told("--version")[1].startswith("wheelforge ")
    assert not loaded("--version") & set(HEAVY)


def test_a_build_has_no_code_for_the_network() -> None:
    assert "wheelforge.factory.build" in loaded("build", "nowhere")
    assert not loaded("build", "nowhere") & set(NETWORK)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["collect", "--frobnicate"], "error: no such option '--frobnicate'\nhint: wheelforge collect --help\n"),
        (["frobnicate"], "error: no such command 'frobnicate'\nhint: wheelforge --help\n"),
        (["collect", "-e"], "error: option '-e' requires an argument\nhint: wheelforge collect --help\n"),
        (["build"], "error: missing argument 'FOLDER'\nhint: wheelforge build --help\n"),
    ],
)
def test_a_wrong_command_line_is_an_error_like_all_others(
    arguments: list[str], said: str, told: Callable[..., tuple[int, str, str]]
) -> None:
    assert told(*arguments) == (2, "", said)


def test_a_fault_of_our_own_is_told_without_a_traceback(
    told: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COMMANDS, "nothing", "A command that nobody wrote.")
    code, out, err = told("nothing")
    assert (code, out) == (1, "")
    assert err.startswith("error: this is a fault of wheelforge: ModuleNotFoundError: ")
    assert err.endswith("\nhint: for a report: WHEELFORGE_TRACEBACK=1 and the same command\n")


def test_its_traceback_is_shown_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "nothing", "A command that nobody wrote.")
    monkeypatch.setenv("WHEELFORGE_TRACEBACK", "1")
    with pytest.raises(ModuleNotFoundError):
        run(["nothing"])
