"""The pages of the Simple API, read into one form: JSON (PEP 691) and HTML (PEP 503)."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

import msgspec

from wheelforge.errors import IndexAccessError

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
"""What we ask for, the dearest first (PEP 691)."""

_MAJOR = "1"
_JSON = re.compile(r"application/(vnd\.pypi\.simple\.(v\d+|latest)\+)?json")
_HTML = re.compile(r"application/vnd\.pypi\.simple\.(v\d+|latest)\+html|text/html|application/xhtml\+xml")


class Hashes(msgspec.Struct, frozen=True, gc=False):
    """Of all hashes that a page may give, the one that counts here."""

    sha256: str | None = None


class File(msgspec.Struct, frozen=True, gc=False, rename="kebab"):
    """One file as its page describes it, nothing checked but the types (PEP 691, 700, 714)."""

    filename: str
    url: str
    hashes: Hashes = Hashes()
    requires_python: str | None = None
    size: int | None = None
    upload_time: str | None = None
    yanked: bool | str = False
    core_metadata: bool | Hashes | None = None
    data_dist_info_metadata: bool | Hashes | None = None


class _Meta(msgspec.Struct, frozen=True, rename="kebab"):
    api_version: str = "1.0"


class _Page(msgspec.Struct, frozen=True):
    files: list[File]
    meta: _Meta = _Meta()


def read_page(body: bytes, content_type: str, url: str) -> list[File]:
    """Read a project's page; the files' URLs may be relative to ``url``, which also names the page in messages.

    Raises:
        IndexAccessError: it is no page, or of a newer major version than we know (PEP 629).
    """
    kind = content_type.partition(";")[0].strip().lower()
    if _JSON.fullmatch(kind):
        version, files = _read_json(body, url)
    elif _HTML.fullmatch(kind):
        version, files = _read_html(body, url)
    else:
        raise _no_page(url, f"its content type is {kind or 'not given'!r}")
    if version.partition(".")[0] != _MAJOR:
        raise IndexAccessError(
            f"{url} speaks version {version} of the Simple API; wheelforge knows version {_MAJOR}",
            hint="a newer wheelforge may know it",
        )
    return files


def _read_json(body: bytes, url: str) -> tuple[str, list[File]]:
    try:
        page = msgspec.json.decode(body, type=_Page)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _no_page(url, str(error)) from error
    return page.meta.api_version, page.files


def _read_html(body: bytes, url: str) -> tuple[str, list[File]]:
    reader = _Reader(url)
    reader.feed(body.decode("utf-8", errors="replace"))
    reader.close()
    return reader.version, reader.files


class _Reader(HTMLParser):
    """Collects the anchors of a page."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.version = "1.0"
        self.files: list[File] = []
        self._base = url

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and (href := given.get("href")):
            self._anchor(href, given)
        elif tag == "base" and (href := given.get("href")):
            self._base = urljoin(self._base, href)
        elif tag == "meta" and given.get("name") == "pypi:repository-version":
            self.version = given.get("content") or ""

    def _anchor(self, href: str, given: dict[str, str | None]) -> None:
        try:
            parts = urlsplit(urljoin(self._base, href.strip()))
        except ValueError:  # no URL: it can lead to no file
            return
        algorithm, _, digest = parts.fragment.partition("=")
        self.files.append(
            File(
                filename=unquote(parts.path.rpartition("/")[2]),
                url=parts._replace(fragment="").geturl(),
                hashes=Hashes(sha256=digest if algorithm == "sha256" else None),
                requires_python=given.get("data-requires-python"),
                yanked="data-yanked" in given and (given["data-yanked"] or True),
                core_metadata=_metadata(given.get("data-core-metadata")),
                data_dist_info_metadata=_metadata(given.get("data-dist-info-metadata")),
            )
        )


def _metadata(value: str | None) -> bool | Hashes:
    algorithm, _, digest = (value or "").partition("=")
    return Hashes(sha256=digest) if algorithm == "sha256" else bool(value)


def _no_page(url: str, why: str) -> IndexAccessError:
    return IndexAccessError(
        f"{url} is no page of a package index: {why}",
        hint="check the address of the index; it usually ends in /simple/",
    )
