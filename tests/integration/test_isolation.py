"""What code from an sdist can reach, and that nothing weaker than was asked for is ever taken in silence."""

from __future__ import annotations

import socket
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from integration.command import lock_of, refused, wheelforge
from integration.planted import planted
from wheelforge.cli.output import BuildDocument, CollectDocument
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from index import PackageIndex
    from integration.conftest import MainJob

REACH = ("read the home", "write outside", "reach the network", "know a variable")
SPY = """
import json, os, pathlib, socket, tinybackend


def tried(what):
    try:
        what()
    except OSError:
        return False
    return True


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    found = {{
        "read the home": tried(pathlib.Path({secret!r}).read_text),
        "write outside": tried(lambda: pathlib.Path({outside!r}).write_text("out")),
        "reach the network": tried(lambda: socket.create_connection(("127.0.0.1", {port}), timeout=5).close()),
        "know a variable": "A_TOKEN" in os.environ,
    }}
    return tinybackend.write_wheel(wheel_directory, more={{"found.json": json.dumps(found).encode()}})
"""


@pytest.fixture
def found(
    own_index: Callable[..., PackageIndex], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., dict[str, bool]]:
    """Builds a project whose backend is out to reach what it should not, and gives what it has reached."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "secret").write_text("not for builds")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("A_TOKEN", "not for builds either")

    def build(*isolation: str) -> dict[str, bool]:
        with socket.create_server(("127.0.0.1", 0)) as neighbour:
            port = neighbour.getsockname()[1]
            backend = SPY.format(secret=str(home / "secret"), outside=str(tmp_path / "outside"), port=port)
            own_index(planted(tmp_path / "spy", backend=backend))
            wheelforge("wheel", "spy", "-o", "wheelhouse", *isolation)
        with zipfile.ZipFile("wheelhouse/spy-1.0-py3-none-any.whl") as wheel:
            return msgspec.json.decode(wheel.read("found.json"), type=dict[str, bool])

    return build


@pytest.mark.usefixtures("jailed", "warm")
def test_a_backend_in_the_jail_reaches_nothing(found: Callable[..., dict[str, bool]], tmp_path: Path) -> None:
    assert found("--isolation", "bwrap") == dict.fromkeys(REACH, False)
    assert not (tmp_path / "outside").exists()


def test_a_backend_in_a_plain_environment_is_given_no_variables(found: Callable[..., dict[str, bool]]) -> None:
    """It reaches the rest, which shows that the jail is what holds it back."""
    assert found("--isolation", "venv") == {**dict.fromkeys(REACH, True), "know a variable": False}


@pytest.fixture
def no_bwrap(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without bubblewrap."""
    (here / "bin").mkdir()
    monkeypatch.setenv("PATH", str(here / "bin"))


@pytest.mark.usefixtures("no_bwrap")
def test_collect_without_a_sandbox_asks_no_hook_and_says_what_may_be_missing() -> None:
    outcome = wheelforge("collect", "--build-deps", "dynamic", "-o", "folder", "--json")
    reason = (
        "dynamic 1.0: its hook was not asked, since no sandbox works here (run hooks without one: --isolation venv)"
    )
    told = f"the build closure may lack something for dynamic 1.0, tinybackend 1.0: {reason.partition(': ')[2]}"
    assert f"warning: {told}\n" in outcome.stderr
    assert reason in outcome.document(CollectDocument).incomplete
    assert reason in lock_of(Path("folder")).incomplete
    # What could not be known comes out where the hook is asked.
    said = refused("build", "folder", "-o", "wheelhouse", code=ExitCode.BUILD)
    assert "dynamic 1.0: the backend asks for extratool>=1, which its locked environment does not hold" in said
    # An incomplete lock is not followed: what was not known is asked for once it may be.
    wheelforge("collect", "--build-deps", "dynamic", "-o", "folder", "--isolation", "venv")
    assert lock_of(Path("folder")).incomplete == ()
    assert Path("folder/build-deps/extratool-1.0.tar.gz").is_file()


@pytest.mark.usefixtures("no_bwrap")
def test_collect_without_a_sandbox_cannot_tell_what_only_a_backend_knows() -> None:
    said = refused("collect", "secretive", "-o", "folder", code=ExitCode.RESOLUTION)
    assert "secretive-1.0.tar.gz does not say statically what it requires" in said
    assert "hint: run hooks without one: --isolation venv" in said
    wheelforge("collect", "secretive", "-o", "folder", "--isolation", "venv")
    assert Path("folder/leaf-1.1-py3-none-any.whl").is_file()


@pytest.mark.usefixtures("no_bwrap")
@pytest.mark.parametrize("command", ["collect", "wheel"])
def test_an_isolation_that_was_asked_for_by_name_is_never_replaced(command: str) -> None:
    said = refused(command, "leaf", "-o", "folder", "--isolation", "bwrap", code=ExitCode.ISOLATION)
    assert said == (
        "error: isolation bwrap is not to be had: there is no bwrap on PATH\nhint: apt-get install bubblewrap\n"
    )
    assert not Path("folder").exists()


@pytest.mark.usefixtures("warm", "no_bwrap")
def test_a_trial_installation_in_no_sandbox_is_warned_of(main_job: MainJob) -> None:
    told = wheelforge("verify", main_job.wheelhouse, "--quiet").stderr
    assert told.startswith("warning: wheels are installed in environments of their own but in no sandbox: ")


@pytest.mark.usefixtures("no_bwrap")
def test_builds_in_no_sandbox_are_warned_of_unless_somebody_asked_for_them() -> None:
    warning = "warning: builds run in environments of their own but in no sandbox: isolation bwrap is not to be had"
    outcome = wheelforge("wheel", "leaf", "-o", "wheelhouse", "--json", "--quiet")
    assert warning in outcome.stderr
    assert outcome.document(BuildDocument).isolation == "venv"
    asked_for = wheelforge("wheel", "dynamic", "-o", "another", "--isolation", "venv")
    assert warning not in asked_for.stderr
    assert "note: builds are isolated by venv\n" in asked_for.stderr


@pytest.mark.usefixtures("no_bwrap")
def test_what_is_built_in_no_sandbox_is_still_collected_without_running_it() -> None:
    said = refused("wheel", "dynamic", "-o", "wheelhouse", code=ExitCode.BUILD)
    assert "dynamic 1.0: the backend asks for extratool>=1, which its locked environment does not hold" in said
    assert "--isolation venv" in said.splitlines()[-1]
