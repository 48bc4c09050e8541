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
from tinybackend import build_wheel


def {hook}(*arguments, **keywords):
    if not pathlib.Path({free!r}).exists():
        subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        print("now waiting for ever", flush=True)
        signal.pause()
    return getattr(tinybackend, {hook!r})(*arguments, **keywords)
"""


def stuck(hook: str, free: Path = Path("/nowhere")) -> str:
    """A backend of which one hook never ends, and has a child, unless a certain file is there."""
    return STUCK.format(hook=hook, free=str(free))


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a stopped command had put among the temporary files is gone at the end."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    yield
    assert list(folder.iterdir()) == []


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


@contextlib.contextmanager
def at_work(log: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command whose backend waits for ever, and has a child."""
    log.parent.mkdir(parents=True)
    # tail waits for the line, so the test need not look again and again.
    tail = ("tail", "--follow=name", "--retry", "--sleep-interval=0.05", "--lines=+1", str(log))
    with started(*arguments) as process:
        with subprocess.Popen(
            ("timeout", f"{PATIENCE}", *tail), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as follow:
            assert follow.stdout is not None
            assert any("now waiting for ever" in line for line in follow.stdout)
            follow.terminate()
        yield process


@contextlib.contextmanager
def all_ending(pid: int) -> Iterator[None]:
    """All that a process has started ends in this block, or a moment later."""
    with contextlib.ExitStack() as stack:
        ends = [os.pidfd_open(below) for below in descendants(pid)]
        for end in ends:
            stack.callback(os.close, end)
        assert len(ends) >= 2
        yield
        for end in ends:
            ended, _, _ = select.select([end], [], [], PATIENCE)
            assert ended


def build(isolation: Isolation) -> tuple[Path, str, str, str, str, str, str]:
    """A build that gets stuck, after its log."""
    return Path("wheelhouse/logs/stuck-1.0.log"), "wheel", "stuck", "--isolation", isolation.value, "-o", "wheelhouse"


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("isolation", list(Isolation))
@pytest.mark.usefixtures("warm")
def test_a_build_that_is_stopped_leaves_no_process(
    isolation: Isolation, number: signal.Signals, own_index: Callable[..., PackageIndex], tmp_path: Path
) -> None:
    assert sandbox_or_skip(isolation)
    own_index(planted(tmp_path / "stuck", backend=stuck("build_wheel")))
    with at_work(*build(isolation)) as process, all_ending(process.pid):
        told = stop(process, number)
    assert "failed" not in told
    assert not list(Path("wheelhouse").glob("*.*"))


@pytest.mark.usefixtures("jailed")
def test_a_hook_that_is_stopped_leaves_no_process(own_index: Callable[..., PackageIndex], tmp_path: Path) -> None:
    own_index(planted(tmp_path / "stuck", backend=stuck("get_requires_for_build_wheel")))
    log = Path("cache/store-v1/logs/stuck-1.0.hooks.log")
    arguments = ("collect", "--build-deps", "stuck", "-o", "folder", "--cache-dir", "cache")
    with at_work(log, *arguments) as process, all_ending(process.pid):
        stop(process, signal.SIGINT)
    assert_nothing_finished(Path("folder"))


def test_the_next_run_builds_what_is_left(own_index: Callable[..., PackageIndex], here: Path, tmp_path: Path) -> None:
    free = here / "free"
    own_index(planted(tmp_path / "stuck", backend=stuck("build_wheel", free)))
    log, *command = build(Isolation.VENV)
    with at_work(log, *command) as process:
        assert "  tinybackend-1.0-py3-none-any.whl  " in stop(process, signal.SIGINT)
    free.touch()
    again = wheelforge(*command)
    assert "  tinybackend-1.0-py3-none-any.whl  from the cache\n" in again.stderr
    assert Path("wheelhouse/stuck-1.0-py3-none-any.whl").is_file()
