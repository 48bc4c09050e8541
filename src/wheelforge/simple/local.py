"""Indexes and files on this machine: a tree of pages (PEP 503), and what its links lead to."""

from __future__ import annotations

import asyncio
import stat
from typing import TYPE_CHECKING, TypeVar

from wheelforge.archives.wheel import read_metadata, read_shape
from wheelforge.errors import IndexAccessError, UsageError
from wheelforge.events import Downloaded, Looked, Warn, silent
from wheelforge.model.artifacts import Status
from wheelforge.model.urls import local_path
from wheelforge.simple.index import Fetched, check_size
from wheelforge.simple.once import Once
from wheelforge.simple.pages import read_page
from wheelforge.simple.projects import doubted, project, quarantined
from wheelforge.simple.releases import may_be_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from packaging.utils import NormalizedName

    from wheelforge.events import Reporter
    from wheelforge.model.artifacts import Artifact, Project
    from wheelforge.model.shape import Shape
    from wheelforge.store.store import Store

T = TypeVar("T")

FILE = "file:"
_HTML = "text/html"
_LARGEST_PAGE = 64 << 20
"""Bytes: as much as is read of a page of the web."""
_LARGEST_FILE = 16 << 30
"""Bytes: several times the largest wheels."""


def read_local_page(path: Path) -> bytes | None:
    """A page; ``None`` where there is none.

    Raises:
        IndexAccessError: it cannot be read, or is no page: a pipe, a device, or far too large.
    """
    try:
        fault = _fault(path, _LARGEST_PAGE)
        if fault is None:
            return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise IndexAccessError(f"{path} cannot be read: {error.strerror}", hint="check its permissions") from error
    raise IndexAccessError(f"{path} cannot be read: {fault}", hint="see what stands there in place of a page")


def _fault(path: Path, limit: int) -> str | None:
    """Why a file is not opened: a pipe may be waited for in vain, and a device never ends."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        return "it is no regular file"
    return f"it has more than {limit} bytes" if status.st_size > limit else None


class LocalIndex:
    """A folder with a folder for each project, whose page is ``index.html``.

    See `wheelforge.simple.indexes.Pages`; its links lead to files, or to the web.
    """

    def __init__(self, *, name: str, url: str, reporter: Reporter = silent) -> None:
        self.name = name
        self._folder = local_path(url)
        self._report = reporter
        self._warned = False
        self._projects: Once[Project | None] = Once()

    async def project(self, name: NormalizedName) -> Project | None:
        """See `wheelforge.simple.indexes.Pages`."""
        return await self._projects.get(name, lambda: self._read(name))

    async def _read(self, name: NormalizedName) -> Project | None:
        path = self._folder / name / "index.html"
        body = await asyncio.to_thread(read_local_page, path)
        self._report(Looked(subject=name))
        if body is None:
            self._check(path.parent)
            return None
        url = path.as_uri()
        page = read_page(body, _HTML, url, wanted=may_be_of(name))
        found = project(page, name=name, index=self.name, url=url)
        if found.status is Status.QUARANTINED:
            self._report(quarantined(found))
        if (doubt := doubted(page, found)) is not None:
            self._report(doubt)
        return found

    def _check(self, folder: Path) -> None:
        if folder.is_dir():
            text = f"the index {self.name} has no page of {folder.name}: {folder} is there without index.html"
            self._report(Warn(text=text, hint=f"take the files there as they are: --find-links {folder}"))
        elif not self._warned and not self._folder.is_dir():
            self._warned = True
            self._report(Warn(text=f"the index {self.name} is not there: {self._folder}", hint="check its address"))


class LocalFiles:
    """Files of this machine, of whichever index. See `wheelforge.simple.indexes.Files`."""

    def __init__(self, store: Store, reporter: Reporter = silent) -> None:
        self._blobs = store.blobs
        self._report = reporter
        self._files: Once[Fetched] = Once()

    async def metadata(self, artifact: Artifact) -> bytes:
        """See `wheelforge.simple.index.Index`; before the whole file is checked, as with a remote one."""
        data = await asyncio.to_thread(_readable, artifact, lambda path: read_metadata(path, name=artifact.filename))
        self._report(Looked(subject=f"{artifact.name} {artifact.version}"))
        return data

    async def shape(self, artifact: Artifact) -> Shape:
        """See `wheelforge.simple.index.Index`."""
        return await asyncio.to_thread(_readable, artifact, lambda path: read_shape(path, name=artifact.filename))

    async def fetch(self, artifact: Artifact) -> Fetched:
        """See `wheelforge.simple.index.Index`; the file is hashed while it is copied, and never linked."""
        return await self._files.get(artifact.promised_bytes, lambda: self._copy(artifact))

    async def _copy(self, artifact: Artifact) -> Fetched:
        sha256 = await asyncio.to_thread(_readable, artifact, lambda path: self._add(artifact, path))
        path = self._blobs.path(sha256)
        fetched = Fetched(path=path, sha256=sha256, size=path.stat().st_size)
        self._report(Downloaded(filename=artifact.filename, size=fetched.size, cached=True))
        return fetched

    def _add(self, artifact: Artifact, path: Path) -> str:
        check_size(artifact, path.stat().st_size)
        return self._blobs.add(path, expected=artifact.sha256, others=artifact.other_hashes)


def _readable(artifact: Artifact, read: Callable[[Path], T]) -> T:
    path = local_path(artifact.url)
    try:
        fault = _fault(path, _LARGEST_FILE)
        if fault is None:
            return read(path)
    except OSError as error:
        fault = error.strerror
    if artifact.listed:
        # A lock that the user gave is an input, and no index; where it stands he knows.
        told = f"{artifact.listed} lists {artifact.filename}, which cannot be read: {fault}"
        raise UsageError(told, hint="put it there, or make the lock anew")
    raise IndexAccessError(
        f"{path}, which {artifact.index} lists, cannot be read: {fault}",
        hint="check the index or the --find-links that names it",
    )
