"""Questions to real processes, and their answers."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from programs import ECHO, PATIENCE, dies, python
from wheelforge.process.conversation import Conversation, NoAnswer, Silence
from wheelforge.process.runner import Runner, Stopped

if TYPE_CHECKING:
    from pathlib import Path


def test_questions_are_answered_on_a_line_that_prints_do_not_reach(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Runner().converse(python(ECHO), log=log) as conversation:
        answers = [conversation.ask(question, timeout=PATIENCE) for question in ([1], "two", "3" * 1_000_000)]
    assert answers == [{"heard": [1]}, {"heard": "two"}, {"heard": "3" * 1_000_000}]
    assert log.read_text() == "a print\n" * 3


def test_a_process_that_ends_gives_its_status_for_an_answer(tmp_path: Path) -> None:
    with (
        Runner().converse(python("import sys; sys.exit(4)"), log=tmp_path / "log") as conversation,
        pytest.raises(NoAnswer) as caught,
    ):
        conversation.ask("?", timeout=PATIENCE)
    assert (caught.value.silence, caught.value.returncode) == (Silence.ENDED, 4)


@pytest.mark.parametrize("timeout", [PATIENCE, None])
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
        conversation.ask("?", timeout=PATIENCE)
    assert caught.value.silence is Silence.GARBLED


def test_a_process_that_does_not_end_with_its_conversation_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = ECHO + "import time; print(os.getpid(), flush=True); time.sleep(600)"
    with Runner().converse(python(code), log=log) as conversation:
        conversation.ask(1, timeout=PATIENCE)
    assert dies(int(log.read_text().split()[-1]))


def test_a_block_that_raises_ends_its_process(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = "import os, time; print(os.getpid(), flush=True)\n" + ECHO

    def fail() -> None:
        with Runner().converse(python(code), log=log) as conversation:
            conversation.ask(1, timeout=PATIENCE)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert dies(int(log.read_text().split()[0]))


def test_stopping_ends_a_conversation(tmp_path: Path) -> None:
    runner = Runner()
    stopper = threading.Thread(target=runner.stop)
    told: list[BaseException] = []

    def ask_for_ever(conversation: Conversation) -> None:
        stopper.start()
        try:
            while True:
                conversation.ask(1, timeout=PATIENCE)
        except Stopped as error:
            told.append(error)

    with pytest.raises(Stopped), runner.converse(python(ECHO), log=tmp_path / "log") as conversation:
        ask_for_ever(conversation)
    stopper.join()
    assert [type(error) for error in told] == [Stopped]
