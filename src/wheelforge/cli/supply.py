"""What collecting works with: the index of the settings, and a desk where backends are asked."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING

from wheelforge.factory.collect import Supply
from wheelforge.factory.desk import ClosedDesk, LateDesk
from wheelforge.plan.facts import Unanswered
from wheelforge.simple.address import Login
from wheelforge.simple.exchange import Options
from wheelforge.simple.remote import SimpleIndex
from wheelforge.simple.web import Web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from wheelforge.cli.machine import Machine
    from wheelforge.factory.knowledge import HookDesk
    from wheelforge.forge.bench import Bench
    from wheelforge.simple.index import Index


@contextlib.asynccontextmanager
async def open_supply(here: Machine, find_bench: Callable[[], Bench | None]) -> AsyncIterator[Supply]:
    """The index and the desk; ``find_bench`` is called when the first backend has to be asked.

    It gives ``None`` where no sandbox works here and nobody has allowed to do without.
    """
    settings, asked = here.settings, here.settings.index.value
    options = Options(timeout=settings.timeout.value, retries=settings.retries.value, cert=settings.cert.value)
    async with Web(options) as web:
        web.warm()
        url = Login(base=asked.url, userinfo=asked.userinfo).onto(asked.url)
        index = SimpleIndex(name=asked.name, url=url, web=web, store=here.store, reporter=here.report)

        async def open_desk() -> HookDesk:
            bench = await asyncio.to_thread(find_bench)
            return _closed() if bench is None else _sandboxed(here, bench, index)

        yield Supply(index=index, hooks=LateDesk(open_desk), store=here.store, report=here.report)


def _sandboxed(here: Machine, bench: Bench, index: Index) -> HookDesk:
    from wheelforge.factory.sandbox_desk import SandboxDesk  # noqa: PLC0415 - most runs ask no backend

    places = asyncio.Semaphore(os.cpu_count() or 1)
    logs = here.store.folder("logs")
    return SandboxDesk(index=index, bench=bench, records=here.store.records, logs=logs, places=places)


def _closed() -> HookDesk:
    reason = "its hook was not asked, since no sandbox works here"
    return ClosedDesk(refusal=Unanswered(reason=reason, hint="run hooks without one: --isolation venv"))
