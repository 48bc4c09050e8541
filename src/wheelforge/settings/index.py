"""The package index to ask: its URL, and apart from it what logs in there."""

from __future__ import annotations

import enum
import importlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit, urlunsplit

from wheelforge.errors import UsageError

if TYPE_CHECKING:
    from wheelforge.settings.setting import Setting

DEFAULT_NAME = "default"
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
"""What an index may be called."""
_NAMED = re.compile(rf"({NAME.pattern})=(?!=)(.*)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_PATH = re.compile(r"~?[/\\]|\.\.?(?:[/\\]|$)")
"""How a path begins that is no other thing."""


class Form(enum.Enum):
    """How an index lays out its pages."""

    SIMPLE = "simple"
    """A page for each project (PEP 503)."""
    FLAT = "flat"
    """One page, file or folder for all projects."""
    LINKS = "find-links"
    """A flat one whose files are candidates beside those of whatever index has the project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A package index that speaks the Simple API (PEP 503), or a flat one."""

    url: str
    """Absolute, without credentials and query: fit to be shown, and to be locked unless it is a ``file:///`` URL.

    That of a simple index ends with a slash.
    """
    name: str = DEFAULT_NAME
    userinfo: str = field(default="", repr=False)
    """``user:password``, percent-encoded as in a URL; empty for none. Never shown."""
    form: Form = Form.SIMPLE
    explicit: bool = False
    """Asked only for the projects that are pinned to it."""

    @property
    def is_local(self) -> bool:
        """Whether it is a folder or file of this machine."""
        return self.url.startswith("file:")

    @property
    def place(self) -> str:
        """What it may be called where nobody named it: its host, or the last part of its path."""
        parts = urlsplit(self.url)
        place = Path(parts.path).name if self.is_local else parts.hostname
        return as_name(place or "")


def as_name(text: str) -> str:
    """What comes nearest to a text of all that an index may be called."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("._-") or "index"


def parse_index(said: Setting[str], *, folder: Path | None = None, home: Path | None = None) -> Index:
    """The index at a URL as a user writes it, ``NAME=URL`` where he names it; a path begins with ``/``, ``.`` or ``~``.

    A relative path starts from ``folder``.

    Raises:
        UsageError: it is no https, http or file URL, or has a query, whose token would show wherever the URL does.
    """
    text = said.value.strip()
    name, url = found.groups() if (found := _NAMED.fullmatch(text)) else (DEFAULT_NAME, text)
    if folder is not None and home is not None and _PATH.match(url):
        url = _as_url(url, folder, home)
    parts = _split(url, said.origin, "not the URL of an index")
    path = parts.path if parts.path.endswith("/") else f"{parts.path}/"
    userinfo, _, place = parts.netloc.rpartition("@")
    return Index(url=urlunsplit((parts.scheme, place, path, "", "")), name=name, userinfo=userinfo)


def parse_flat(said: Setting[str], form: Form, *, folder: Path, home: Path) -> Index:
    """A page, file or folder as ``--find-links`` takes it: whatever is no URL is a path. It has no name yet.

    Raises:
        UsageError: it is no https, http or file URL, or has a query.
    """
    text = said.value.strip()
    url = text if _SCHEME.match(text) else _as_url(text, folder, home)
    parts = _split(url, said.origin, "neither a path nor the URL of a page")
    userinfo, _, place = parts.netloc.rpartition("@")
    bare = urlunsplit((parts.scheme, place, parts.path, "", ""))
    return Index(url=bare, name="", userinfo=userinfo, form=form)


def default_index() -> Index:
    """The public index, whose host distlib knows."""
    # Imported only when it is asked for, since it takes longer to load than all of the settings.
    parts = urlsplit(str(importlib.import_module("distlib.index").DEFAULT_INDEX))
    return Index(url=urlunsplit((parts.scheme, parts.netloc, "/simple/", "", "")))


def _as_url(path: str, folder: Path, home: Path) -> str:
    first, *rest = Path(path).parts or (".",)
    return (home.joinpath(*rest) if first == "~" else folder / path).absolute().as_uri()


def _shown(url: str) -> str:
    """Without what may be a login or a token, wherever in a text that is no URL it may stand."""
    scheme, slashes, _ = url.partition("://")
    behind = url.rpartition("@")[2].removeprefix(f"{scheme}://")
    login = "...@" if "@" in url else ""
    return f"{scheme if slashes and scheme.isalpha() else ''}{slashes}{login}{re.split('[?#]', behind)[0]}"


def _split(url: str, origin: str, fault: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    local = parts.scheme == "file" and host in {None, "localhost"} and parts.path
    if not local and (parts.scheme not in {"http", "https"} or not host):
        raise UsageError(f"{origin}: {fault}: {_shown(url)!r}", hint="it begins with https://, http:// or file:///")
    if parts.query or parts.fragment:
        raise UsageError(
            f"{origin}: the URL of an index ends with its path, without ? and #",
            hint="write a token as the user name: https://TOKEN@HOST/simple/",
        )
    return parts._replace(netloc="") if local else parts
