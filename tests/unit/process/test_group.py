"""A process and all that it starts: what it has from us, and that nothing of it is left."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from programs import ECHO, PATIENCE, dies, python
from wheelforge.process.runner import Runner

if TYPE_CHECKING:
    from pathlib import Path


def test_a_process_has_the_environment_and_the_folder_that_it_was_given_and_no_more(tmp_path: Path) -> None:
    code = "import os; print(os.environ.pop('TOLD'), set(os.environ) <= {'LC_CTYPE'}, os.getcwd(), oct(os.umask(0)))"
    captured = Runner().capture(python(code, cwd=tmp_path), timeout=PATIENCE)
    assert captured.stdout.decode() == f"yes True {tmp_path} 0o22\n"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no limit can be set from outside")
def test_no_file_grows_beyond_the_largest_that_is_allowed(tmp_path: Path) -> None:
    command = python("with open('file', 'wb') as file: file.write(bytes(5000))", cwd=tmp_path)
    assert b"File too large" in Runner().capture(replace(command, largest_file=1000), timeout=PATIENCE).stderr
    assert (tmp_path / "file").stat().st_size == 1000


def test_a_process_that_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
if child:
    print(child, flush=True)
time.sleep(600)
"""
    completed = Runner().run(python(code), log=log, timeout=1)
    assert completed.timed_out
    assert completed.returncode == -9
    assert completed.seconds >= 1
    assert dies(int(log.read_text()))


def test_children_do_not_outlive_the_process_that_started_them(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = "import os, time\nchild = os.fork()\nif child: print(child)\nelse: time.sleep(600)"
    assert Runner().run(python(code), log=log, timeout=None).returncode == 0
    assert dies(int(log.read_text()))


def test_no_signal_goes_to_a_number_that_may_be_anothers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []
    kill_group = os.killpg

    def watched(group: int, number: int) -> None:
        # Fails where the process was reaped already.
        os.waitid(os.P_PID, group, os.WEXITED | os.WNOWAIT | os.WNOHANG)
        killed.append(group)
        kill_group(group, number)

    monkeypatch.setattr(os, "killpg", watched)
    runner = Runner()
    assert runner.run(python("import os; print(os.getpid())"), log=tmp_path / "log", timeout=PATIENCE).returncode == 0
    captured = runner.capture(python("import os; print(os.getpid())"), timeout=None)
    with runner.converse(python(ECHO), log=tmp_path / "other") as conversation:
        conversation.ask(1, timeout=PATIENCE)
    runner.stop()
    assert killed[:2] == [int((tmp_path / "log").read_text()), int(captured.stdout)]
