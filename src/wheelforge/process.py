"""The only place that starts a process: runs one, captures one, converses with one, and stops them all."""

from __future__ import annotations

import contextlib
import enum
import json
import os
import resource
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, TypedDict

from wheelforge.errors import ExitCode, StorageError, WheelforgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from typing import IO, BinaryIO, Unpack

LONGEST_ANSWER = 16 * 1024 * 1024
"""Bytes of one line of a conversation; whoever says more is not listened to."""
LONGEST_OUTPUT = 64 * 1024 * 1024
"""Bytes of both outputs together that are kept in memory."""

_SLICE = 0.1
"""Seconds after which a listener looks whether the speaker still lives: its children may keep the line open."""
_SHORTEST, _LONGEST = 0.0005, 0.05
"""Seconds between two looks at whether a process has ended: the first pause, doubled up to the last."""
_PIECE = 65536
"""Bytes that are read at once."""
_FAREWELL = 2.0
"""Seconds that a process has to end once its conversation is over."""
_UMASK = 0o022


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to start: the program and its arguments, its whole environment, and where it runs."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path | None = None
    largest_file: int | None = None
    """Bytes beyond which no file may grow that it writes; where the system cannot set this from outside, any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """How a process ended; ``returncode`` is negative for the signal that killed it."""

    returncode: int
    seconds: float
    timed_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """How a process ended, and what it wrote."""

    returncode: int
    stdout: bytes
    stderr: bytes


class CannotStart(WheelforgeError):
    """A program that is not there or may not be run."""

    def __init__(self, program: str, reason: str) -> None:
        super().__init__(f"{program} cannot be started: {reason}")
        self.program = program


class TimedOut(WheelforgeError):
    """A program whose output was waited for did not end in time."""

    def __init__(self, program: str, seconds: float) -> None:
        super().__init__(f"{program} did not end within {seconds:g} s")
        self.program = program
        self.seconds = seconds


class TooMuchSaid(WheelforgeError):
    """A program wrote more than is kept in memory, and was killed."""

    def __init__(self, program: str, limit: int) -> None:
        super().__init__(f"{program} wrote more than {limit} bytes")
        self.program = program


class Stopped(WheelforgeError):
    """The runner was stopped, and with it whatever it ran."""

    exit_code = ExitCode.INTERRUPTED

    def __init__(self) -> None:
        super().__init__("interrupted")


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


class Runner:
    """Starts every process of one command of ours, each as the head of its own group, and can stop them all.

    Its methods are for any thread. A process lives no longer than the call or the block that started it, and what it
    left behind in its group is killed with it. A jail may die with the thread that started it: keep to one thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._live: set[_Leader] = set()
        self._stopped = False

    def run(self, command: Command, *, log: Path, timeout: float | None) -> Completed:
        """Run to the end, with both outputs appended to ``log`` as they come; killed after ``timeout`` seconds.

        Raises:
            CannotStart: the program cannot be run.
            Stopped: the runner was stopped.
        """
        began = time.monotonic()
        timed_out = False
        with (
            _appending(log) as output,
            self._started(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT) as process,
        ):
            try:
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                timed_out = True
                process.kill_group()
                process.wait()
        return Completed(returncode=process.returncode, seconds=time.monotonic() - began, timed_out=timed_out)

    def capture(self, command: Command, *, timeout: float | None, limit: int = LONGEST_OUTPUT) -> Captured:
        """Run to the end and give what it wrote.

        Raises:
            CannotStart: the program cannot be run.
            TimedOut: it did not end within ``timeout`` seconds, and was killed.
            TooMuchSaid: it wrote more than ``limit`` bytes, and was killed.
            Stopped: the runner was stopped.
        """
        pipe, until = subprocess.PIPE, _deadline(timeout)
        with self._started(command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe) as process:
            try:
                stdout, stderr = _heard(process, until, limit)
                process.wait(None if until is None else max(until - time.monotonic(), 0.0))
            except (TimeoutError, subprocess.TimeoutExpired):
                raise TimedOut(command.argv[0], timeout or 0.0) from None
            except _Full:
                raise TooMuchSaid(command.argv[0], limit) from None
        return Captured(returncode=process.returncode, stdout=stdout, stderr=stderr)

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
            self._started(command, stdin=theirs.fileno(), stdout=output, stderr=subprocess.STDOUT) as process,
        ):
            theirs.close()
            yield Conversation(ours, process, self._check)
            ours.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_FAREWELL)

    def stop(self) -> None:
        """Kill every process that runs, and start no other: whoever waits for one gets `Stopped`."""
        with self._lock:
            self._stopped = True
            for process in self._live:
                process.kill_group()

    @contextlib.contextmanager
    def _started(self, command: Command, **streams: Unpack[_Streams]) -> Iterator[_Leader]:
        with self._lock:
            self._check()
            process = _start(command, streams)
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


