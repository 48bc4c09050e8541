"""An index behind the Simple API: pages, metadata and files over HTTP, kept in the store."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from wheelforge.archives.wheel import read_both, read_metadata, read_shape
from wheelforge.errors import IndexAccessError, IntegrityError
from wheelforge.events import DownloadAdvanced, Downloaded, Looked, Warn, silent
from wheelforge.model.artifacts import Kind, Status
from wheelforge.simple.address import Login, exposed, host
from wheelforge.simple.exchange import Missing, Unreachable
from wheelforge.simple.index import ALTERED, Fetched, check_size
from wheelforge.simple.kept_pages import KeptPages
from wheelforge.simple.known_wheels import KnownWheels
from wheelforge.simple.logged_in import LoggedIn
from wheelforge.simple.logins import Logins
from wheelforge.simple.once import Once
from wheelforge.simple.projects import doubted, project, quarantined
from wheelforge.simple.releases import may_be_of
from wheelforge.simple.remote_wheel import remote_metadata, remote_shape
from wheelforge.store.blobs import HashMismatch, check_hash, check_others

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.utils import NormalizedName

    from wheelforge.events import Reporter
    from wheelforge.model.artifacts import Artifact, Project
    from wheelforge.model.shape import Shape
    from wheelforge.simple.client import Client
    from wheelforge.simple.exchange import Part
    from wheelforge.simple.remote_wheel import Ranges
    from wheelforge.store.blobs import Blobs, Incoming
    from wheelforge.store.store import Store

_SMALL = 128 << 10
"""Bytes: up to here a whole wheel costs no more time than a part of it, and saves a request when it is chosen."""
_BEARABLE = 16 << 20
"""Bytes: up to here a wheel is read whole for its outline, where the server gives no ranges."""
_QUESTIONS, _FILES = 64, 16
"""Requests at once."""
_OK = 200
_OF_A_LOCK = "see whether the lock that lists the file is right, or out of date: no index that is used here lists it"


class SimpleIndex:
    """One index, for one run: what was read once is not asked for again. See `wheelforge.simple.index.Index`."""

    def __init__(
        self,
        *,
        name: str,
        url: str,
        web: Client,
        store: Store,
        reporter: Reporter = silent,
        logins: Logins | None = None,
    ) -> None:
        login = Login.of(url)
        self.name = name
        self._url = login.base
        self._web = LoggedIn(web, login, logins or Logins(reporter=reporter), name=name)
        self._store = store
        self._report = reporter
        self._warned: set[str] = set()
        self._pages = KeptPages(web=self._web, records=store.records, clock=time.time)
        self._projects: Once[Project | None] = Once()
        self._known = KnownWheels(store.records, self._url)
        self._metadata: Once[bytes] = Once()
        self._shapes: Once[Shape] = Once()
        self._files: Once[Fetched] = Once()
        self._questions = asyncio.Semaphore(_QUESTIONS)
        self._transfers = asyncio.Semaphore(_FILES)

    async def project(self, name: NormalizedName) -> Project | None:
        """See `wheelforge.simple.index.Index`."""
        return await self._projects.get(name, lambda: self._read_project(name))

    async def metadata(self, artifact: Artifact) -> bytes:
        """See `wheelforge.simple.index.Index`."""
        return await self._metadata.get(artifact.promised_bytes, lambda: self._read_metadata(artifact))

    async def shape(self, artifact: Artifact) -> Shape:
        """See `wheelforge.simple.index.Index`."""
        return await self._shapes.get(artifact.promised_bytes, lambda: self._read_shape(artifact))

    async def fetch(self, artifact: Artifact) -> Fetched:
        """See `wheelforge.simple.index.Index`."""
        return await self._files.get(artifact.promised_bytes, lambda: self._obtain(artifact))

    async def _read_project(self, name: NormalizedName) -> Project | None:
        url = f"{self._url.rstrip('/')}/{quote(name, safe='')}/"
        if exposed(url):
            self._warn(
                f"the index {host(url)} is read over http: anybody on the way can alter its pages and files",
                hint="use its https:// address",
            )
        async with self._questions:
            reading = await self._pages.read(url, wanted=may_be_of(name))
        self._report(Looked(subject=name))
        if reading.page is None:
            return None
        found = project(reading.page, name=name, index=self.name, url=reading.url)
        if found.status is Status.QUARANTINED:
            self._report(quarantined(found))
        if (doubt := doubted(reading.page, found)) is not None:
            self._report(doubt)
        return found

    async def _read_metadata(self, artifact: Artifact) -> bytes:
        data = self._known.metadata(artifact)
        if data is None:
            data = None if self._is_near(artifact) else await self._early_metadata(artifact)
            if data is None:
                fetched = await self.fetch(artifact)
                data = await asyncio.to_thread(read_metadata, fetched.path, name=artifact.filename)
            self._known.learn_metadata(artifact, data)
        self._report(Looked(subject=f"{artifact.name} {artifact.version}"))
        return data

    async def _read_shape(self, artifact: Artifact) -> Shape:
        shape = self._known.shape(artifact)
        if shape is None:
            shape = None if self._is_near(artifact) else await self._ranged_shape(artifact)
            if shape is None:
                fetched = await self.fetch(artifact)
                shape = await asyncio.to_thread(read_shape, fetched.path, name=artifact.filename)
            self._known.learn_shape(artifact, shape)
        return shape

    def _is_near(self, artifact: Artifact) -> bool:
        """Whether the whole wheel is here or on its way, or costs no more than a part of it."""
        if (artifact.size is not None and artifact.size <= _SMALL) or self._files.begun(artifact.promised_bytes):
            return True
        return artifact.sha256 is not None and self._store.blobs.has(artifact.sha256)

    async def _early_metadata(self, artifact: Artifact) -> bytes | None:
        """Without the wheel; ``None`` where that is not to be had."""
        return await self._promised_metadata(artifact) or await self._ranged_metadata(artifact)

    async def _promised_metadata(self, artifact: Artifact) -> bytes | None:
        """PEP 658. Some indexes promise what they do not have: then the wheel is asked."""
        if artifact.metadata_sha256 is None:
            return None
        parts = urlsplit(artifact.url)
        url = parts._replace(path=f"{parts.path}.metadata").geturl()
        try:
            async with self._questions:
                answer = await self._web.get(url)
        except Unreachable:
            raise
        except IndexAccessError:
            return None
        if answer.status != _OK:
            return None
        check_hash(answer.body, artifact.metadata_sha256, filename=f"{artifact.filename}.metadata")
        return answer.body

    async def _ranged_metadata(self, artifact: Artifact) -> bytes | None:
        glimpse = await remote_metadata(self._ranges(artifact), artifact.filename, artifact.size)
        if glimpse is None:
            return None
        if glimpse.shape is not None:
            self._known.learn_shape(artifact, glimpse.shape)
        return glimpse.metadata

    async def _ranged_shape(self, artifact: Artifact) -> Shape | None:
        """``None``: read the whole wheel."""
        shape = await remote_shape(self._ranges(artifact), artifact.filename, artifact.size)
        if shape is None and (artifact.size is None or artifact.size > _BEARABLE):
            raise IndexAccessError(
                f"cannot read the outline of {artifact.filename}: {host(artifact.url)} gives no parts of it that can"
                " be read, and the whole is too large to be read for that"
            )
        return shape

    def _ranges(self, artifact: Artifact) -> Ranges:
        url = artifact.url

        async def ranges(start: int, stop: int | None = None) -> Part | None:
            async with self._questions:
                return await self._web.range(url, start, stop)

        return ranges

    async def _obtain(self, artifact: Artifact) -> Fetched:
        if not artifact.promises:
            self._warn(
                f"{self._told()} promises no sha256 for {artifact.filename}, and perhaps for others:"
                " what it sends is used unchecked",
                hint="pin what you trust with --hash=sha256:... in a requirements file",
            )
        fetched = await self._cached(artifact)
        cached = fetched is not None
        if fetched is None:
            async with self._transfers:
                fetched = await self._download(artifact)
            await self._confirm(artifact, fetched)
        self._report(Downloaded(filename=artifact.filename, size=fetched.size, cached=cached))
        return fetched

    def _told(self) -> str:
        """Its name, and the host where the name does not tell it."""
        where = host(self._url) if self._url else ""
        return f"{self.name} ({where})" if where and where != self.name else self.name

    def _warn(self, text: str, *, hint: str) -> None:
        """Once in a run, by what is to be done about it."""
        if hint not in self._warned:
            self._warned.add(hint)
            self._report(Warn(text=text, hint=hint))

    async def _cached(self, artifact: Artifact) -> Fetched | None:
        blobs, sha256 = self._store.blobs, artifact.sha256
        if sha256 is None or not blobs.has(sha256):
            return None
        path = await asyncio.to_thread(_checked, blobs, sha256, artifact)
        return None if path is None else Fetched(path=path, sha256=sha256, size=path.stat().st_size)

    async def _download(self, artifact: Artifact) -> Fetched:
        with self._store.blobs.receive(artifact.filename) as incoming:
            try:
                await self._web.download(artifact.url, lambda data: self._take(artifact, incoming, data))
                check_size(artifact, incoming.size)
                sha256 = incoming.keep(artifact.sha256, artifact.other_hashes)
            except (Missing, HashMismatch) as error:
                if not self._url:
                    error.hint = _OF_A_LOCK
                raise
        return Fetched(path=self._store.blobs.path(sha256), sha256=sha256, size=incoming.size)

    def _take(self, artifact: Artifact, incoming: Incoming, data: bytes) -> None:
        incoming.write(data)
        if artifact.size is not None and incoming.size > artifact.size:
            raise IntegrityError(
                f"{artifact.filename} goes on after the {artifact.size} bytes that its index promised, and is not used",
                hint=ALTERED,
            )
        self._report(DownloadAdvanced(filename=artifact.filename, received=incoming.size, size=artifact.size))

    async def _confirm(self, artifact: Artifact, fetched: Fetched) -> None:
        """What was believed of a wheel before it was here must be the wheel's own."""
        if artifact.kind is not Kind.WHEEL:
            return
        metadata, shape = self._known.metadata(artifact), self._known.shape(artifact)
        if metadata is None and shape is None:
            return
        other = await asyncio.to_thread(self._differences, artifact, fetched.path, metadata, shape)
        if other:
            raise IntegrityError(
                f"{artifact.filename} has other {' and '.join(other)} than {self.name} gave for it before it was"
                " downloaded",
                hint="run the same command again: what the wheel itself says is now known",
            )

    def _differences(self, artifact: Artifact, path: Path, metadata: bytes | None, shape: Shape | None) -> list[str]:
        """In what a wheel differs from what was believed of it; what it says itself is learnt."""
        name = artifact.filename
        data, own = (read_metadata(path, name=name), None) if shape is None else read_both(path, name=name)
        other: list[str] = []
        if metadata not in {None, data}:
            self._known.learn_metadata(artifact, data)
            other.append("metadata")
        if own is not None and own != shape:
            self._known.learn_shape(artifact, own)
            other.append("contents")
        return other


def _checked(blobs: Blobs, sha256: str, artifact: Artifact) -> Path | None:
    """See `Blobs.checked`; held against all that is promised of the file."""
    path = blobs.checked(sha256)
    if path is not None:
        check_size(artifact, path.stat().st_size)
        with path.open("rb") as stream:
            check_others(stream, artifact.other_hashes, filename=artifact.filename)
    return path
