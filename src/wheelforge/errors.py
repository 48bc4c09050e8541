"""One tree of errors: each carries its data, renders itself, and knows its exit code and its hint."""

from __future__ import annotations

import enum
from typing import ClassVar


class ExitCode(enum.IntEnum):
    """What the process tells its caller; part of the contract with users."""

    DONE = 0
    OTHER = 1
    USAGE = 2
    RESOLUTION = 3
    INDEX = 4
    INTEGRITY = 5
    BUILD = 6
    ISOLATION = 7
    INTERRUPTED = 130


class WheelforgeError(Exception):
    """Anything that ends a command.

    ``message`` says what is wrong and where, in one or more lines; ``hint`` says what to do next,
    in one line that can be pasted where that is possible.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.OTHER

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class StorageError(WheelforgeError):
    """The disk is full, or a folder cannot be read or written."""


class UsageError(WheelforgeError):
    """The command line, a requirement, a file given by the user, or the configuration is wrong."""

    exit_code = ExitCode.USAGE


class ResolutionError(WheelforgeError):
    """No set of versions, no source, a cycle, an incomplete or a drifted set."""

    exit_code = ExitCode.RESOLUTION


class IndexAccessError(WheelforgeError):
    """The index or the network did not answer, or answered with what is no index page."""

    exit_code = ExitCode.INDEX


class IntegrityError(WheelforgeError):
    """Bytes are not what was promised: a hash, a tag, a RECORD, an unsafe archive."""

    exit_code = ExitCode.INTEGRITY


class BuildError(WheelforgeError):
    """A hook or a build failed, or its wheel is not what was expected."""

    exit_code = ExitCode.BUILD


class IsolationError(WheelforgeError):
    """The isolation that was asked for is not to be had here."""

    exit_code = ExitCode.ISOLATION
