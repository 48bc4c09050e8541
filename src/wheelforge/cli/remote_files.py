"""Requirement files that stand on a web server: ``-r https://...``, as pip takes them."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.errors import UsageError
from wheelforge.settings.setting import command_line
from wheelforge.settings.settings import load_settings
from wheelforge.simple.address import redact
from wheelforge.simple.lookup import Loop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wheelforge.formats.requirements_txt import Fetch
    from wheelforge.settings.setting import Key

_OK = 200


def remote_files(given: Mapping[Key, str | None]) -> Fetch:
    """Fetches such files; ``given`` is what the command line says of how servers are reached."""

    def fetch(url: str) -> bytes:
        with asyncio.Runner(loop_factory=Loop) as loops:
            return loops.run(_read(url, given))

    return fetch


async def _read(url: str, given: Mapping[Key, str | None]) -> bytes:
    from wheelforge.cli.supply import open_web  # noqa: PLC0415 - few requirement files stand elsewhere

    settings = load_settings(environ=os.environ, cwd=Path.cwd(), overrides=command_line(given))
    async with open_web(settings) as web:
        answer = await web.get(url)
    if answer.status != _OK:
        raise UsageError(f"there is no requirements file at {redact(url)}", hint="check the address after -r or -c")
    return answer.body
