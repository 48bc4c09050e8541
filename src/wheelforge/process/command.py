"""What is to be started, and what is said where it cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.errors import WheelforgeError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to start: the program and its arguments, its whole environment, and where it runs."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path | None = None
    largest_file: int | None = None
    """Bytes beyond which no file may grow that it writes; where the system cannot set this from outside, any."""


class CannotStart(WheelforgeError):
    """A program that is not there or may not be run."""

    def __init__(self, program: str, reason: str) -> None:
        super().__init__(f"{program} cannot be started: {reason}")
        self.program = program
