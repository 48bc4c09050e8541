"""Places that are named instead of projects: URLs, repositories, files and folders, as pip and PEP 508 write them."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

# One letter before the colon is a drive of Windows.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_PLACE = re.compile(r"[A-Za-z]:[\\/]|[./~\\]|[^;\[<>=!~@(]*[/\\]")
_ARCHIVE = re.compile(r"[^\s;\[<>=!~@(]+\.(whl|zip|tar|tgz|tbz|txz|tar\.(gz|bz2|xz|lzma))\s*($|;|\[)", re.IGNORECASE)
_SHORTHAND = re.compile(r"(git\+[\w.-]+|git)@[\w.-]+:(?!//)")
"""``git@host:path``, which scp and git take."""
_SUFFIX = re.compile(r".\.(whl|zip|tar|tgz|tbz|txz|tar\.(gz|bz2|xz|lzma))$", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")

_PROJECT_FILES = ("pyproject.toml", "setup.py")
_WEB = frozenset({"https", "http"})
_GIT = frozenset({"git+https", "git+http", "git+ssh", "git+file"})
_HASHES = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})


class BadPlace(ValueError):
    """A text that names no place that files can be taken from; its message is a clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place, taken apart."""

    location: str
    """A URL without fragment, perhaps with credentials: see `model.inputs.Reference`."""
    shown: str
    """As it was written, without credentials, and without a path of this machine."""
    egg: str = ""
    """``#egg=``, as written: a name, perhaps with extras."""
    subdirectory: str = ""
    hashes: frozenset[str] = frozenset()
    """SHA-256, lower-case hex."""


def is_url(text: str) -> bool:
    """Whether a text begins with a scheme; a drive of Windows is none."""
    return _SCHEME.match(text) is not None


def names_a_place(text: str) -> bool:
    """Whether a text without a name and ``@`` before it is a URL or a path, by its looks as pip judges them."""
    return any(pattern.match(text) for pattern in (_SCHEME, _PLACE, _ARCHIVE, _SHORTHAND))


def read_place(text: str, *, base: Path) -> Place:
    """Read a URL or a path, without extras and marker; a relative path stands under ``base``.

    Raises:
        BadPlace: it cannot be meant, or a local path does not lead to an archive or a project.
    """
    if not text.isprintable():
        raise BadPlace("a place has no control characters")
    if _SHORTHAND.match(text):
        raise BadPlace("write a repository as git+ssh://USER@HOST/PATH")
    if not is_url(text):
        return _local(Path(text), text, base=base)
    if " " in text:
        raise BadPlace("a URL has no blanks; write %20")
    parts = _parts(text)
    if parts.scheme == "file":
        if parts.netloc not in {"", "localhost"}:
            raise BadPlace("a file URL names no host: write file:///PATH")
        return _local(path_of(text), None, base=base, fragment=parts.fragment)
    if parts.scheme not in _WEB | _GIT:
        raise BadPlace(_unknown(parts.scheme))
    if parts.scheme != "git+file" and not parts.hostname:
        raise BadPlace("the URL names no host")
    if parts.scheme in _GIT:
        _check_revision(parts)
    fragment = _fragment(parts.fragment)
    return Place(
        location=parts.scheme + text.partition("#")[0][len(parts.scheme) :],
        shown=_shown_url(parts),
        egg=fragment.get("egg", ""),
        subdirectory=_subdirectory(fragment),
        hashes=_hashes(fragment),
    )


def shown_url(url: str) -> str:
    """A URL for messages and locks: without credentials, and with a digest instead of its query."""
    try:
        return _shown_url(urlsplit(url))
    except ValueError:
        return url.partition(":")[0] + ":"


def is_folder(location: str) -> bool:
    """Whether the location of a place is a local folder."""
    return location.startswith("file:") and path_of(location).is_dir()


def path_of(url: str) -> Path:
    """The path that a ``file:`` URL names."""
    # urllib has a function for it, in a module that takes longer to load than all of these files.
    path = unquote(urlsplit(url).path)
    return Path(path.removeprefix("/") if os.name == "nt" else path)


