"""Small programs to start, and their end awaited."""

from __future__ import annotations

import os
import select
import sys
from typing import TYPE_CHECKING

from wheelforge.process.command import Command

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 60
"""Seconds within which whatever is waited for has surely come."""
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