class Conversation:
    """Questions to a process and its answers, each one line of JSON."""

    def __init__(self, line: socket.socket, process: _Leader, check: Callable[[], None]) -> None:
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
        limit = _deadline(timeout)
        try:
            self._line.settimeout(timeout)
            self._line.sendall(json.dumps(question).encode() + b"\n")
            return json.loads(self._hear(limit))
        except TimeoutError:
            self._give_up(Silence.TIMED_OUT)
        except OSError:
            self._give_up(Silence.ENDED)
        except (ValueError, RecursionError):
            self._give_up(Silence.GARBLED)

    def _hear(self, limit: float | None) -> bytes:
        while b"\n" not in self._heard:
            if len(self._heard) > LONGEST_ANSWER:
                self._give_up(Silence.GARBLED)
            self._heard += self._receive(limit)
        line, _, rest = self._heard.partition(b"\n")
        self._heard = rest
        return bytes(line)

    def _receive(self, limit: float | None) -> bytes:
        while limit is None or time.monotonic() < limit:
            ended = self._process.poll() is not None
            self._line.settimeout(_SLICE if limit is None else min(_SLICE, max(limit - time.monotonic(), 0.001)))
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
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_FAREWELL)
        returncode = self._process.poll()
        self._process.kill_group()
        self._process.wait()
        self._check()
        raise NoAnswer(silence, returncode)


class _Leader(subprocess.Popen[bytes]):
    """A process at the head of its own group, which is killed when its head has ended and before that is reaped.

    Until it is reaped its number is its own; afterwards the number may be another's, whom no signal of ours may reach.
    """

    def __init__(self, command: Command, streams: _Streams) -> None:
        self._reaping = threading.RLock()
        super().__init__(
            command.argv,
            env=dict(command.env),
            cwd=command.cwd,
            start_new_session=True,
            umask=_UMASK,
            stdin=streams["stdin"],
            stdout=streams["stdout"],
            stderr=streams["stderr"],
        )
        if command.largest_file is not None:
            self._limit_files(command.largest_file)

    def _limit_files(self, size: int) -> None:
        # It may have ended already; or no limit may be set that is above that which it has from us.
        if sys.platform == "linux":
            with contextlib.suppress(ProcessLookupError, PermissionError, ValueError):
                resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (size, size))

    def kill_group(self) -> None:
        """Kill it and all that it left in its group; nothing is left once it is reaped."""
        with self._reaping:
            if self.returncode is None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.pid, signal.SIGKILL)

    def poll(self) -> int | None:
        """Its status where it has ended; its group has then ended too."""
        with self._reaping:
            if self.returncode is None and self._has_ended(os.WNOHANG):
                self.kill_group()
            return super().poll()

    def wait(self, timeout: float | None = None) -> int:
        """Its status once it has ended; its group has then ended too.

        Raises:
            subprocess.TimeoutExpired: it has not ended within ``timeout`` seconds.
        """
        if timeout is None and self.returncode is None:
            self._has_ended(0)
        until = time.monotonic() + (timeout or 0.0)
        pause = _SHORTEST
        while (returncode := self.poll()) is None:
            left = until - time.monotonic()
            if timeout is not None and left <= 0:
                raise subprocess.TimeoutExpired(self.args, timeout)
            pause = min(pause * 2, max(left, _SHORTEST), _LONGEST)
            time.sleep(pause)
        return returncode

    def _has_ended(self, how: int) -> bool:
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | how) is not None
        except ChildProcessError:  # reaped by another thread just now
            return False


class _Full(Exception):
    """More was written than is kept."""


def _deadline(timeout: float | None) -> float | None:
    return None if timeout is None else time.monotonic() + timeout


def _heard(process: _Leader, until: float | None, limit: int) -> tuple[bytes, bytes]:
    """Both outputs to their ends; to what is there once the process has ended, where a child keeps them open."""
    said = {"stdout": bytearray(), "stderr": bytearray()}
    with selectors.DefaultSelector() as open_ends:
        for stream, name in ((process.stdout, "stdout"), (process.stderr, "stderr")):
            if stream is not None:
                open_ends.register(stream, selectors.EVENT_READ, name)
        while open_ends.get_map():
            ended = process.poll() is not None
            if until is not None and time.monotonic() >= until:
                raise TimeoutError
            ready = open_ends.select(_SLICE if until is None else min(_SLICE, max(until - time.monotonic(), 0.0)))
            if ended and not ready:
                break
            for key, _ in ready:
                data = os.read(key.fd, _PIECE)
                said[key.data] += data
                if not data:
                    open_ends.unregister(key.fileobj)
            if sum(map(len, said.values())) > limit:
                raise _Full
    return bytes(said["stdout"]), bytes(said["stderr"])


class _Streams(TypedDict):
    stdin: int
    stdout: int | IO[bytes]
    stderr: int


def _start(command: Command, streams: _Streams) -> _Leader:
    program = command.argv[0]
    try:
        return _Leader(command, streams)
    except (OSError, ValueError) as error:
        if command.cwd is not None and not command.cwd.is_dir():
            raise CannotStart(program, f"the folder {command.cwd} to run it in is not there") from error
        if isinstance(error, FileNotFoundError):
            raise CannotStart(program, "it was not found") from error
        raise CannotStart(program, str(error)) from error


def _appending(log: Path) -> BinaryIO:
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        return log.open("ab")
    except OSError as error:
        raise StorageError(f"the log {log} cannot be written: {error.strerror or error}") from error
