"""Where a command lets backends run: the sandbox that was asked for, or the strongest that works here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.events import Note, Warn
from wheelforge.forge.bench import Bench
from wheelforge.interpreters.running import base, current
from wheelforge.sandbox.choose import choose
from wheelforge.sandbox.environments import Environments
from wheelforge.sandbox.port import Isolation

if TYPE_CHECKING:
    from wheelforge.cli.machine import Machine
    from wheelforge.sandbox.choose import Choice

AUTO = "auto"


def choose_sandbox(here: Machine, isolation: str) -> Choice:
    """The sandbox that was asked for by name, else the strongest that works here.

    Raises:
        IsolationError: the one that was asked for is not to be had.
    """
    requested = None if isolation == AUTO else Isolation(isolation)
    return choose(requested, runner=here.runner, interpreter=base())


def choose_or_warn(here: Machine, isolation: str, what_runs: str) -> Choice:
    """The same; that ``what_runs`` gets a weak one is said, since nobody asked for that."""
    choice = choose_sandbox(here, isolation)
    if choice.weaker is not None:
        text = f"{what_runs} in environments of their own but in no sandbox: {choice.weaker.message}"
        here.report(Warn(text=text, hint=choice.weaker.hint))
    return choice


def choose_for_builds(here: Machine, isolation: str) -> Choice:
    """The same, for builds; the one that they get is said."""
    choice = choose_or_warn(here, isolation, "builds run")
    if choice.weaker is None:
        here.report(Note(text=f"builds are isolated by {choice.sandbox.isolation.value}"))
    return choice


def make_bench(here: Machine, choice: Choice, *, timeout: float | None = None, timeout_option: str = "") -> Bench:
    """A bench in that sandbox; ``timeout`` in seconds for each hook, and the option that changes it."""
    interpreter = base()
    return Bench(
        sandbox=choice.sandbox,
        environments=Environments(here.store, sandbox=choice.sandbox, interpreter=interpreter, runner=here.runner),
        runner=here.runner,
        conditions=f"{current().name} {interpreter.build} {choice.sandbox.isolation.value}",
        timeout=timeout,
        timeout_option=timeout_option,
    )
