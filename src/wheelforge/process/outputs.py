"""What a process writes, kept in memory up to a limit."""

from __future__ import annotations

import os
import selectors
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.errors import WheelforgeError

if TYPE_CHECKING:
    from wheelforge.process.deadline import Deadline
    from wheelforge.process.group import Leader

LONGEST_OUTPUT = 64 * 1024 * 1024
"""Bytes of both outputs together that are kept in memory."""

_PIECE = 65536
"""Bytes that are read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """How a process ended, and what it wrote."""

    returncode: int
    stdout: bytes
    stderr: bytes


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


def captured(process: Leader, until: Deadline, limit: int) -> Captured:
    """Both outputs to their ends, and how the process ended.

    Raises:
        TimedOut: it has not ended in time.
        TooMuchSaid: it wrote more than ``limit`` bytes.
    """
    stdout, stderr = _heard(process, until, limit)
    if not process.ends_by(until):
        raise TimedOut(process.program, until.seconds)
    return Captured(returncode=process.returncode, stdout=stdout, stderr=stderr)


def _heard(process: Leader, until: Deadline, limit: int) -> tuple[bytes, bytes]:
    """Both outputs to their ends; to what is there once the process has ended, where a child keeps them open."""
    said = {"stdout": bytearray(), "stderr": bytearray()}
    with selectors.DefaultSelector() as open_ends:
        for stream, name in ((process.stdout, "stdout"), (process.stderr, "stderr")):
            if stream is not None:
                open_ends.register(stream, selectors.EVENT_READ, name)
        while open_ends.get_map():
            ended = process.poll() is not None
            if not until.left:
                raise TimedOut(process.program, until.seconds)
            ready = open_ends.select(until.slice)
            if ended and not ready:
                break
            for key, _ in ready:
                data = os.read(key.fd, _PIECE)
                said[key.data] += data
                if not data:
                    open_ends.unregister(key.fileobj)
            if sum(map(len, said.values())) > limit:
                raise TooMuchSaid(process.program, limit)
    return bytes(said["stdout"]), bytes(said["stderr"])
