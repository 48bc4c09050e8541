"""What collecting works with: the indexes of the settings, and a desk where backends are asked."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.cli.keyrings import find_keyring
from wheelforge.direct.beside import Beside
from wheelforge.direct.git import Git, Network
from wheelforge.direct.index import DirectIndex
from wheelforge.direct.obtained import Means
from wheelforge.direct.places import Places
from wheelforge.factory.collect import Supply
from wheelforge.factory.desk import ClosedDesk, LateDesk
from wheelforge.interpreters.running import current
from wheelforge.plan.facts import Unanswered
from wheelforge.resolve.catalog import Searched
from wheelforge.simple.address import Login
from wheelforge.simple.assembly import assemble
from wheelforge.simple.client import Offline
from wheelforge.simple.exchange import Options
from wheelforge.simple.logged_in import LoggedIn
from wheelforge.simple.logins import Logins
from wheelforge.simple.web import Web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wheelforge.cli.machine import Machine
    from wheelforge.events import Reporter
    from wheelforge.factory.port import HookDesk
    from wheelforge.forge.bench import Bench
    from wheelforge.process.runner import Runner
    from wheelforge.recipes.cookbook import Cookbook
    from wheelforge.settings.indexes import Indexes
    from wheelforge.settings.settings import Settings
    from wheelforge.simple.index import Index


FindBench = Callable[[], "Bench | Unanswered"]
"""A place to run backends, or why there is none."""


@contextlib.asynccontextmanager
async def open_supply(here: Machine, find_bench: FindBench, recipes: Cookbook) -> AsyncIterator[Supply]:
    """The index and the desk; ``find_bench`` is called when the first backend has to be asked.

    It says why where nobody may be asked here.
    """
    async with open_web(here.settings) as wire:
        logins = find_logins(here.settings, here.runner, here.report)
        indexes = assemble(here.settings.indexes, web=wire, store=here.store, logins=logins, reporter=here.report)
        web = LoggedIn(wire, Login(base="", userinfo=""), logins)
        index = Beside(indexes, DirectIndex(store=here.store, web=web))
        means = Means(web=web, git=_git(here), store=here.store, report=here.report, cwd=Path.cwd())

        async def open_desk() -> HookDesk:
            bench = await asyncio.to_thread(find_bench)
            return ClosedDesk(refusal=bench) if isinstance(bench, Unanswered) else _sandboxed(here, bench, index)

        yield Supply(
            index=index,
            pinning=indexes,
            hooks=LateDesk(open_desk),
            open_places=lambda maker: Places(means, maker),
            host=current(),
            recipes=recipes,
            store=here.store,
            report=here.report,
            searched=_searched(here.settings.indexes),
            warm=wire.warm,
        )


@contextlib.asynccontextmanager
async def open_web(settings: Settings) -> AsyncIterator[Web | Offline]:
    """The web as the settings say how to reach it; offline, one that has nothing."""
    if settings.offline.value:
        yield Offline()
        return
    options = Options(
        timeout=settings.timeout.value,
        retries=settings.retries.value,
        cert=settings.cert.value,
        client_cert=settings.client_cert.value,
        proxy=settings.proxy.value,
        trusted_hosts=settings.trusted_hosts.value,
    )
    async with Web(options) as web:
        yield web


def _searched(indexes: Indexes) -> Searched:
    if indexes.ordered:
        return Searched.INDEX
    return Searched.LINKS if indexes.find_links else Searched.NOTHING


def _git(here: Machine) -> Git:
    """Reaches its servers as the settings say of all servers."""
    settings, environ = here.settings, dict(os.environ)
    if settings.cert.value is not None:
        environ["GIT_SSL_CAINFO"] = str(settings.cert.value)
    if settings.client_cert.value is not None:
        environ |= dict.fromkeys(("GIT_SSL_CERT", "GIT_SSL_KEY"), str(settings.client_cert.value))
    if settings.proxy.value is not None:
        environ |= dict.fromkeys(("http_proxy", "https_proxy"), settings.proxy.value)
    network = Network.CLOSED if settings.offline.value else Network.OPEN
    unchecked = [f"http.https://{host}/.sslVerify=false" for host in sorted(settings.trusted_hosts.value)]
    return Git(here.runner, environ, network, config=unchecked)


def find_logins(settings: Settings, runner: Runner, report: Reporter) -> Logins:
    """What logs in at servers, as the settings say where to look for it."""
    keyring = find_keyring(settings.keyring.value, runner)
    return Logins(netrc_files=settings.netrc, keyring=keyring, reporter=report)


def _sandboxed(here: Machine, bench: Bench, index: Index) -> HookDesk:
    from wheelforge.factory.made import Equipment  # noqa: PLC0415 - most runs ask no backend
    from wheelforge.factory.sandbox_desk import SandboxDesk  # noqa: PLC0415 - most runs ask no backend

    places = asyncio.Semaphore(os.cpu_count() or 1)
    logs = here.store.folder("logs")
    equipment = Equipment(bench=bench, store=here.store, target=current(), report=here.report, logs=logs)
    return SandboxDesk(index=index, equipment=equipment, places=places)
