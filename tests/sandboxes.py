"""The sandboxes that tests run in: the weak one everywhere, the jail where this machine lets it be."""

from __future__ import annotations

import functools

import pytest

from wheelforge.errors import IsolationError
from wheelforge.interpreters.running import base
from wheelforge.process.runner import Runner
from wheelforge.sandbox.choose import choose
from wheelforge.sandbox.port import Isolation, Sandbox


@functools.cache
def _jail() -> Sandbox | IsolationError:
    try:
        return choose(Isolation.BWRAP, runner=Runner(), interpreter=base()).sandbox
    except IsolationError as error:
        return error


def sandbox_or_skip(isolation: Isolation) -> Sandbox:
    """The sandbox of that isolation; skips the test where the machine has none."""
    if isolation is Isolation.VENV:
        return choose(isolation, runner=Runner(), interpreter=base()).sandbox
    jail = _jail()
    if isinstance(jail, IsolationError):
        pytest.skip(jail.message)
    return jail
