"""Gets the bytes of what was chosen, or of what a lock names, into the store."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from wheelforge.errors import IndexAccessError, ResolutionError
from wheelforge.factory.digests import Digests
from wheelforge.model.artifacts import Artifact
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from wheelforge.model.lock import Lock, LockedArtifact
    from wheelforge.simple.index import Fetched, Index
    from wheelforge.store.store import Store


async def fetch(files: Iterable[Artifact], index: Index) -> dict[str, Fetched]:
    """Fetch files, all at once; by file name.

    Raises:
        IndexAccessError: the index does not answer.
        IntegrityError: a file is not what was promised.
    """
    wanted = sorted(files, key=lambda file: file.filename)
    fetched = await together(index.fetch(file) for file in wanted)
    return {file.filename: one for file, one in zip(wanted, fetched, strict=True)}


def has_all(folder: Path, lock: Lock, digests: Digests, store: Store) -> bool:
    """Whether all files that a lock names are in its folder or in the store, so that none need be fetched."""
    return all(store.blobs.has(file.sha256) for file in _lacking(folder, lock, digests))


async def fetch_locked(folder: Path, lock: Lock, index: Index, store: Store) -> Digests:
    """Have all files that a lock names, in its folder or in the store; what was hashed for that is returned.

    Raises:
        ResolutionError: a file came from a local place, and is nowhere any more.
        IndexAccessError: the index does not answer.
        IntegrityError: a file is not the locked one.
    """
    digests = Digests()
    lacking = await asyncio.to_thread(_lacking, folder, lock, digests)
    await together(_have(file, folder, index, store) for file in lacking)
    return digests


def _lacking(folder: Path, lock: Lock, digests: Digests) -> list[LockedArtifact]:
    standing = digests.standing(folder, lock.artifacts)
    return [file for file in lock.artifacts if not (file.left_out or standing.issuperset(file.paths))]


async def _have(file: LockedArtifact, folder: Path, index: Index, store: Store) -> None:
    if store.blobs.has(file.sha256):
        return
    if file.direct is not None and not file.url:
        raise ResolutionError(
            f"{file.filename} was made of {file.direct.url}, and stands neither in {folder} nor in the cache",
            hint="make it anew: the same command with -U",
        )
    try:
        await index.fetch(_as_offered(file))
    except IndexAccessError:
        if not file.url or file.direct is not None:
            raise
        # An index may have moved it, or sign its addresses anew each time: its page tells where it is now.
        await index.fetch(replace(_as_offered(file), url=""))


def _as_offered(locked: LockedArtifact) -> Artifact:
    return Artifact(
        filename=locked.filename,
        name=locked.name,
        version=locked.version,
        kind=locked.kind,
        url=locked.url,
        index=locked.index,
        sha256=locked.sha256,
        size=locked.size,
        upload_time=locked.upload_time,
        direct=locked.direct,
    )
