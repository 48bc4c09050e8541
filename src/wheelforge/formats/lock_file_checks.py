"""What a lock may say of one file: its name, its hash, and the places that it came from."""

from __future__ import annotations

import re
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from packaging.utils import is_normalized_name

from wheelforge.model.artifacts import Kind
from wheelforge.model.filenames import SDIST_SUFFIXES, is_safe, named, version_of
from wheelforge.model.told import holds_credentials, printable
from wheelforge.model.urls import FULL_COMMIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.model.direct import DirectUrl
    from wheelforge.model.lock import LockedArtifact

_SHA256 = re.compile(r"[0-9a-f]{64}")
_SUFFIXES = {Kind.WHEEL: (".whl",), Kind.SDIST: SDIST_SUFFIXES}
_KIND_WORDS = {Kind.WHEEL: "a wheel", Kind.SDIST: "an sdist"}
_WEB = frozenset({"http", "https"})
_SHOWN_CHARACTERS = 120

Flaw = tuple[str, str]
"""A key path, ``units[3].environment``, and a clause that says what is wrong there."""


def file_flaws(file: LockedArtifact) -> Iterator[Flaw]:
    """What is wrong with a file by itself, by key."""
    if not is_safe(file.filename):
        yield "filename", f"{show(file.filename)} is not a bare file name"
    elif not file.filename.endswith(_SUFFIXES[file.kind]):
        yield "kind", f"{show(file.filename)} is not the name of {_KIND_WORDS[file.kind]}"
    elif file.kind is Kind.WHEEL and not is_wheel_of(file.filename, file.name, file.version):
        yield "filename", f"{show(file.filename)} is not a wheel of {show(file.name)} {file.version}"
    if not is_normalized_name(file.name):
        yield "name", f"{show(file.name)} is not a normalised name"
    if not _SHA256.fullmatch(file.sha256):
        yield "sha256", f"{show(file.sha256)} is not 64 lower-case hex digits"
    for key, url in (("url", file.url), ("provenance", file.provenance)):
        if url and (problem := _web_problem(url)):
            yield key, problem
    if file.direct is not None:
        yield from ((f"direct.{key}", problem) for key, problem in _direct_flaws(file.direct))


def is_wheel_of(filename: str, name: NormalizedName, version: Version) -> bool:
    """Whether a file name is that of a wheel of this project and version."""
    found = named(filename, name)
    return found is not None and found.kind is Kind.WHEEL and version_of(found.version) == version


def show(value: str) -> str:
    """A value from the lock, fit for a terminal."""
    shown = printable(value)
    return repr(shown if len(shown) <= _SHOWN_CHARACTERS else f"{shown[:_SHOWN_CHARACTERS]}...")


def _web_problem(url: str) -> str | None:
    """What comes from an index comes over HTTP; credentials have no business in a file that is handed on."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return f"{show(url)} is not a URL"
    if "@" in parts.netloc:
        return f"{show(url)} holds credentials"
    if parts.scheme not in _WEB or not parts.netloc or not url.isprintable():
        return f"{show(url)} is not an http or https URL"
    return None


def _direct_flaws(direct: DirectUrl) -> Iterator[Flaw]:
    if holds_credentials(direct.url):
        yield "url", f"{show(direct.url)} holds credentials"
    elif not _is_remote(direct) and not _is_inside(direct.url):
        yield "url", f"{show(direct.url)} is neither the URL of an archive or a repository nor a relative path"
    if direct.subdirectory and not _is_inside(direct.subdirectory):
        yield "subdirectory", f"{show(direct.subdirectory)} is not a folder inside"
    if direct.vcs is not None and not FULL_COMMIT.fullmatch(direct.vcs.commit_id):
        yield "vcs.commit-id", f"{show(direct.vcs.commit_id)} is not a full commit"


def _is_remote(direct: DirectUrl) -> bool:
    try:
        parts = urlsplit(direct.url)
        _ = parts.port
    except ValueError:
        return False
    return bool(parts.netloc) and parts.scheme in (_WEB if direct.vcs is None else _WEB | {"ssh"})


def _is_inside(path: str) -> bool:
    """Whether a local place tells nothing of the machine, and leads nowhere else on this one."""
    windows = PureWindowsPath(path)  # its rules are the wider ones
    leads_out = windows.drive or windows.root or ".." in windows.parts
    return bool(path) and not leads_out and "://" not in path and not path.startswith(("~", "file:"))
