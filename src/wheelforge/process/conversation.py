"""Questions to a process that lives, and its answers, each one line of JSON."""

from __future__ import annotations

import enum
import json
from typing import TYPE_CHECKING, NoReturn

from wheelforge.errors import WheelforgeError
from wheelforge.process.deadline import Deadline

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from wheelforge.process.group import Leader

LONGEST_ANSWER = 16 * 1024 * 1024
"""Bytes of one line of a conversation; whoever says more is not listened to."""
FAREWELL = 2.0
"""Seconds that a process has to end once its conversation is over."""

_PIECE = 65536
"""Bytes that are read at once."""
_BRIEFLY = 0.001
"""Seconds; none at all would mean not to wait for what is under way."""


class Silence(enum.Enum):
    """Why a question got no answer."""

    ENDED = "it ended"
    TIMED_OUT = "it took too long"
    GARBLED = "it said what is no answer"


class NoAnswer(WheelforgeError):
    """A process did not answer a question; ``returncode`` is known where it ended."""

    def __init__(self, silence: Silence, returncode: int | None = None) -> None:
        super().__init__(f"no answer: {silence.value}")
        self.silence = silence
        self.returncode = returncode


class Conversation:
    """Questions to a process and its answers."""

    def __init__(self, line: socket.socket, process: Leader, check: Callable[[], None]) -> None:
        """Talk over ``line``; ``check`` raises what is told instead of a silence, where there is such a thing."""
        self._line = line
        self._process = process
        self._check = check
        self._heard = bytearray()

    def ask(self, question: object, *, timeout: float | None) -> object:
        """Put a question and give the answer, which is as hostile as the process is.

        After a `NoAnswer` the process is dead.

        Raises:
            NoAnswer: it ended, took longer than ``timeout`` seconds, or said what is no line of JSON.
            Stopped: the runner was stopped.
        """
        until = Deadline(timeout)
        try:
            self._line.settimeout(timeout)
            self._line.sendall(json.dumps(question).encode() + b"\n")
            return json.loads(self._hear(until))
        except TimeoutError:
            self._give_up(Silence.TIMED_OUT)
        except OSError:
            self._give_up(Silence.ENDED)
        except (ValueError, RecursionError):
            self._give_up(Silence.GARBLED)

    def _hear(self, until: Deadline) -> bytes:
        while b"\n" not in self._heard:
            if len(self._heard) > LONGEST_ANSWER:
                self._give_up(Silence.GARBLED)
            self._heard += self._receive(until)
        line, _, rest = self._heard.partition(b"\n")
        self._heard = rest
        return bytes(line)

    def _receive(self, until: Deadline) -> bytes:
        while until.left:
            ended = self._process.poll() is not None
            self._line.settimeout(max(until.slice, _BRIEFLY))
            try:
                data = self._line.recv(_PIECE)
            except TimeoutError:
                if ended:
                    self._give_up(Silence.ENDED)
                continue
            return data or self._give_up(Silence.ENDED)
        raise TimeoutError

    def _give_up(self, silence: Silence) -> NoReturn:
        if silence is Silence.ENDED:
            # Its end of the line closes a moment before it has ended.
            self._process.ends_by(Deadline(FAREWELL))
        returncode = self._process.poll()
        self._process.kill_group()
        self._process.wait()
        self._check()
        raise NoAnswer(silence, returncode)
