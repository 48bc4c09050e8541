"""The pages of the Simple API, read into one form: JSON (PEP 691) and HTML (PEP 503)."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Annotated
from urllib.parse import unquote, urljoin

import msgspec

from wheelforge.errors import IndexAccessError
from wheelforge.model.filenames import is_safe
from wheelforge.simple.tags import is_alive, tags

if TYPE_CHECKING:
    from collections.abc import Callable

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
"""What we ask for, the dearest first (PEP 691)."""

_MAJOR = "1"
_JSON = re.compile(r"application/(vnd\.pypi\.simple\.(v\d+|latest)\+)?json")
_HTML = re.compile(r"application/vnd\.pypi\.simple\.(v\d+|latest)\+html|text/html|application/xhtml\+xml")


_VERSION, _STATUS, _REASON = "pypi:repository-version", "pypi:project-status", "pypi:project-status-reason"
_METAS = frozenset({_VERSION, _STATUS, _REASON})
"""What an HTML page says of itself in its head (PEP 629, 792)."""


_ARCHIVE = re.compile(r"\.(whl|tar\.\w+|zip|tgz|egg|exe|msi|rpm)$")
"""What projects have uploaded over the years: a page that lists old forms only is a page, too."""

_MOST = 200_000
"""Files of one page: several times what the largest projects have."""
_FILENAME = b'"filename"'
_LARGEST = (1 << 63) - 1
"""Bytes: no file system holds a larger file."""


class Hashes(msgspec.Struct, frozen=True, gc=False):
    """Of all hashes that a page may give, the strong ones (`wheelforge.model.digest.Algorithm`), nothing checked."""

    sha256: str | None = None
    sha384: str | None = None
    sha512: str | None = None


_NO_HASHES = Hashes()
_STRONG = frozenset(Hashes.__struct_fields__)


class File(msgspec.Struct, frozen=True, gc=False, rename="kebab", omit_defaults=True):
    """One file as its page describes it, nothing checked but the types (PEP 691, 700, 714, 740)."""

    filename: str
    url: str
    hashes: Hashes = Hashes()
    requires_python: str | None = None
    size: Annotated[int, msgspec.Meta(ge=0, le=_LARGEST)] | None = None
    upload_time: str | None = None
    yanked: bool | str = False
    core_metadata: bool | Hashes | None = None
    data_dist_info_metadata: bool | Hashes | None = None
    provenance: str | None = None


class Standing(msgspec.Struct, frozen=True):
    """What a page says of the project as a whole, nothing checked but the types (PEP 792)."""

    status: str = "active"
    reason: str | None = None


class Page(msgspec.Struct, frozen=True):
    """What a project's page says, whatever its form."""

    files: list[File]
    standing: Standing = Standing()
    doubt: str = ""
    """Why it may lead to nothing, as a clause; empty where nothing is odd about it."""


class _Meta(msgspec.Struct, frozen=True, rename="kebab"):
    api_version: str = "1.0"


class _JsonPage(msgspec.Struct, frozen=True, rename="kebab"):
    files: list[File]
    meta: _Meta = _Meta()
    project_status: Standing | None = None


def read_page(body: bytes, content_type: str, url: str, *, wanted: Callable[[str], bool] | None = None) -> Page:
    """Read a project's page; the files' URLs may be relative to ``url``, which also names the page in messages.

    Of what an HTML page links to only those are kept whose file names are ``wanted``, as it may lead anywhere.

    Raises:
        IndexAccessError: it is no page, or of a newer major version than we know (PEP 629).
    """
    kind = content_type.partition(";")[0].strip().lower()
    if _JSON.fullmatch(kind):
        version, page = _read_json(body, url)
    elif _HTML.fullmatch(kind):
        version, page = _read_html(body, url, wanted)
    else:
        raise _no_page(url, f"its content type is {kind or 'not given'!r}")
    if version.partition(".")[0] != _MAJOR:
        raise IndexAccessError(
            f"{url} speaks version {version} of the Simple API; wheelforge knows version {_MAJOR}",
            hint="a newer wheelforge may know it",
        )
    return page


