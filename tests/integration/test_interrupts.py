"""Ctrl-C and SIGTERM at any moment: 130, no process left behind, and the next run goes on from there."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.command import PROGRAM, archives, assert_nothing_finished, names, wheelforge
from integration.planted import planted
from sandboxes import sandbox_or_skip
from wheelforge.errors import ExitCode
from wheelforge.sandbox.port import Isolation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from index import PackageIndex
    from loopback import Reply, Request

PATIENCE = 60.0
"""Seconds after which something that should happen at once is taken for never happening."""
INTERRUPTED = "interrupted: what is finished is kept, the same command goes on from there\n"
SIGNALS = [signal.SIGINT, signal.SIGTERM]
STUCK = """
import pathlib, signal, subprocess, sys, tinybackend


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    if not pathlib.Path({free!r}).exists():
        subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        print("now waiting for ever", flush=True)
        signal.pause()
    return tinybackend.write_wheel(wheel_directory)
"""
"""A backend that never ends, and has a child, unless it sees a certain file."""


@contextlib.contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command in the middle of its work; killed where the test leaves it running."""
    with subprocess.Popen([*PROGRAM, *arguments], stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def stop(process: subprocess.Popen[str], number: signal.Signals) -> str:
    """Send a signal, wait for the end, which must be that of an interrupted command, and give what it had said."""
    process.send_signal(number)
    _, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == ExitCode.INTERRUPTED, stderr
    assert stderr.endswith(INTERRUPTED)
    assert "Traceback" not in stderr
    return stderr


def descendants(pid: int) -> list[int]:
    """All processes that a process has started, and those that these have."""
    children = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for text in children for child in text.read_text().split()]
    return [*found, *(deeper for child in found for deeper in descendants(child))]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_collect_that_waits_for_the_index_can_be_stopped(
    number: signal.Signals, own_index: Callable[..., PackageIndex]
) -> None:
    asked, answered = threading.Event(), threading.Event()
    index = own_index()
    wheel = "/files/leaf-2.0-py3-none-any.whl"
    routes = index.server.routes
    whole = routes[wheel]

    def hesitate(request: Request) -> Reply:
        asked.set()
        answered.wait(PATIENCE)
        assert callable(whole)
        return whole(request)

    routes[wheel] = hesitate
    with started("collect", "app", "-o", "folder", "--cache-dir", "cache") as process:
        assert asked.wait(PATIENCE)
        stop(process, number)
    answered.set()
    assert_nothing_finished(Path("folder"))
    assert not [name for name in names(Path("cache")) if name.endswith(".part")]

    index.server.seen.clear()
    wheelforge("collect", "app", "-o", "folder", "--cache-dir", "cache")
    assert {name.partition("-")[0] for name in archives(Path("folder"))} == {"app", "lib", "leaf"}


@pytest.fixture
def stuck(own_index: Callable[..., PackageIndex], here: Path, tmp_path: Path) -> Path:
    """The index has ``stuck``, whose build never ends; give the file that sets it free where it can be seen."""
    free = here / "free"
    own_index(planted(tmp_path / "stuck", backend=STUCK.format(free=str(free))))
    return free


@contextlib.contextmanager
def building(isolation: Isolation) -> Iterator[subprocess.Popen[str]]:
    """A command whose backend is at work, and has a child."""
    log = Path("wheelhouse/logs/stuck-1.0.log")
    log.parent.mkdir(parents=True)
    # tail waits for the line, so the test need not look again and again.
    follow = ("tail", "--follow=name", "--retry", "--quiet", "--sleep-interval=0.05", "--lines=+1", str(log))
    with started("wheel", "stuck", "--isolation", isolation.value, "-j", "1", "-o", "wheelhouse") as process:
        with subprocess.Popen(follow, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as tail:
            assert tail.stdout is not None
            assert any("now waiting for ever" in line for line in tail.stdout)
            tail.kill()
        yield process


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("isolation", list(Isolation))
@pytest.mark.usefixtures("stuck", "warm")
def test_a_build_that_is_stopped_leaves_no_process(isolation: Isolation, number: signal.Signals) -> None:
    assert sandbox_or_skip(isolation)
    with building(isolation) as process:
        below = descendants(process.pid)
        assert len(below) >= 2
        with contextlib.ExitStack() as stack:
            ends = [stack.enter_context(open(os.pidfd_open(pid), "rb", closefd=True)) for pid in below]
            stop(process, number)
            for end in ends:
                ended, _, _ = select.select([end], [], [], PATIENCE)
                assert ended
    assert not list(Path("wheelhouse").glob("*.*"))


def test_the_next_run_builds_what_is_left(stuck: Path) -> None:
    with building(Isolation.VENV) as process:
        assert "  tinybackend-1.0-py3-none-any.whl  " in stop(process, signal.SIGINT)
    stuck.touch()
    again = wheelforge("wheel", "stuck", "--isolation", "venv", "-o", "wheelhouse")
    assert "  tinybackend-1.0-py3-none-any.whl  from the cache\n" in again.stderr
    assert Path("wheelhouse/stuck-1.0-py3-none-any.whl").is_file()