def shown_path(path: Path) -> str:
    """A path for messages and locks: relative to where the run was started, or its last part."""
    absolute, here = path.resolve(), Path.cwd().resolve()
    return absolute.relative_to(here).as_posix() if absolute.is_relative_to(here) else absolute.name


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.hostname, parts.port
    except ValueError as error:
        raise BadPlace(f"not a URL: {error}") from error
    return parts


def _local(path: Path, written: str | None, *, base: Path, fragment: str = "") -> Place:
    try:
        absolute = (base / path.expanduser()).resolve()
    except (OSError, RuntimeError) as error:
        raise BadPlace(f"no place to be found: {error}".lower()) from error
    typed = written is not None and not path.is_absolute() and _is_here(base) and not written.startswith("~")
    shown = written if written is not None and typed else shown_path(absolute)
    said = _fragment(fragment)
    subdirectory = _subdirectory(said)
    _check_local(absolute, subdirectory, shown)
    return Place(
        location=absolute.as_uri(),
        shown=f"{shown}#{fragment}" if fragment else shown,
        egg=said.get("egg", ""),
        subdirectory=subdirectory,
        hashes=_hashes(said),
    )


def _check_local(path: Path, subdirectory: str, shown: str) -> None:
    if path.is_dir():
        if not any((path / subdirectory / one).is_file() for one in _PROJECT_FILES):
            raise BadPlace(f"the folder {shown} is no project: it has neither pyproject.toml nor setup.py")
    elif not path.is_file():
        raise BadPlace(f"there is no file or folder {shown}")
    elif not _SUFFIX.search(path.name):
        raise BadPlace(f"{shown} is neither an archive nor a folder; a requirement file is given with -r")


def _is_here(base: Path) -> bool:
    return base.resolve() == Path.cwd().resolve()


def _unknown(scheme: str) -> str:
    if scheme.partition("+")[0] in {"hg", "svn", "bzr"}:
        return "of repositories only git is taken"
    if scheme.startswith("git"):
        return "a repository is named by git+https://, git+ssh:// or git+file://"
    return f"nothing can be fetched by {scheme}:"


def _check_revision(parts: SplitResult) -> None:
    _, at, revision = parts.path.rpartition("@")
    if not at:
        return
    if not revision:
        raise BadPlace("a branch, a tag or a commit stands behind @")
    if unquote(revision).startswith("-"):
        # Git would take it for an option.
        raise BadPlace("no branch, tag or commit begins with a dash")


def _shown_url(parts: SplitResult) -> str:
    user, at, place = parts.netloc.rpartition("@")
    # The user of ssh is part of the place, and no secret.
    netloc = parts.netloc if at and parts.scheme == "git+ssh" and ":" not in user else place
    path = parts.path
    if parts.scheme == "git+file":
        folder, at, revision = path.rpartition("@")
        shown = shown_path(path_of(f"file://{folder if at else path}"))
        return f"git+file:{shown}{at}{revision if at else ''}{_behind(parts)}"
    return f"{parts.scheme}://{netloc}{path}{_behind(parts)}"


def _behind(parts: SplitResult) -> str:
    # A query may hold a token, but two queries are two places.
    query = f"?{hashlib.sha256(parts.query.encode()).hexdigest()[:8]}" if parts.query else ""
    return f"{query}#{parts.fragment}" if parts.fragment else query


def _fragment(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split("&"))
    return {key: unquote(value) for key, _, value in pairs if value}


def _subdirectory(fragment: Mapping[str, str]) -> str:
    path = PurePosixPath(fragment.get("subdirectory", "").strip())
    if path.is_absolute() or ".." in path.parts:
        raise BadPlace("#subdirectory= is a folder inside the place")
    return "" if path == PurePosixPath() else path.as_posix()


def _hashes(fragment: Mapping[str, str]) -> frozenset[str]:
    if "sha256" in fragment:
        if not _SHA256.fullmatch(fragment["sha256"]):
            raise BadPlace("#sha256= is 64 hex digits")
        return frozenset({fragment["sha256"].lower()})
    if weak := sorted(_HASHES & fragment.keys()):
        raise BadPlace(f"#{weak[0]}= is not checked; give #sha256=")
    return frozenset()
