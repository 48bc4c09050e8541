"""Flat indexes, as ``--find-links`` takes them: a folder, a page, or one file for all projects."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from packaging.utils import canonicalize_name

from wheelforge.errors import IndexAccessError
from wheelforge.events import Warn
from wheelforge.model.filenames import SDIST_SUFFIXES
from wheelforge.model.urls import local_path
from wheelforge.simple.kept_pages import Reading
from wheelforge.simple.local import FILE, read_local_page
from wheelforge.simple.once import Once
from wheelforge.simple.pages import File, Page, read_page
from wheelforge.simple.projects import project

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.utils import NormalizedName

    from wheelforge.events import Reporter
    from wheelforge.model.artifacts import Project
    from wheelforge.simple.kept_pages import KeptPages

_WHEEL = ".whl"
_ARCHIVES = (_WHEEL, *SDIST_SUFFIXES)
_PAGES = (".html", ".htm")
_FIRST_WORD = re.compile(r"[^-_.]*")
_CHECK = "check --find-links, and find-links in pip's configuration"


class FlatIndex:
    """All projects of one place, which is read once. See `wheelforge.simple.indexes.Pages`."""

    def __init__(self, *, name: str, url: str, pages: KeptPages) -> None:
        self.name = name
        self._url = url
        self._pages = pages
        self._read: Once[_Links] = Once()

    async def project(self, name: NormalizedName) -> Project | None:
        """See `wheelforge.simple.indexes.Pages`.

        Raises:
            IndexAccessError: the place is not there, or is no page.
        """
        links = await self._read.get(self._url, self._links)
        files = links.of(name)
        found = project(Page(files=files), name=name, index=self.name, url=links.url) if files else None
        return found if found and found.releases else None

    async def _links(self) -> _Links:
        reading = await self._reading()
        if reading.page is None:
            raise IndexAccessError(f"{_shown(reading.url)} is not there", hint=_CHECK)
        return _Links(reading.page, reading.url)

    async def _reading(self) -> Reading:
        if urlsplit(self._url).path.endswith(_ARCHIVES):
            return _page_of([self._url], self._url)
        if self._url.startswith(FILE):
            return await asyncio.to_thread(_local, local_path(self._url))
        return await self._pages.read(self._url, wanted=_is_archive)


class Dispensable:
    """A place that is done without where it cannot be read, with a warning, as pip does without find-links."""

    def __init__(self, place: FlatIndex, reporter: Reporter) -> None:
        self.name = place.name
        self._place = place
        self._report = reporter
        self._is_missing = False

    async def project(self, name: NormalizedName) -> Project | None:
        """See `wheelforge.simple.indexes.Pages`."""
        try:
            return None if self._is_missing else await self._place.project(name)
        except IndexAccessError as error:
            if not self._is_missing:
                self._is_missing = True
                self._report(Warn(text=f"{self.name} is not used: {error.message}", hint=error.hint))
            return None


class _Links:
    """The links of a place by the first word of their names: where that of an sdist's project ends is not told.

    Which of them belong to a project is seen when it is asked for, so that a page costs no more than its length.
    """

    def __init__(self, page: Page, url: str) -> None:
        self.url = url
        self._by_word: dict[str, list[File]] = {}
        for file in page.files:
            if _is_archive(file.filename):
                self._by_word.setdefault(_first_word(file.filename), []).append(file)

    def of(self, name: NormalizedName) -> list[File]:
        """The files that may belong to a project."""
        return [file for file in self._by_word.get(_first_word(name), ()) if _may_be(file.filename, name)]


def _is_archive(filename: str) -> bool:
    return filename.endswith(_ARCHIVES)


def _first_word(name: str) -> str:
    found = _FIRST_WORD.match(name)
    return found.group().lower() if found else ""


def _may_be(filename: str, name: NormalizedName) -> bool:
    """Whether a file can be of a project; of sdists `wheelforge.simple.releases.Releases` knows more."""
    return not filename.endswith(_WHEEL) or canonicalize_name(filename.partition("-")[0]) == name


def _local(path: Path) -> Reading:
    if path.name.endswith(_PAGES):
        body, url = read_local_page(path), path.as_uri()
        return Reading(url=url, page=None if body is None else read_page(body, "text/html", url, wanted=_is_archive))
    try:
        archives = sorted(one for one in path.iterdir() if one.name.endswith(_ARCHIVES))
    except (FileNotFoundError, NotADirectoryError):
        return Reading(url=path.as_uri(), page=None)
    except OSError as error:
        raise IndexAccessError(f"{path} cannot be read: {error.strerror}", hint="check its permissions") from error
    return _page_of([one.as_uri() for one in archives], path.as_uri())


def _page_of(urls: list[str], base: str) -> Reading:
    files = [File(filename=unquote(urlsplit(url).path.rpartition("/")[2]), url=url) for url in urls]
    return Reading(url=base, page=Page(files=files))


def _shown(url: str) -> str:
    return str(local_path(url)) if url.startswith(FILE) else url
