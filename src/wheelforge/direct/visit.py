"""One visit to one place: it is told by its address what stands there, and an artifact is made of it."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wheelforge.archives.faults import BrokenArchive, BrokenWheel
from wheelforge.archives.sdist import read_sdist
from wheelforge.direct.archive import Distribution, copy_in, download, filename_of, known, said_requires
from wheelforge.direct.obtained import INDEX, Obtained
from wheelforge.direct.sdists import make_sdist
from wheelforge.direct.tree import pack_tree
from wheelforge.direct.trees import Trees
from wheelforge.errors import UsageError
from wheelforge.formats.reference import shown_path
from wheelforge.model.artifacts import Artifact, Kind
from wheelforge.model.direct import DirectUrl
from wheelforge.model.inputs import public_url
from wheelforge.model.urls import local_path
from wheelforge.simple.address import redact
from wheelforge.simple.index import Fetched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wheelforge.direct.obtained import Means
    from wheelforge.direct.port import SdistMaker
    from wheelforge.direct.tree import Tree
    from wheelforge.model.inputs import Reference


_PAGES = (b"<!doctype", b"<html")
_BEGINNING = 256


class Visit:
    """Works in a scratch folder, and leaves what `Obtained.source` names beside it."""

    def __init__(self, means: Means, maker: SdistMaker, scratch: Path) -> None:
        self._means = means
        self._maker = maker
        self._scratch = scratch
        self._trees = Trees(git=means.git, store=means.store, report=means.report, cwd=means.cwd)

    async def obtain(self, reference: Reference) -> Obtained:
        """See `wheelforge.direct.places.Places`; the reference's name is not looked at."""
        scheme = urlsplit(reference.location).scheme
        if scheme in {"https", "http"}:
            means = self._means
            fetched = await download(reference, web=means.web, store=means.store, report=means.report)
            name, url = filename_of(reference.location), redact(reference.public)
            leads = _leads_there(reference)
            return await self._from_archive(reference, _File(fetched=fetched, name=name, url=url, leads_there=leads))
        if scheme == "file" and (path := local_path(reference.location)).is_file():
            fetched = await asyncio.to_thread(copy_in, reference, path, store=self._means.store)
            file = _File(fetched=fetched, name=path.name, url=shown_path(path, self._means.cwd))
            return await self._from_archive(reference, file)
        return await self._from_tree(reference, await asyncio.to_thread(self._tree, reference))

    def _tree(self, reference: Reference) -> Tree:
        scheme = urlsplit(reference.location).scheme
        local = scheme == "file"
        folder = local_path(reference.location)
        if not scheme.startswith("git+") and not (local and folder.is_dir()):
            raise _nothing_there(reference)
        if reference.hashes:
            raise UsageError(
                f"{reference.origin}: {reference.told} cannot have a hash: only an archive can",
                hint="name the full commit of a repository instead, after @",
            )
        if local:
            return self._trees.folder(reference, folder, self._scratch)
        return self._trees.repository(reference, self._scratch)

    async def _from_archive(self, reference: Reference, file: _File) -> Obtained:
        with _told_of_the_place(reference, file):
            found = await asyncio.to_thread(known, file.fetched, file.name)
        if found is None:
            with _told_of_the_place(reference, file):
                tree = await asyncio.to_thread(self._trees.archive, reference, file.fetched, file.url, self._scratch)
            return replace(await self._from_tree(reference, tree), source=None)
        if reference.subdirectory:
            raise UsageError(
                f"{reference.origin}: {reference.told} is {found.filename}, which has no subdirectory",
                hint="leave #subdirectory out",
            )
        direct = DirectUrl(url=file.url)
        return _obtained(reference, found, file.fetched, direct, url=file.url if file.leads_there else "")

    async def _from_tree(self, reference: Reference, tree: Tree) -> Obtained:
        # Beside the scratch folder, since it stays.
        packed = await asyncio.to_thread(pack_tree, tree, self._scratch.with_suffix(".tar"))
        made = await make_sdist(tree, packed, maker=self._maker, scratch=self._scratch)
        sha256 = await asyncio.to_thread(self._means.store.blobs.add, made.path)
        fetched = Fetched(path=self._means.store.blobs.path(sha256), sha256=sha256, size=made.path.stat().st_size)
        contents = await asyncio.to_thread(read_sdist, made.path)
        found = Distribution(
            filename=made.path.name,
            name=made.name,
            version=made.version,
            kind=Kind.SDIST,
            requires=said_requires(contents, made.path.name),
        )
        return replace(_obtained(reference, found, fetched, tree.direct), source=packed.archive)


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """An archive in the store, and what its place says of it."""

    fetched: Fetched
    name: str
    url: str
    """As it may be recorded."""
    leads_there: bool = False
    """Whether who has nothing but that URL can fetch the same file, with credentials of his own."""


@contextlib.contextmanager
def _told_of_the_place(reference: Reference, file: _File) -> Iterator[None]:
    """What is wrong with an archive that the user has named is not mended by fetching it again."""
    try:
        yield
    except (BrokenArchive, BrokenWheel) as fault:
        with file.fetched.path.open("rb") as opened:
            is_page = opened.read(_BEGINNING).lstrip().lower().startswith(_PAGES)
        if is_page:
            fault.hint = "a web page stands there: name the URL of the archive itself, or the page with --find-links"
        elif reference.location.startswith("file:"):
            fault.hint = "see what the file is, and whether it is here as a whole: an archive is wanted"
        else:
            fault.hint = "see what the URL gives, and whether it is there as a whole: an archive is wanted"
        raise


def _leads_there(reference: Reference) -> bool:
    return not urlsplit(reference.location).query and reference.public == public_url(reference.location)


def _nothing_there(reference: Reference) -> UsageError:
    local = reference.location.startswith("file:")
    fault = "is neither a file nor a folder" if local else "is no place that can be reached"
    hint = "see how it is spelt" if local else "name a folder, a file, or a URL with https or git+https"
    return UsageError(f"{reference.origin}: {reference.told} {fault}", hint=hint)


def _obtained(
    reference: Reference, found: Distribution, fetched: Fetched, direct: DirectUrl, *, url: str = ""
) -> Obtained:
    artifact = Artifact(
        filename=found.filename,
        name=found.name,
        version=found.version,
        kind=found.kind,
        url=url,
        index=INDEX,
        sha256=fetched.sha256,
        size=fetched.size,
        tags=found.tags,
        build=found.build,
        direct=direct,
    )
    return Obtained(reference=reference, artifact=artifact, requires=found.requires)
