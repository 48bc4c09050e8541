"""What is said of a program that cannot be started."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from programs import PATIENCE, python
from wheelforge.process.command import CannotStart, Command
from wheelforge.process.runner import Runner

if TYPE_CHECKING:
    from pathlib import Path


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(CannotStart, match="/absent/program cannot be started: it was not found"):
        Runner().capture(Command(argv=("/absent/program",), env={}), timeout=PATIENCE)


def test_a_file_that_is_no_program_is_named(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("text")
    with pytest.raises(CannotStart, match="Permission denied"):
        Runner().capture(Command(argv=(str(program),), env={}), timeout=PATIENCE)


def test_a_folder_that_is_not_there_is_not_taken_for_the_program(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="absent to run it in is not there"):
        Runner().capture(python("", cwd=tmp_path / "absent"), timeout=PATIENCE)
