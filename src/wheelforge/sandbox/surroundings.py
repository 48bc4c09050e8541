"""What every job is given beside its own: the base interpreter, the variables it is told, and a scratch folder."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.model.variables import CONSTANT
from wheelforge.sandbox.port import Access, Mount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wheelforge.interpreters.running import Interpreter
    from wheelforge.sandbox.port import Sandbox

_USR = Path("/usr")
_PYTHON = "/python"
_SCRATCH = "/scratch"


def interpreter_mount(interpreter: Interpreter) -> Mount:
    """Show a base interpreter at its own path where that is the system's, else at one that is no home's."""
    own = interpreter.prefix.is_relative_to(_USR)
    return Mount(host=interpreter.prefix, inside=str(interpreter.prefix) if own else _PYTHON)


def interpreter_seen(interpreter: Interpreter, sandbox: Sandbox) -> Path:
    """The path of the base interpreter's program as a job sees it."""
    inside = interpreter.executable.relative_to(interpreter.prefix)
    return Path(sandbox.seen(interpreter_mount(interpreter))) / inside


@contextlib.contextmanager
def scratch_folder(parent: Path) -> Iterator[Mount]:
    """Make a folder in ``parent`` for one job's home and temporary files, and remove it afterwards."""
    with tempfile.TemporaryDirectory(dir=parent, prefix=".scratch-", ignore_cleanup_errors=True) as name:
        host = Path(name)
        for inner in ("home", "temporary"):
            (host / inner).mkdir()
        yield Mount(host=host, inside=_SCRATCH, access=Access.WRITE)


def job_variables(sandbox: Sandbox, scratch: Mount) -> dict[str, str]:
    """Say what every job is told, whatever it runs; nothing of the host's own environment is among it."""
    own = sandbox.seen(scratch)
    return {**CONSTANT, "HOME": f"{own}/home", "TMPDIR": f"{own}/temporary"}


def interpreter_variables(interpreter: Interpreter, sandbox: Sandbox, *, scripts: str) -> dict[str, str]:
    """Say what a job needs to find programs and the interpreter's library; the folder ``scripts`` is searched first."""
    found = {"PATH": f"{scripts}:/usr/bin:/bin"}
    if interpreter.libpython is not None and not interpreter.prefix.is_relative_to(_USR):
        inside = interpreter.libpython.relative_to(interpreter.prefix)
        found["LD_LIBRARY_PATH"] = f"{sandbox.seen(interpreter_mount(interpreter))}/{inside}"
    return found
