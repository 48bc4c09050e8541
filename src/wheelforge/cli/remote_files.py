"""Requirement files that stand on a web server: ``-r https://...``, as pip takes them."""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.cli.display import make_reporter
from wheelforge.errors import UsageError
from wheelforge.process.runner import Runner
from wheelforge.settings.setting import command_line
from wheelforge.settings.settings import load_settings
from wheelforge.simple.address import Login, redact
from wheelforge.simple.logged_in import LoggedIn
from wheelforge.simple.lookup import Loop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wheelforge.cli.options import Telling
    from wheelforge.formats.requirements_txt import Fetch
    from wheelforge.settings.setting import Key
    from wheelforge.simple.client import Client

_OK = 200


@contextlib.contextmanager
def remote_files(given: Mapping[Key, str | None], telling: Telling) -> Iterator[Fetch]:
    """Fetches such files with one client for all, which is opened for the first of them.

    ``given`` is what the command line says of how servers are reached.
    """
    with contextlib.ExitStack() as stack:
        opened: list[Fetch] = []

        def fetch(url: str) -> bytes:
            if not opened:
                opened.append(stack.enter_context(_open(url, given, telling)))
            return opened[0](url)

        yield fetch


@contextlib.contextmanager
def _open(first: str, given: Mapping[Key, str | None], telling: Telling) -> Iterator[Fetch]:
    """A client that logs in with what netrc knows, and at the server of the first file with the keyring too."""
    from wheelforge.cli.supply import find_logins, open_web  # noqa: PLC0415 - few requirement files stand elsewhere

    settings = load_settings(environ=os.environ, cwd=Path.cwd(), overrides=command_line(given))
    runner, held = Runner(), contextlib.AsyncExitStack()
    with make_reporter(telling) as report, asyncio.Runner(loop_factory=Loop) as loops:
        try:
            wire = loops.run(held.enter_async_context(open_web(settings)))
            client = LoggedIn(wire, Login.of(first), find_logins(settings, runner, report))
            yield lambda url: loops.run(_read(url, client))
        finally:
            runner.stop()
            loops.run(held.aclose())


async def _read(url: str, client: Client) -> bytes:
    answer = await client.get(url)
    if answer.status != _OK:
        raise UsageError(f"there is no requirements file at {redact(url)}", hint="check the address after -r or -c")
    return answer.body
