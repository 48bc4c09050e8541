"""What programs write, captured."""

from __future__ import annotations

import os
import signal

import pytest

from programs import PATIENCE, dies, python
from wheelforge.process.outputs import TimedOut, TooMuchSaid
from wheelforge.process.runner import Runner


def test_what_a_process_wrote_is_captured_apart() -> None:
    captured = Runner().capture(python("import os; os.write(1, b'\\xff'); os.write(2, b'err')"), timeout=PATIENCE)
    assert (captured.returncode, captured.stdout, captured.stderr) == (0, b"\xff", b"err")


def test_a_process_whose_output_is_waited_for_too_long_is_killed() -> None:
    with pytest.raises(TimedOut, match=r"did not end within 0\.2 s"):
        Runner().capture(python("import time; time.sleep(600)"), timeout=0.2)


def test_a_process_that_says_too_much_is_killed() -> None:
    with pytest.raises(TooMuchSaid, match="wrote more than 1000 bytes"):
        Runner().capture(python("while True: print('x' * 100)"), timeout=PATIENCE, limit=1000)


def test_a_child_that_keeps_the_output_open_is_not_waited_for() -> None:
    code = "import os, time\nchild = os.fork()\nif child: print(child)\nelse: os.setsid(); time.sleep(600)"
    child = int(Runner().capture(python(code), timeout=PATIENCE).stdout)
    os.kill(child, signal.SIGKILL)
    assert dies(child)