def _read_json(body: bytes, url: str) -> tuple[str, Page]:
    if body.count(_FILENAME) > _MOST:
        raise _too_many(url)
    try:
        page = msgspec.json.decode(body, type=_JsonPage)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _no_page(url, str(error)) from error
    refused = sum(not is_safe(file.filename) for file in page.files)
    standing = page.project_status or Standing()
    return page.meta.api_version, Page(files=page.files, standing=standing, doubt=_unsafe(refused))


def _read_html(body: bytes, url: str, wanted: Callable[[str], bool] | None) -> tuple[str, Page]:
    reader = _Reader(url, wanted)
    for tag, given in tags(body):
        reader.read(tag, given)
    if not reader.said and not reader.leads_to_archives and is_alive(body):
        raise _no_page(url, "it is a web page that leads to no file, perhaps the log-in page of a network")
    standing = Standing(status=reader.said.get(_STATUS, "active"), reason=reader.said.get(_REASON))
    return reader.said.get(_VERSION, "1.0"), Page(files=reader.files, standing=standing, doubt=reader.doubt())


class _Reader:
    """Collects the anchors of a page that are wanted."""

    def __init__(self, url: str, wanted: Callable[[str], bool] | None) -> None:
        self.said: dict[str, str] = {}
        self.files: list[File] = []
        self.leads_to_archives = False
        self._url = url
        self._base = ""
        self._wanted = wanted
        self._has_links = False
        self._refused = 0

    def doubt(self) -> str:
        """See `Page`."""
        if self._has_links or self.said:
            return _unsafe(self._refused)
        return "its page has no link at all: is it an index?"

    def read(self, tag: str, given: dict[str, str | None]) -> None:
        """Take in one tag."""
        if tag == "a" and (href := given.get("href")):
            self._anchor(href, given)
        elif tag == "base" and (href := given.get("href")):
            self._rebase(href)
        elif tag == "meta" and (name := given.get("name")) in _METAS:
            self.said[name] = given.get("content") or ""

    def _rebase(self, href: str) -> None:
        with contextlib.suppress(ValueError):  # no URL: nothing can stand below it
            self._base = urljoin(self._url, href)

    def _anchor(self, href: str, given: dict[str, str | None]) -> None:
        self._has_links = True
        url, _, fragment = href.strip().partition("#")
        filename = unquote(url.partition("?")[0].rpartition("/")[2])
        self.leads_to_archives = self.leads_to_archives or _ARCHIVE.search(filename) is not None
        if not is_safe(filename):
            self._refused += _ARCHIVE.search(filename) is not None
            return
        if self._wanted is not None and not self._wanted(filename):
            return
        if len(self.files) == _MOST:
            raise _too_many(self._url)
        if self._base:
            try:
                url = urljoin(self._base, url)
            except ValueError:  # no URL: it can lead to no file
                return
        self.files.append(
            File(
                filename=filename,
                url=url,
                hashes=_hashes(fragment),
                requires_python=given.get("data-requires-python"),
                yanked="data-yanked" in given and (given["data-yanked"] or True),
                core_metadata=_metadata(given.get("data-core-metadata")),
                data_dist_info_metadata=_metadata(given.get("data-dist-info-metadata")),
                provenance=given.get("data-provenance"),
            )
        )


def _hashes(text: str) -> Hashes:
    """``ALGORITHM=HEX``, which tools have joined with others by ``&``."""
    given = {algorithm: value for algorithm, _, value in (part.partition("=") for part in text.split("&"))}
    strong = _STRONG & given.keys()
    return Hashes(**{algorithm: given[algorithm] for algorithm in strong}) if strong else _NO_HASHES


def _metadata(value: str | None) -> bool | Hashes:
    hashes = _hashes(value or "")
    return bool(value) if hashes is _NO_HASHES else hashes


def _unsafe(count: int) -> str:
    match count:
        case 0:
            return ""
        case 1:
            return "1 file has a name that cannot be used"
        case _:
            return f"{count} files have names that cannot be used"


def _too_many(url: str) -> IndexAccessError:
    return IndexAccessError(
        f"{url} lists more than {_MOST} files, which no project has",
        hint="check the address of the index; it usually ends in /simple/",
    )


def _no_page(url: str, why: str) -> IndexAccessError:
    return IndexAccessError(
        f"{url} is no page of a package index: {why}",
        hint="check the address of the index; it usually ends in /simple/",
    )
