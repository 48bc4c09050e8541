"""Runs wheelforge as its users do, as a process of its own in the working folder, and keeps what it said."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from wheelforge.cli.output import Document
from wheelforge.errors import ExitCode
from wheelforge.formats.lock import load_lock

if TYPE_CHECKING:
    from wheelforge.model.lock import Lock

T = TypeVar("T")

PROGRAM = (sys.executable, "-m", "wheelforge")
_OWN_TRACEBACK = re.compile(r"^Traceback|fault of wheelforge", re.MULTILINE)
"""A backend's traceback is shown too, but never at the beginning of a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a command ended, and what it said."""

    code: int
    stdout: str
    stderr: str

    def document(self, kind: type[T]) -> T:
        """The one JSON document on standard output, of which the schema knows every field."""
        document = msgspec.json.decode(self.stdout, type=Document)
        assert isinstance(document, kind)
        assert msgspec.json.decode(self.stdout) == msgspec.to_builtins(document)
        return document


def wheelforge(*arguments: str | Path, code: ExitCode = ExitCode.DONE) -> Outcome:
    """Run one command to its end, which must be this one."""
    done = subprocess.run([*PROGRAM, *map(str, arguments)], check=False, capture_output=True, text=True)
    outcome = Outcome(code=done.returncode, stdout=done.stdout, stderr=done.stderr)
    assert outcome.code == code, f"exit code {outcome.code}\n{outcome.stdout}\n{outcome.stderr}"
    assert not _OWN_TRACEBACK.search(outcome.stderr), outcome.stderr
    assert code is ExitCode.DONE or re.search(r"^(error|interrupted): ", outcome.stderr, re.MULTILINE), outcome.stderr
    return outcome


def refused(*arguments: str | Path, code: ExitCode) -> str:
    """Run one command that must fail, and give what it says of the error, hint included."""
    told = wheelforge(*arguments, code=code).stderr
    return told[told.index("error: ") :]


def write(name: str, *lines: str) -> str:
    """Write a file of the working folder, and give its name."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join((*lines, "")))
    return name


def lock_of(folder: Path) -> Lock:
    """The lock of a folder."""
    path = folder / "wheelforge.lock"
    return load_lock(path.read_bytes(), origin=str(path))


def names(folder: Path) -> set[str]:
    """What stands in a folder and in those within, as paths."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def archives(folder: Path) -> set[str]:
    """The sdists and wheels in a folder and in those within."""
    return {name for name in names(folder) if name.endswith((".whl", ".tar.gz", ".zip"))}


def assert_nothing_finished(folder: Path) -> None:
    """The folder holds neither a lock nor an archive nor a file that was begun."""
    left = {name for name in names(folder) if not name.endswith(".log")}
    assert left == set(), left
