"""Build environments: exactly the wheels that were asked for, made once and shared, or private where jobs could write.

Made with virtualenv (an empty environment) and installer (wheels into it). Each wheel is installed once: an environment
of several is laid together from those of one.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from wheelforge.errors import IntegrityError
from wheelforge.sandbox.bytecode import compile_sources
from wheelforge.sandbox.grafts import graft
from wheelforge.sandbox.port import Isolation, Mount
from wheelforge.sandbox.surroundings import interpreter_seen, interpreter_variables
from wheelforge.sandbox.wheels import clause, install
from wheelforge.store.atomic import storage_errors
from wheelforge.store.usage import touch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wheelforge.interpreters.running import Interpreter
    from wheelforge.process.runner import Runner
    from wheelforge.sandbox.port import Sandbox
    from wheelforge.sandbox.wheels import EnvironmentWheel
    from wheelforge.store.store import Store

_INSIDE = "/env"
_BYTECODE = "bytecode"
"""The empty file in an environment that tells that its sources were compiled, or are not worth it."""
_LAYOUT = "2"
"""Raised when environments are made in another way, so that older ones are not taken for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """An interpreter with exactly the wheels of one set."""

    mount: Mount
    python: str
    """The interpreter, as a job sees it."""
    scripts: str
    """The folder of the wheels' programs, as a job sees it."""
    variables: Mapping[str, str]
    """What a job must be told to use it."""
    key: str
    """The same for the same wheels and interpreter: 32 hex digits."""


class Environments:
    """Makes environments for the jobs of one sandbox and interpreter; for any thread and any number of processes."""

    def __init__(self, store: Store, *, sandbox: Sandbox, interpreter: Interpreter, runner: Runner) -> None:
        self._store = store
        self._sandbox = sandbox
        self._runner = runner
        self._interpreter = interpreter

    @contextlib.contextmanager
    def open(self, wheels: Sequence[EnvironmentWheel]) -> Iterator[Environment]:
        """Give an environment with these wheels, whose hashes were checked before.

        In a jail it is made once, shared and read-only; without one each use has its own, which is removed after.

        Raises:
            IntegrityError: a wheel's RECORD or layout is not right, or it would write outside the environment.
            StorageError: it cannot be written.
        """
        ordered = tuple(sorted(wheels, key=lambda wheel: wheel.filename))
        key = self._key(ordered)
        match self._sandbox.isolation:
            case Isolation.BWRAP:
                yield self._described(self._shared(ordered), key)
            case Isolation.VENV:
                with self._workplace() as work:
                    self._make(work / "env", ordered)
                    yield self._described(work / "env", key)
            case _ as other:
                assert_never(other)

    def _key(self, wheels: Sequence[EnvironmentWheel]) -> str:
        told = hashlib.sha256()
        own = self._interpreter
        for part in (_LAYOUT, own.build, str(own.executable), *(f"{one.filename} {one.sha256}" for one in wheels)):
            told.update(part.encode() + b"\n")
        return told.hexdigest()[:32]

    def _described(self, folder: Path, key: str) -> Environment:
        mount = Mount(host=folder, inside=_INSIDE)
        scripts = f"{self._sandbox.seen(mount)}/bin"
        variables = interpreter_variables(self._interpreter, self._sandbox, scripts=scripts)
        return Environment(mount=mount, python=f"{scripts}/python", scripts=scripts, variables=variables, key=key)

    def _shared(self, wheels: Sequence[EnvironmentWheel]) -> Path:
        key = self._key(wheels)
        final = self._store.folder("environments") / key
        # Bytecode is for what is used again: to compile all of a wheel costs three times what one job saves by it.
        used_before, bytecode = final.is_dir(), final / _BYTECODE
        if not used_before or (len(wheels) == 1 and not bytecode.exists()):
            with self._store.lock(f"environment-{key}"):
                if not final.is_dir():
                    with self._workplace() as work:
                        self._compose(work / "env", wheels)
                        (work / "env").rename(final)
                elif used_before and not bytecode.exists():
                    self._compile(final)
                    bytecode.touch()
        touch(final)
        return final

    def _compose(self, folder: Path, wheels: Sequence[EnvironmentWheel]) -> None:
        """Make a shared environment out of smaller ones, which are made where they are missing.

        What it shares with them is read-only to jobs, and the part that is installed here is its own.
        """
        match wheels:
            case ():
                self._make(folder, wheels)
            case (wheel,):
                self._overlay(folder, (), wheel)
                install(wheels, folder, libraries=_libraries(folder), python=f"{_INSIDE}/bin/python")
            case _:
                for wheel in wheels:
                    self._overlay(folder, (wheel,), wheel)

    def _compile(self, folder: Path) -> None:
        libraries = _libraries(folder)
        seen = Mount(host=libraries, inside=f"{_INSIDE}/{libraries.relative_to(folder)}")
        compile_sources(seen, sandbox=self._sandbox, interpreter=self._interpreter, runner=self._runner)

    def _overlay(self, folder: Path, part: Sequence[EnvironmentWheel], wheel: EnvironmentWheel) -> None:
        smaller = self._shared(part)
        with storage_errors(folder):
            folder.mkdir(exist_ok=True)
            try:
                graft(smaller, folder)
            except (FileExistsError, IsADirectoryError) as error:
                raise IntegrityError(f"{wheel.filename} cannot be installed: {clause(error)}") from error

    @contextlib.contextmanager
    def _workplace(self) -> Iterator[Path]:
        parent = self._store.folder("work")
        with storage_errors(parent):
            folder = Path(tempfile.mkdtemp(dir=parent, prefix="environment-"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _make(self, folder: Path, wheels: Sequence[EnvironmentWheel]) -> None:
        seen = self._sandbox.seen(Mount(host=folder, inside=_INSIDE))
        with self._store.lock("virtualenv"), storage_errors(folder):
            libraries = _bare(folder, self._interpreter, self._store.folder("virtualenv"))
        install(wheels, folder, libraries=libraries, python=f"{seen}/bin/python")
        with storage_errors(folder):
            self._repoint(folder)

    def _repoint(self, folder: Path) -> None:
        """Lead from the environment to the base interpreter as jobs see it, and tell nothing else of this host.

        Comes after the wheels: until then the links lead to real files, and nothing can be written through them.
        """
        base = interpreter_seen(self._interpreter, self._sandbox)
        for link in (folder / "bin").iterdir():
            if link.is_symlink() and link.readlink().is_absolute():
                link.unlink()
                link.symlink_to(base)
        lines = (
            f"home = {base.parent}",
            f"version = {self._interpreter.version}",
            "include-system-site-packages = false",
        )
        (folder / "pyvenv.cfg").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _libraries(folder: Path) -> Path:
    """The folder of libraries of an environment."""
    return next(folder.glob("lib/*/site-packages"))


def _bare(folder: Path, interpreter: Interpreter, remembered: Path) -> Path:
    """Make an environment without a single package; gives its folder of libraries."""
    from virtualenv import cli_run  # noqa: PLC0415 - 170 ms that only builds need

    arguments = ["--python", str(interpreter.executable), "--app-data", str(remembered), "--symlinks"]
    arguments += ["--no-seed", "--no-periodic-update", "--no-vcs-ignore", "--activators", "", str(folder)]
    # An empty environment, and no file of configuration: what a user sets for virtualenv is not for us.
    session = cli_run(arguments, setup_logging=False, env={"VIRTUALENV_CONFIG_FILE": os.devnull})
    return Path(session.creator.purelib)
