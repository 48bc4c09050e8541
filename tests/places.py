"""Obtains what stands at places, for tests: a store of its own, and a maker of sdists that is told what to answer."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tarfile
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wheelforge.direct.git import Git, Limits, Network
from wheelforge.direct.obtained import Means
from wheelforge.direct.places import Places
from wheelforge.events import Note, Warn
from wheelforge.model.inputs import Reference
from wheelforge.plan.facts import Unanswered
from wheelforge.process.runner import Runner
from wheelforge.simple.exchange import Options
from wheelforge.simple.web import Web
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wheelforge.direct.obtained import Obtained
    from wheelforge.direct.port import PackedTree, SdistMaker
    from wheelforge.events import Event
    from wheelforge.model.digest import Digest

REFUSAL = Unanswered(reason="nothing is run with --static")
STATIC = '[project]\nname = "My.Thing"\nversion = "1.0"\n'
"""A pyproject.toml that says all without being run."""
DYNAMIC = '[project]\nname = "thing"\ndynamic = ["version"]\n'


async def refusing(_tree: PackedTree, _output: Path, /) -> Unanswered:
    """A maker where nothing may be run."""
    return REFUSAL


def place(
    location: str, *, name: str | None = None, subdirectory: str = "", hashes: frozenset[Digest] = frozenset()
) -> Reference:
    """A reference, written as its location without credentials."""
    scheme, _, rest = location.partition("://")
    return Reference(
        location=location,
        origin="the command line",
        written=f"{scheme}://{rest.rpartition('@')[2] if '@' in rest.partition('/')[0] else rest}",
        name=None if name is None else canonicalize_name(name),
        subdirectory=subdirectory,
        hashes=hashes,
    )


class Visitor:
    """Visits places, each time as a run of its own would, with one store."""

    def __init__(self, folder: Path, maker: SdistMaker = refusing) -> None:
        self.folder = folder
        self.store = Store(folder / "cache")
        self.maker = maker
        self.network = Network.OPEN
        self.limits = Limits()
        self.environ = dict(os.environ)
        self.events: list[Event] = []

    def obtain(self, reference: Reference) -> Obtained:
        """What stands there. What it was made of is gone afterwards."""
        with self.visiting(reference) as obtained:
            return obtained

    @contextlib.contextmanager
    def visiting(self, reference: Reference) -> Iterator[Obtained]:
        """The same; what it was made of is there to the end of the block."""
        with self.places() as (places, web):
            yield asyncio.run(_obtained(places, web, reference))

    @contextlib.contextmanager
    def places(self) -> Iterator[tuple[Places, Web]]:
        """The places, and the web that they are reached through, for one event loop."""
        web = Web(Options(retries=0))
        means = Means(
            web=web,
            git=Git(Runner(), self.environ, self.network, self.limits),
            store=self.store,
            report=self.events.append,
            cwd=self.folder,
        )
        with Places(means, self.maker) as places:
            yield places, web

    def members(self, obtained: Obtained) -> dict[str, str]:
        """The files of an sdist, by their names, and the aims of its links."""
        assert obtained.artifact.sha256 is not None
        return read_members(self.store.blobs.path(obtained.artifact.sha256))

    def warnings(self) -> list[str]:
        """What was warned of."""
        return [event.text for event in self.events if isinstance(event, Warn)]

    def notes(self) -> list[str]:
        """What was told beside."""
        return [event.text for event in self.events if isinstance(event, Note)]


async def _obtained(places: Places, web: Web, reference: Reference) -> Obtained:
    async with web:
        return await places.obtain(reference)


def read_members(path: Path) -> dict[str, str]:
    """The files of a tar, and the aims of its links."""
    with tarfile.open(path) as archive:
        return {
            one.name: one.linkname or archive.extractfile(one).read().decode()  # type: ignore[union-attr] # it is a file
            for one in archive
            if not one.isdir()
        }
