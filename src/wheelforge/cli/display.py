"""Who shows events: lines on standard error, under a live line where that is a terminal."""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import TYPE_CHECKING

import click

from wheelforge.cli.words import detail, doing, line
from wheelforge.events import PhaseStarted, UnitFailed, UnitFinished, Warn
from wheelforge.model.secrets import NONE
from wheelforge.model.told import plain_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress, TaskID

    from wheelforge.cli.options import Telling
    from wheelforge.events import Event, Reporter
    from wheelforge.model.secrets import Secrets


@contextlib.contextmanager
def make_reporter(telling: Telling, secrets: Secrets = NONE) -> Iterator[Reporter]:
    """The reporter for this command: live on a terminal, else one line an event; few words with ``--quiet``.

    None of the ``secrets`` is told.
    """
    if telling.quiet:
        yield _Lines(secrets, quiet=True, verbose=False)
    elif telling.verbose or not sys.stderr.isatty():
        yield _Lines(secrets, quiet=False, verbose=telling.verbose)
    else:
        with _live(secrets) as report:
            yield report


class _Lines:
    """One line an event on standard error."""

    def __init__(self, secrets: Secrets, *, quiet: bool, verbose: bool) -> None:
        self._secrets = secrets
        self._quiet = quiet
        self._verbose = verbose
        self._lock = threading.Lock()

    def __call__(self, event: Event, /) -> None:
        """Print the event's line, if it has one."""
        told = line(event)
        if self._quiet and not isinstance(event, Warn):
            told = None
        elif self._verbose:
            told = told or detail(event)
        if told is not None:
            with self._lock:
                click.echo(_shown(told, self._secrets), err=True)


@contextlib.contextmanager
def _live(secrets: Secrets) -> Iterator[Reporter]:
    from rich.console import Console  # noqa: PLC0415 - a tenth of a second that only terminals need
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as progress:
        yield _Live(progress, progress.add_task("", total=None, visible=False), secrets)


class _Live:
    """A live line of what is being done, and above it the lines that stay."""

    def __init__(self, progress: Progress, task: TaskID, secrets: Secrets) -> None:
        self._progress = progress
        self._task = task
        self._secrets = secrets

    def __call__(self, event: Event, /) -> None:
        """Move the live line, and print above it what stays."""
        told, now = line(event), doing(event)
        if told is not None:
            self._progress.console.print(_shown(told, self._secrets), markup=False, soft_wrap=True)
        if isinstance(event, PhaseStarted):
            self._progress.reset(self._task, total=event.total, visible=True)
        if isinstance(event, UnitFinished | UnitFailed):
            self._progress.advance(self._task)
        if now is not None:
            self._progress.update(self._task, description=_shown(now, self._secrets))


def _shown(told: str, secrets: Secrets) -> str:
    """Without secrets, and without what a terminal would obey: much was written by strangers."""
    return plain_lines(secrets.masked(told))
