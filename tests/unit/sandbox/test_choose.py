"""Which sandbox is chosen, with jails that hold, leak, or are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandboxes import sandbox_or_skip
from wheelforge.errors import ExitCode, IsolationError
from wheelforge.interpreters.running import base
from wheelforge.process.runner import Runner, Stopped
from wheelforge.sandbox.choose import choose
from wheelforge.sandbox.port import Isolation
from wheelforge.sandbox.probe import leaks

if TYPE_CHECKING:
    from pathlib import Path

REFUSAL = "bwrap: No permissions to create new namespace"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH, empty."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def pretend(path: Path, script: str) -> None:
    """Put a bwrap there that makes no jail."""
    (path / "bwrap").write_text(f"#!/bin/sh\n{script}\n")
    (path / "bwrap").chmod(0o755)


def test_the_strongest_that_holds_is_taken() -> None:
    sandbox_or_skip(Isolation.BWRAP)
    choice = choose(None, runner=Runner(), interpreter=base())
    assert (choice.sandbox.isolation, choice.weaker) == (Isolation.BWRAP, None)


def test_a_weaker_one_asked_for_by_name_is_taken_without_a_trial(path: Path) -> None:
    pretend(path, "exit 1")
    choice = choose(Isolation.VENV, runner=Runner(), interpreter=base())
    assert (choice.sandbox.isolation, choice.weaker) == (Isolation.VENV, None)


@pytest.mark.usefixtures("path")
def test_a_jail_that_is_not_installed_is_named_with_its_package() -> None:
    with pytest.raises(IsolationError, match="there is no bwrap on PATH") as caught:
        choose(Isolation.BWRAP, runner=Runner(), interpreter=base())
    assert (caught.value.exit_code, caught.value.hint) == (ExitCode.ISOLATION, "apt-get install bubblewrap")


def test_a_jail_that_fails_is_told_in_its_own_words(path: Path) -> None:
    pretend(path, f"echo '{REFUSAL}' >&2; exit 1")
    with pytest.raises(IsolationError, match=REFUSAL) as caught:
        choose(Isolation.BWRAP, runner=Runner(), interpreter=base())
    assert "user namespaces" in (caught.value.hint or "")


def test_a_jail_that_leaks_is_none(path: Path) -> None:
    pretend(path, """echo '["it has a route to the network", "it can write to /usr"]'""")
    with pytest.raises(IsolationError, match="does not hold, it has a route to the network, it can write to /usr"):
        choose(Isolation.BWRAP, runner=Runner(), interpreter=base())


@pytest.mark.parametrize("script", ["exit 0", "echo nonsense", "echo 3"])
def test_a_jail_whose_trial_says_nothing_is_none(path: Path, script: str) -> None:
    pretend(path, script)
    with pytest.raises(IsolationError, match="a trial of it"):
        choose(Isolation.BWRAP, runner=Runner(), interpreter=base())


def test_left_to_choose_the_weaker_one_comes_with_the_reason(path: Path) -> None:
    pretend(path, f"echo '{REFUSAL}' >&2; exit 1")
    choice = choose(None, runner=Runner(), interpreter=base())
    assert choice.sandbox.isolation is Isolation.VENV
    assert choice.weaker is not None
    assert REFUSAL in choice.weaker.message


def test_an_interrupted_trial_is_no_reason_for_a_weaker_one(path: Path) -> None:
    pretend(path, "exit 0")
    runner = Runner()
    runner.stop()
    with pytest.raises(Stopped):
        choose(None, runner=runner, interpreter=base())


def test_the_probe_sees_a_home_that_is_shown(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert not any("home" in leak for leak in leaks(home))
    home.mkdir()
    (home / "file").touch()
    assert f"it sees the home folder {home}" in leaks(home)
