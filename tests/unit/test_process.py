"""Real processes, started, captured, talked to and stopped."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from wheelforge.errors import ExitCode, StorageError
from wheelforge.process import (
    CannotStart,
    Command,
    Conversation,
    NoAnswer,
    Runner,
    Silence,
    Stopped,
    TimedOut,
    TooMuchSaid,
)

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 60
ECHO = """
import os
questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(0), "wb")
for question in questions:
    print("a print", flush=True)
    answers.write(b'{"heard": ' + question.strip() + b'}\\n')
    answers.flush()
"""
"""Answers until the line is closed."""


def python(code: str, *arguments: str, cwd: Path | None = None) -> Command:
    return Command(argv=(sys.executable, "-c", code, *arguments), env={"TOLD": "yes"}, cwd=cwd)


def dies(pid: int) -> bool:
    """Wait for the death of a process that nobody here has started."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], PATIENCE)[0])
    finally:
        os.close(descriptor)


def test_both_outputs_are_appended_to_the_log_in_order(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "log"
    code = "import os, sys; os.write(1, b'out\\n'); os.write(2, b'err\\n'); sys.exit(3)"
    first = Runner().run(python(code), log=log, timeout=None)
    Runner().run(python("print('again')"), log=log, timeout=60)
    assert (first.returncode, first.timed_out) == (3, False)
    assert log.read_text() == "out\nerr\nagain\n"


def test_a_process_has_the_environment_and_the_folder_that_it_was_given_and_no_more(tmp_path: Path) -> None:
    code = "import os; print(os.environ.pop('TOLD'), set(os.environ) <= {'LC_CTYPE'}, os.getcwd(), oct(os.umask(0)))"
    captured = Runner().capture(python(code, cwd=tmp_path), timeout=60)
    assert captured.stdout.decode() == f"yes True {tmp_path} 0o22\n"


def test_what_a_process_wrote_is_captured_apart() -> None:
    captured = Runner().capture(python("import os; os.write(1, b'\\xff'); os.write(2, b'err')"), timeout=60)
    assert (captured.returncode, captured.stdout, captured.stderr) == (0, b"\xff", b"err")


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(CannotStart, match="/absent/program cannot be started: it was not found"):
        Runner().capture(Command(argv=("/absent/program",), env={}), timeout=60)


def test_a_file_that_is_no_program_is_named(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("text")
    with pytest.raises(CannotStart, match="Permission denied"):
        Runner().capture(Command(argv=(str(program),), env={}), timeout=60)


def test_a_folder_that_is_not_there_is_not_taken_for_the_program(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="absent to run it in is not there"):
        Runner().capture(python("", cwd=tmp_path / "absent"), timeout=60)


def test_a_log_that_cannot_be_written_is_an_error_of_storage(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"the log .* cannot be written"):
        Runner().run(python(""), log=tmp_path, timeout=60)


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


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no limit can be set from outside")
def test_no_file_grows_beyond_the_largest_that_is_allowed(tmp_path: Path) -> None:
    command = python("with open('file', 'wb') as file: file.write(bytes(5000))", cwd=tmp_path)
    assert b"File too large" in Runner().capture(replace(command, largest_file=1000), timeout=PATIENCE).stderr
    assert (tmp_path / "file").stat().st_size == 1000


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
    assert runner.run(python("import os; print(os.getpid())"), log=tmp_path / "log", timeout=60).returncode == 0
    captured = runner.capture(python("import os; print(os.getpid())"), timeout=None)
    with runner.converse(python(ECHO), log=tmp_path / "other") as conversation:
        conversation.ask(1, timeout=60)
    runner.stop()
    assert killed[:2] == [int((tmp_path / "log").read_text()), int(captured.stdout)]


def test_questions_are_answered_on_a_line_that_prints_do_not_reach(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Runner().converse(python(ECHO), log=log) as conversation:
        answers = [conversation.ask(question, timeout=60) for question in ([1], "two", "3" * 1_000_000)]
    assert answers == [{"heard": [1]}, {"heard": "two"}, {"heard": "3" * 1_000_000}]
    assert log.read_text() == "a print\n" * 3


def test_a_process_that_ends_gives_its_status_for_an_answer(tmp_path: Path) -> None:
    with (
        Runner().converse(python("import sys; sys.exit(4)"), log=tmp_path / "log") as conversation,
        pytest.raises(NoAnswer) as caught,
    ):
        conversation.ask("?", timeout=60)
    assert (caught.value.silence, caught.value.returncode) == (Silence.ENDED, 4)


@pytest.mark.parametrize("timeout", [60, None])
def test_a_child_that_holds_the_line_does_not_keep_a_dead_process_alive(tmp_path: Path, timeout: float | None) -> None:
    code = "import os, time\nif os.fork() == 0: time.sleep(600)\nos._exit(5)"
    with (
        Runner().converse(python(code), log=tmp_path / "log") as conversation,
        pytest.raises(NoAnswer) as caught,
    ):
        conversation.ask("?", timeout=timeout)
    assert (caught.value.silence, caught.value.returncode) == (Silence.ENDED, 5)


def test_a_process_that_does_not_answer_in_time_is_killed(tmp_path: Path) -> None:
    with (
        Runner().converse(python("import time; time.sleep(600)"), log=tmp_path / "log") as conversation,
        pytest.raises(NoAnswer) as caught,
    ):
        conversation.ask("?", timeout=0.2)
    assert caught.value.silence is Silence.TIMED_OUT


@pytest.mark.parametrize("said", ["b'nonsense\\n'", "b'[' * 200_000 + b'\\n'", "b'\\xff\\n'", "b'x' * 20_000_000"])
def test_what_is_no_line_of_json_is_no_answer(tmp_path: Path, said: str) -> None:
    code = f"import os, time; os.fdopen(os.dup(0), 'wb').write({said}); time.sleep(600)"
    with (
        Runner().converse(python(code), log=tmp_path / "log") as conversation,
        pytest.raises(NoAnswer) as caught,
    ):
        conversation.ask("?", timeout=60)
    assert caught.value.silence is Silence.GARBLED


def test_a_process_that_does_not_end_with_its_conversation_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = ECHO + "import time; print(os.getpid(), flush=True); time.sleep(600)"
    with Runner().converse(python(code), log=log) as conversation:
        conversation.ask(1, timeout=60)
    assert dies(int(log.read_text().split()[-1]))


def test_a_block_that_raises_ends_its_process(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = "import os, time; print(os.getpid(), flush=True)\n" + ECHO

    def fail() -> None:
        with Runner().converse(python(code), log=log) as conversation:
            conversation.ask(1, timeout=60)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert dies(int(log.read_text().split()[0]))


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
    thread.join(60)
    with pytest.raises(Stopped) as caught:
        runner.capture(python(""), timeout=60)
    assert [type(error) for error in told] == [Stopped]
    assert caught.value.exit_code is ExitCode.INTERRUPTED


def test_stopping_ends_a_conversation(tmp_path: Path) -> None:
    runner = Runner()
    stopper = threading.Thread(target=runner.stop)
    told: list[BaseException] = []

    def ask_for_ever(conversation: Conversation) -> None:
        stopper.start()
        try:
            while True:
                conversation.ask(1, timeout=60)
        except Stopped as error:
            told.append(error)

    with pytest.raises(Stopped), runner.converse(python(ECHO), log=tmp_path / "log") as conversation:
        ask_for_ever(conversation)
    stopper.join()
    assert [type(error) for error in told] == [Stopped]
