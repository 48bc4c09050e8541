"""One process at the head of its own group, started here and nowhere else, and killed with all that it left there."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from typing import IO, TypedDict

from wheelforge.process.command import CannotStart, Command
from wheelforge.process.deadline import Deadline

_SHORTEST, _LONGEST = 0.0005, 0.05
"""Seconds between two looks at whether a process has ended: the first pause, doubled up to the last."""
_UMASK = 0o022


class Streams(TypedDict):
    """What a process reads, and where it writes: both outputs to one file, or each into a pipe of its own."""

    stdin: int
    stdout: int | IO[bytes]
    stderr: int


def logged(output: IO[bytes], *, stdin: int = subprocess.DEVNULL) -> Streams:
    """Both outputs go to a file."""
    return Streams(stdin=stdin, stdout=output, stderr=subprocess.STDOUT)


def piped() -> Streams:
    """Each output is read by us; there is no input."""
    return Streams(stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def start(command: Command, streams: Streams) -> Leader:
    """Start it.

    Raises:
        CannotStart: the program cannot be run.
    """
    program = command.argv[0]
    try:
        return Leader(command, streams)
    except (OSError, ValueError) as error:
        if command.cwd is not None and not command.cwd.is_dir():
            raise CannotStart(program, f"the folder {command.cwd} to run it in is not there") from error
        if isinstance(error, FileNotFoundError):
            raise CannotStart(program, "it was not found") from error
        raise CannotStart(program, str(error)) from error


class Leader(subprocess.Popen[bytes]):
    """A process at the head of its own group, which is killed when its head has ended and before that is reaped.

    Until it is reaped its number is its own; afterwards the number may be another's, whom no signal of ours may reach.
    """

    def __init__(self, command: Command, streams: Streams) -> None:
        self.program = command.argv[0]
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
        if timeout is not None and not self.ends_by(Deadline(timeout)):
            raise subprocess.TimeoutExpired(self.args, timeout)
        self.ends_by(Deadline(None))
        return self.returncode

    def ends_by(self, until: Deadline) -> bool:
        """Wait for its end; whether it has ended in time, and its group with it."""
        if until.never and self.returncode is None:
            self._has_ended(0)
        pause = _SHORTEST
        while self.poll() is None:
            left = until.left
            if not left:
                return False
            pause = min(pause * 2, max(left, _SHORTEST), _LONGEST)
            time.sleep(pause)
        return True

    def _has_ended(self, how: int) -> bool:
        try:
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | how) is not None
        except ChildProcessError:  # reaped by another thread just now
            return False
