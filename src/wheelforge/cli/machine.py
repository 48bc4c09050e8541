"""What commands run with: settings, store, interpreter, sandbox, index, put together from the options given."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from wheelforge.cli.display import make_reporter
from wheelforge.events import Note, Warn
from wheelforge.factory.collect import Supply
from wheelforge.factory.desk import ClosedDesk, SandboxDesk
from wheelforge.forge.bench import Bench
from wheelforge.interpreters.running import base, current
from wheelforge.plan.facts import Unanswered
from wheelforge.process import Runner
from wheelforge.sandbox.choose import choose
from wheelforge.sandbox.environments import Environments
from wheelforge.sandbox.port import Isolation
from wheelforge.settings.setting import Key, command_line
from wheelforge.settings.settings import load_settings
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping

    from wheelforge.cli.options import Reaching, Telling
    from wheelforge.events import Reporter
    from wheelforge.factory.knowledge import HookDesk
    from wheelforge.sandbox.choose import Choice
    from wheelforge.settings.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """This machine, for one command."""

    settings: Settings
    store: Store
    runner: Runner
    report: Reporter

    def choose(self, isolation: str | None) -> Choice:
        """The sandbox that was asked for by name, else the strongest that works here."""
        requested = None if isolation is None else Isolation(isolation)
        return choose(requested, runner=self.runner, interpreter=base())

    def choose_for_builds(self, isolation: str | None) -> Choice:
        """The same; that builds get a weak one is said, since nobody asked for that."""
        choice = self.choose(isolation)
        if choice.weaker is not None:
            text = f"builds run in environments of their own but in no sandbox: {choice.weaker.message}"
            self.report(Warn(text=text, hint=choice.weaker.hint))
        else:
            self.report(Note(text=f"builds are isolated by {choice.sandbox.isolation.value}"))
        return choice

    def bench(self, choice: Choice, timeout: float | None = None) -> Bench:
        """Where backends are run."""
        interpreter = base()
        environments = Environments(self.store, sandbox=choice.sandbox, interpreter=interpreter)
        isolation = choice.sandbox.isolation.value
        return Bench(
            sandbox=choice.sandbox,
            environments=environments,
            runner=self.runner,
            conditions=f"{current().name} {interpreter.build} {isolation}",
            timeout=timeout,
        )

    @contextlib.asynccontextmanager
    async def supply(self, bench: Bench | None) -> AsyncIterator[Supply]:
        """The index, and a desk that asks hooks at ``bench``, or none where that is ``None``."""
        from wheelforge.simple.address import Login  # noqa: PLC0415 - only collecting needs the network
        from wheelforge.simple.exchange import Options  # noqa: PLC0415 - the same
        from wheelforge.simple.remote import SimpleIndex  # noqa: PLC0415 - the same
        from wheelforge.simple.web import Web  # noqa: PLC0415 - the same

        settings = self.settings
        cert = settings.cert.value
        options = Options(timeout=settings.timeout.value, retries=settings.retries.value, cert=cert)
        async with Web(options) as web:
            web.warm()
            asked = settings.index.value
            login = Login(base=asked.url, userinfo=asked.userinfo).onto(asked.url)
            index = SimpleIndex(name=asked.name, url=login, web=web, store=self.store, reporter=self.report)
            places = asyncio.Semaphore(os.cpu_count() or 1)
            logs = self.store.folder("logs")
            desk: HookDesk = _closed()
            if bench is not None:
                desk = SandboxDesk(index=index, bench=bench, records=self.store.records, logs=logs, places=places)
            yield Supply(index=index, hooks=desk, blobs=self.store.blobs, report=self.report)


def _closed() -> ClosedDesk:
    reason = "its hook was not asked, since no sandbox works here"
    return ClosedDesk(refusal=Unanswered(reason=reason, hint="run hooks without one: --isolation venv"))


@contextlib.contextmanager
def open_machine(telling: Telling, given: Mapping[Key, str | None]) -> Iterator[Machine]:
    """Read the settings and open the store; what is told is shown for as long as this is entered."""
    settings = load_settings(environ=os.environ, cwd=Path.cwd(), overrides=command_line(given))
    runner = Runner()
    with make_reporter(telling) as report:
        try:
            yield Machine(settings=settings, store=Store(settings.cache_dir.value), runner=runner, report=report)
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
