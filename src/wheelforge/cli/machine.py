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
from wheelforge.formats.requirements_file import IndexOptions
from wheelforge.process import Runner
from wheelforge.settings.setting import Key, command_line
from wheelforge.settings.settings import load_settings
from wheelforge.simple.lookup import Loop
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Iterator, Mapping

    from wheelforge.cli.options import Reaching, Telling
    from wheelforge.events import Reporter
    from wheelforge.formats.requirements_file import Written
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


def given_settings(
    reaching: Reaching, cache_dir: str | None, files: IndexOptions | None = None, pins: Iterable[str] = ()
) -> dict[Key, str | None]:
    """The command line's word on settings, and that of the files that it names: it counts before theirs.

    ``pins`` are those of projects that it names, each as ``PROJECT=INDEX``.
    """
    files = files or IndexOptions()
    index_url = files.index_url.value if files.index_url else None
    return {
        Key.INDEX_URL: reaching.index_url or index_url,
        Key.INDEX: _lines(reaching.indexes),
        Key.EXTRA_INDEX_URL: _lines(reaching.extra_index_urls, files.extra_index_urls),
        Key.FIND_LINKS: _lines(reaching.find_links, files.find_links),
        Key.NO_INDEX: _switch(on=reaching.no_index or files.no_index),
        Key.PIN: _lines((*reaching.pins, *pins)),
        Key.ONLY_INDEX: _lines(reaching.only_indexes),
        Key.EXCLUDE_INDEX: _lines(reaching.exclude_indexes),
        Key.CERT: reaching.cert,
        Key.CLIENT_CERT: reaching.client_cert,
        Key.TRUSTED_HOST: _lines(reaching.trusted_hosts, files.trusted_hosts),
        Key.PROXY: reaching.proxy,
        Key.KEYRING_PROVIDER: reaching.keyring_provider,
        Key.TIMEOUT: reaching.timeout,
        Key.RETRIES: reaching.retries,
        Key.OFFLINE: _switch(on=reaching.offline),
        Key.CACHE_DIR: cache_dir,
    }


def _lines(values: Iterable[str], written: Iterable[Written] = ()) -> str | None:
    return "\n".join([*values, *(one.value for one in written)]) or None


def _switch(*, on: bool) -> str | None:
    return "true" if on else None


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

    with asyncio.Runner(loop_factory=Loop) as loops:
        return loops.run(stoppable())
