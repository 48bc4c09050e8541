"""Programs that run to their end with a log, and all of them stopped."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from programs import PATIENCE, python
from wheelforge.errors import ExitCode, StorageError
from wheelforge.process.runner import Runner, Stopped

if TYPE_CHECKING:
    from pathlib import Path


def test_both_outputs_are_appended_to_the_log_in_order(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "log"
    code = "import os, sys; os.write(1, b'out\\n'); os.write(2, b'err\\n'); sys.exit(3)"
    first = Runner().run(python(code), log=log, timeout=None)
    Runner().run(python("print('again')"), log=log, timeout=PATIENCE)
    assert (first.returncode, first.timed_out) == (3, False)
    assert log.read_text() == "out\nerr\nagain\n"


def test_a_log_that_cannot_be_written_is_an_error_of_storage(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"the log .* cannot be written"):
        Runner().run(python(""), log=tmp_path, timeout=PATIENCE)


def test_stopping_frees_those_who_wait_and_starts_nothing_more(tmp_path: Path) -> None:
    runner = Runner()
    waiting = tmp_path / "waiting"
    os.mkfifo(waiting)
    told: list[BaseException] = []

    def wait() -> None:
        code = "import sys, time; open(sys.argv[1], 'w').close(); time.sleep(600)"
        try:
            runner.run(python(code, str(waiting)), log=tmp_path / "log", timeout=None)
        except Stopped as error:
            told.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    waiting.read_bytes()  # returns once the process runs
    runner.stop()
    thread.join(PATIENCE)
    with pytest.raises(Stopped) as caught:
        runner.capture(python(""), timeout=PATIENCE)
    assert [type(error) for error in told] == [Stopped]
    assert caught.value.exit_code is ExitCode.INTERRUPTED
