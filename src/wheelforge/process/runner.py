"""Starts every process of one command of ours, and can stop them all."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.errors import ExitCode, StorageError, WheelforgeError
from wheelforge.process.conversation import FAREWELL, Conversation
from wheelforge.process.deadline import Deadline
from wheelforge.process.group import logged, piped, start
from wheelforge.process.outputs import LONGEST_OUTPUT, captured

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from wheelforge.process.command import Command
    from wheelforge.process.group import Leader, Streams
    from wheelforge.process.outputs import Captured


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """How a process ended; ``returncode`` is negative for the signal that killed it."""

    returncode: int
    seconds: float
    timed_out: bool


class Stopped(WheelforgeError):
    """The runner was stopped, and with it whatever it ran."""

    exit_code = ExitCode.INTERRUPTED

    def __init__(self) -> None:
        super().__init__("interrupted")


class Runner:
    """Starts every process of one command of ours, each as the head of its own group, and can stop them all.

    Its methods are for any thread. A process lives no longer than the call or the block that started it, and what it
    left behind in its group is killed with it. A jail may die with the thread that started it: keep to one thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._live: set[Leader] = set()
        self._stopped = False

    def run(self, command: Command, *, log: Path, timeout: float | None) -> Completed:
        """Run to the end, with both outputs appended to ``log`` as they come; killed after ``timeout`` seconds.

        Raises:
            CannotStart: the program cannot be run.
            Stopped: the runner was stopped.
        """
        began = time.monotonic()
        with _appending(log) as output, self._started(command, logged(output)) as process:
            in_time = process.ends_by(Deadline(timeout))
            if not in_time:
                process.kill_group()
                process.wait()
        return Completed(returncode=process.returncode, seconds=time.monotonic() - began, timed_out=not in_time)

    def capture(self, command: Command, *, timeout: float | None, limit: int = LONGEST_OUTPUT) -> Captured:
        """Run to the end and give what it wrote.

        Raises:
            CannotStart: the program cannot be run.
            TimedOut: it did not end within ``timeout`` seconds, and was killed.
            TooMuchSaid: it wrote more than ``limit`` bytes, and was killed.
            Stopped: the runner was stopped.
        """
        until = Deadline(timeout)
        with self._started(command, piped()) as process:
            return captured(process, until, limit)

    @contextlib.contextmanager
    def converse(self, command: Command, *, log: Path) -> Iterator[Conversation]:
        """Start a process that answers questions; its standard input is the line, in both directions.

        Both its outputs are appended to ``log``, so nothing that it prints is ever taken for an answer. After the
        block the line is closed, which tells the process to end; it is killed when it does not, or when the block
        raised.

        Raises:
            CannotStart: the program cannot be run.
            Stopped: the runner was stopped.
        """
        ours, theirs = socket.socketpair()
        with (
            ours,
            theirs,
            _appending(log) as output,
            self._started(command, logged(output, stdin=theirs.fileno())) as process,
        ):
            theirs.close()
            yield Conversation(ours, process, self._check)
            ours.close()
            process.ends_by(Deadline(FAREWELL))

    def stop(self) -> None:
        """Kill every process that runs, and start no other: whoever waits for one gets `Stopped`."""
        with self._lock:
            self._stopped = True
            for process in self._live:
                process.kill_group()

    @contextlib.contextmanager
    def _started(self, command: Command, streams: Streams) -> Iterator[Leader]:
        with self._lock:
            self._check()
            process = start(command, streams)
            self._live.add(process)
        try:
            with process:
                try:
                    yield process
                finally:
                    process.kill_group()
        except BaseException:
            # What goes wrong in the block once all processes are killed is told as the stop that it is.
            self._check()
            raise
        finally:
            with self._lock:
                self._live.discard(process)
        self._check()

    def _check(self) -> None:
        if self._stopped:
            raise Stopped


def _appending(log: Path) -> BinaryIO:
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        return log.open("ab")
    except OSError as error:
        raise StorageError(f"the log {log} cannot be written: {error.strerror or error}") from error
