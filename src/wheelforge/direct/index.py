"""The files that were obtained from places, behind the face of an index."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wheelforge.archives.wheel import read_metadata, read_shape
from wheelforge.direct.bound import LARGEST, bounded
from wheelforge.direct.obtained import INDEX
from wheelforge.errors import IndexAccessError
from wheelforge.simple.index import Fetched, check_allowed

if TYPE_CHECKING:
    from packaging.utils import NormalizedName

    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.shape import Shape
    from wheelforge.simple.client import Client
    from wheelforge.store.store import Store


class DirectIndex:
    """See `wheelforge.simple.index.Index`: it offers nothing by name, and has what was obtained before."""

    def __init__(self, *, store: Store, web: Client) -> None:
        self._store = store
        self._web = web

    @property
    def name(self) -> str:
        """``direct``."""
        return INDEX

    async def project(self, _name: NormalizedName) -> None:
        """None: who names a place has its file already."""

    async def metadata(self, artifact: Artifact) -> bytes:
        """The METADATA of a wheel."""
        fetched = await self.fetch(artifact)
        return await asyncio.to_thread(read_metadata, fetched.path, name=artifact.filename)

    async def shape(self, artifact: Artifact) -> Shape:
        """The outline of a wheel."""
        fetched = await self.fetch(artifact)
        return await asyncio.to_thread(read_shape, fetched.path, name=artifact.filename)

    async def fetch(self, artifact: Artifact) -> Fetched:
        """The file, from the store; an archive as it stands elsewhere is read again where the store has lost it.

        Raises:
            IndexAccessError: it has lost what no recorded address leads to, or the server does not answer.
            IntegrityError: the bytes are others, or more, than were locked.
        """
        blobs, sha256 = self._store.blobs, artifact.sha256
        path = await asyncio.to_thread(blobs.checked, sha256) if sha256 else None
        if path is not None and sha256 is not None:
            fetched = Fetched(path=path, sha256=sha256, size=path.stat().st_size)
            await check_allowed(artifact, fetched)
            return fetched
        if not artifact.url or sha256 is None:
            where = artifact.direct.url if artifact.direct else "its place"
            raise IndexAccessError(
                f"{artifact.filename} was taken from {where}, and is not in the cache any more",
                hint="make it again: run the same command with -U",
            )
        with blobs.receive(artifact.filename) as incoming:
            write = bounded(incoming, artifact.filename, artifact.size or LARGEST)
            await self._web.download(artifact.url, write)
            incoming.keep(sha256)
        fetched = Fetched(path=blobs.path(sha256), sha256=sha256, size=incoming.size)
        await check_allowed(artifact, fetched)
        return fetched
