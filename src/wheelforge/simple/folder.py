"""An index that is a folder of sdists and wheels: no network, hashes from the files themselves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wheelforge.archives.wheel import read_metadata
from wheelforge.errors import IntegrityError
from wheelforge.model.artifacts import Project
from wheelforge.model.filenames import named
from wheelforge.simple.index import Fetched
from wheelforge.simple.once import Once
from wheelforge.simple.pages import File, Hashes
from wheelforge.simple.releases import Releases
from wheelforge.store.atomic import storage_errors
from wheelforge.store.blobs import HashMismatch, file_hash

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from packaging.utils import NormalizedName

    from wheelforge.model.artifacts import Artifact


class FolderIndex:
    """Folders that are searched as one, not deeply; of two files of one name the first counts.

    Files are handed out where they stand. See `wheelforge.simple.index.Index`.
    """

    def __init__(self, *, name: str, folders: Sequence[Path]) -> None:
        self.name = name
        self._folders = tuple(folders)
        self._projects: Once[Project | None] = Once()

    async def project(self, name: NormalizedName) -> Project | None:
        """See `wheelforge.simple.index.Index`; a project of no files is none.

        Raises:
            StorageError: a folder or a file cannot be read.
        """
        return await self._projects.get(name, lambda: asyncio.to_thread(self._read_project, name))

    async def metadata(self, artifact: Artifact) -> bytes:
        """See `wheelforge.simple.index.Index`."""
        fetched = await self.fetch(artifact)
        return await asyncio.to_thread(read_metadata, fetched.path)

    async def fetch(self, artifact: Artifact) -> Fetched:
        """See `wheelforge.simple.index.Index`: the file is hashed again, since it may have changed."""
        return await asyncio.to_thread(self._check, artifact)

    def _read_project(self, name: NormalizedName) -> Project | None:
        files = [_describe(path) for path in self._paths().values() if named(path.name, name)]
        if not files:
            return None
        base = self._folders[0].absolute().as_uri()
        return Project(name=name, index=self.name, releases=Releases(files, name=name, index=self.name, url=base))

    def _check(self, artifact: Artifact) -> Fetched:
        path = self._paths().get(artifact.filename)
        if path is None:
            raise IntegrityError(
                f"{artifact.filename} is missing from {self.name}",
                hint="collect the folder again",
            )
        with storage_errors(path, "read"):
            sha256, size = file_hash(path), path.stat().st_size
        if artifact.sha256 is not None and sha256 != artifact.sha256:
            raise HashMismatch(
                filename=artifact.filename,
                expected=artifact.sha256,
                actual=sha256,
                hint="the file was changed: collect the folder again",
            )
        return Fetched(path=path, sha256=sha256, size=size)

    def _paths(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        for folder in self._folders:
            with storage_errors(folder, "read"):
                for path in sorted(folder.iterdir()):
                    if path.is_file():
                        found.setdefault(path.name, path)
        return found


def _describe(path: Path) -> File:
    with storage_errors(path, "read"):
        return File(
            filename=path.name,
            url=path.absolute().as_uri(),
            hashes=Hashes(sha256=file_hash(path)),
            size=path.stat().st_size,
        )
