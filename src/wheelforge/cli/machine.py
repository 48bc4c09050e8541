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
from wheelforge.model.secrets import NONE, Secrets
from wheelforge.process.runner import Runner
from wheelforge.settings.setting import Key, Setting, Whose, command_line
from wheelforge.settings.settings import load_settings
from wheelforge.simple.lookup import Loop
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence

    from wheelforge.cli.options import Reaching, Telling
    from wheelforge.events import Reporter
    from wheelforge.formats.requirements_file import IndexOptions
    from wheelforge.model.inputs import IndexPin
    from wheelforge.settings.setting import Layer
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
def open_machine(
    telling: Telling, given: Mapping[Key, str | None], files: Sequence[Layer] = (), secrets: Secrets = NONE
) -> Iterator[Machine]:
    """Read the settings and open the store; what is told is shown for as long as this is entered.

    ``given`` is the command line's word on settings, and ``files`` that of the files that it names. No error that
    ends the block tells one of the ``secrets``.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(secrets.kept())
        settings = load_settings(
            environ=os.environ, cwd=Path.cwd(), overrides=command_line(given), files=files, secrets=secrets
        )
        runner, store = Runner(), Store(settings.cache_dir.value)
        report = stack.enter_context(make_reporter(telling, secrets))
        stack.enter_context(store.in_use())
        try:
            yield Machine(settings=settings, store=store, runner=runner, report=report)
        finally:
            runner.stop()


def given_settings(reaching: Reaching, cache_dir: str | None) -> dict[Key, str | None]:
    """The command line's word on settings."""
    return {
        Key.INDEX_URL: reaching.index_url,
        Key.INDEX: _lines(reaching.indexes),
        Key.EXTRA_INDEX_URL: _lines(reaching.extra_index_urls),
        Key.FIND_LINKS: _lines(reaching.find_links),
        Key.NO_INDEX: _switch(on=reaching.no_index),
        Key.PIN: _lines(reaching.pins),
        Key.ONLY_INDEX: _lines(reaching.only_indexes),
        Key.EXCLUDE_INDEX: _lines(reaching.exclude_indexes),
        Key.CERT: reaching.cert,
        Key.CLIENT_CERT: reaching.client_cert,
        Key.TRUSTED_HOST: _lines(reaching.trusted_hosts),
        Key.PROXY: reaching.proxy,
        Key.KEYRING_PROVIDER: reaching.keyring_provider,
        Key.TIMEOUT: reaching.timeout,
        Key.RETRIES: reaching.retries,
        Key.OFFLINE: _switch(on=reaching.offline),
        Key.CACHE_DIR: cache_dir,
    }


def file_settings(index: IndexOptions, pins: Iterable[IndexPin]) -> tuple[Layer, ...]:
    """What files say that the command line names: a layer for each word, with its file and line.

    Of the pins of projects, those that hold for all targets.
    """
    written = [
        *((Key.INDEX_URL, one) for one in (index.index_url,) if one is not None),
        *((Key.EXTRA_INDEX_URL, one) for one in index.extra_index_urls),
        *((Key.FIND_LINKS, one) for one in index.find_links),
        *((Key.TRUSTED_HOST, one) for one in index.trusted_hosts),
    ]
    said = [(key, one.value, one.origin) for key, one in written]
    said += [(Key.PIN, str(pin), pin.origin) for pin in pins if pin.marker is None]
    if index.no_index:
        said.append((Key.NO_INDEX, "true", "a requirement file"))
    return tuple({key: Setting(value=value, origin=origin, whose=Whose.FILE)} for key, value, origin in said)


def _lines(values: Iterable[str]) -> str | None:
    return "\n".join(values) or None


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
