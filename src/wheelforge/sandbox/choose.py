"""Which sandbox a command gets: the one that was asked for or none, else the strongest that really works here."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

import msgspec

from wheelforge.errors import IsolationError
from wheelforge.process.command import CannotStart, Command
from wheelforge.process.outputs import TimedOut
from wheelforge.sandbox.bwrap import NO_NAMESPACES, Bwrap, known_options, system_arguments
from wheelforge.sandbox.port import Isolation, Job, Mount
from wheelforge.sandbox.surroundings import (
    interpreter_mount,
    interpreter_seen,
    interpreter_variables,
    job_variables,
    scratch_folder,
)
from wheelforge.sandbox.venv import Venv

if TYPE_CHECKING:
    from wheelforge.interpreters.running import Interpreter
    from wheelforge.process.outputs import Captured
    from wheelforge.process.runner import Runner
    from wheelforge.sandbox.port import Sandbox

_PROBE = Mount(host=Path(__file__).with_name("probe.py"), inside="/probe.py")
_FORBIDDEN = (
    "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, an AppArmor profile for bwrap, or a container "
    "that is not confined), or take less with --isolation venv"
)
_NO_HOME = Path("/nonexistent")
_PATIENCE = 30.0
"""Seconds for a jail that takes a hundredth of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The sandbox that jobs get, and why it is no stronger."""

    sandbox: Sandbox
    weaker: IsolationError | None
    """Why `Isolation.BWRAP` is not to be had, with what to do about it; set only where nobody chose less by name."""


def choose(requested: Isolation | None, *, runner: Runner, interpreter: Interpreter) -> Choice:
    """Take the isolation that was ``requested``, or where that is ``None`` the strongest that a trial proves to hold.

    Raises:
        IsolationError: the one asked for by name is not to be had; never is a weaker one taken instead.
    """
    match requested:
        case Isolation.VENV:
            return Choice(sandbox=Venv(), weaker=None)
        case Isolation.BWRAP:
            return Choice(sandbox=_jail(runner, interpreter), weaker=None)
        case None:
            try:
                return Choice(sandbox=_jail(runner, interpreter), weaker=None)
            except IsolationError as error:
                return Choice(sandbox=Venv(), weaker=error)
        case _:
            assert_never(requested)


def _jail(runner: Runner, interpreter: Interpreter) -> Bwrap:
    program = shutil.which("bwrap")
    if program is None:
        raise IsolationError(
            "isolation bwrap is not to be had: there is no bwrap on PATH",
            hint="apt-get install bubblewrap",
        )
    jail = Bwrap(
        program=Path(program).resolve(),
        interpreter=interpreter_mount(interpreter),
        system=system_arguments(),
        known=_known(program, runner),
    )
    if NO_NAMESPACES in jail.known:
        # In a container it may need a file that is read-only there, where all else works.
        with contextlib.suppress(IsolationError):
            return _proved(jail, runner, interpreter)
    return _proved(replace(jail, known=jail.known - {NO_NAMESPACES}), runner, interpreter)


def _known(program: str, runner: Runner) -> frozenset[str]:
    try:
        told = runner.capture(Command(argv=(program, "--help"), env={}), timeout=_PATIENCE)
    except (CannotStart, TimedOut) as error:
        raise IsolationError(f"isolation bwrap is not to be had: {error.message}") from error
    return known_options((told.stdout + told.stderr).decode(errors="replace"))


def _proved(jail: Bwrap, runner: Runner, interpreter: Interpreter) -> Bwrap:
    """The jail, after a trial of it."""
    with tempfile.TemporaryDirectory() as folder, scratch_folder(Path(folder)) as scratch:
        job = Job(
            argv=(str(interpreter_seen(interpreter, jail)), _PROBE.inside, str(_home())),
            env={
                **job_variables(jail, scratch),
                **interpreter_variables(interpreter, jail, scripts="/usr/bin"),
            },
            cwd="/",
            mounts=(_PROBE, scratch),
        )
        try:
            trial = runner.capture(jail.command(job), timeout=_PATIENCE)
        except (CannotStart, TimedOut) as error:
            raise IsolationError(f"isolation bwrap is not to be had: {error.message}") from error
    leaks = _leaks(trial)
    if leaks:
        raise IsolationError(f"isolation bwrap is not to be had: the jail does not hold, {', '.join(leaks)}")
    return jail


def _leaks(trial: Captured) -> list[str]:
    """What the trial could reach."""
    if trial.returncode != 0:
        lines = trial.stderr.decode(errors="replace").strip().splitlines()
        said = lines[-1] if lines else f"exit status {trial.returncode}"
        raise IsolationError(f"isolation bwrap is not to be had, a trial of it failed: {said}", hint=_FORBIDDEN)
    try:
        return msgspec.json.decode(trial.stdout, type=list[str])
    except msgspec.DecodeError as error:
        raise IsolationError("isolation bwrap is not to be had, a trial of it did not say how it went") from error


def _home() -> Path:
    """The folder that a jail must not show; one that is the root, or none, proves nothing."""
    try:
        home = Path.home()
    except RuntimeError:
        return _NO_HOME
    return _NO_HOME if home == home.parent else home
