"""What every command runs with: settings, store, the runner of processes, and who is told."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from wheelforge.cli.display import make_reporter
from wheelforge.process import Runner
from wheelforge.settings.setting import Key, command_line
from wheelforge.settings.settings import load_settings
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator, Mapping

    from wheelforge.cli.options import Reaching, Telling
    from wheelforge.events import Reporter
    from wheelforge.settings.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """This machine, for one command."""

    settings: Settings
    store: Store
    runner: Runner
    report: Reporter


@contextlib.contextmanager
def open_machine(telling: Telling, given: Mapping[Key, str | None]) -> Iterator[Machine]:
    """Read the settings and open the store; what is told is shown for as long as this is entered."""
    settings = load_settings(environ=os.environ, cwd=Path.cwd(), overrides=command_line(given))
    runner, store = Runner(), Store(settings.cache_dir.value)
    with make_reporter(telling) as report, store.in_use():
        try:
            yield Machine(settings=settings, store=store, runner=runner, report=report)
        finally:
            runner.stop()


def given_settings(reaching: Reaching, cache_dir: str | None, index_url: str | None) -> dict[Key, str | None]:
    """The command line's word on settings; ``index_url`` is what a requirements file that it names says."""
    return {
        Key.INDEX_URL: reaching.index_url or index_url,
        Key.CERT: reaching.cert,
        Key.TIMEOUT: reaching.timeout,
        Key.RETRIES: reaching.retries,
        Key.CACHE_DIR: cache_dir,
    }


def run(work: Coroutine[None, None, T], runner: Runner) -> T:
    """Run a command's work to its end. Ctrl-C and SIGTERM stop every process that it started, then itself.

    Raises:
        KeyboardInterrupt: it was stopped.
    """

    async def stoppable() -> T:
        task = asyncio.ensure_future(work)

        def stop() -> None:
            runner.stop()
            task.cancel()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        try:
            return await task
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None

    return asyncio.run(stoppable())
