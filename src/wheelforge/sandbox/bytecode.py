"""Compiles the sources of an environment once, so that no job in it has to; jobs cannot keep what they compile."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from wheelforge.process.outputs import TimedOut, TooMuchSaid
from wheelforge.sandbox.port import Access, Job, Mount
from wheelforge.sandbox.surroundings import interpreter_seen, interpreter_variables
from wheelforge.store.atomic import storage_errors

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.interpreters.running import Interpreter
    from wheelforge.process.runner import Runner
    from wheelforge.sandbox.port import Sandbox

WORTH = 512 << 10
"""Bytes of sources: below, it takes longer to start the compiler than it saves. setuptools has 2 MB, hatchling 0.3."""
_PATIENCE = 120.0
"""Seconds."""


def compile_sources(libraries: Mount, *, sandbox: Sandbox, interpreter: Interpreter, runner: Runner) -> None:
    """Let the interpreter compile a folder of libraries, in the sandbox: a hostile source may break the compiler.

    Nothing is run of what is compiled. What does not compile, or takes too long, is left as it is. The bytecode is
    not compared with its source when it is imported (PEP 552): nobody can change either.
    """
    if _size(libraries.host) < WORTH:
        return
    folder = Mount(host=libraries.host, inside=libraries.inside, access=Access.WRITE)
    options = ("-I", "-S", "-m", "compileall", "-qq", "--invalidation-mode", "unchecked-hash")
    job = Job(
        argv=(str(interpreter_seen(interpreter, sandbox)), *options, sandbox.seen(folder)),
        env=interpreter_variables(interpreter, sandbox, scripts="/usr/bin"),
        cwd="/",
        mounts=(folder,),
    )
    with contextlib.suppress(TimedOut, TooMuchSaid):
        runner.capture(sandbox.command(job), timeout=_PATIENCE)


def _size(folder: Path) -> int:
    with storage_errors(folder):
        return sum(file.stat().st_size for file in folder.rglob("*.py") if file.is_file())
