"""Places that are named instead of projects: URLs, repositories, files and folders, as pip and PEP 508 write them."""

from __future__ import annotations

import contextlib
import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from wheelforge.model.digest import Algorithm, Digest, read_digest
from wheelforge.model.inputs import public_url
from wheelforge.model.told import without_login
from wheelforge.model.urls import local_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# One letter before the colon is a drive of Windows.
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_PLACE = re.compile(r"[A-Za-z]:[\\/]|[./~\\]|[^;\[<>=!~@(]*[/\\]")
_ARCHIVE = re.compile(r"[^\s;\[<>=!~@(]+\.(whl|zip|tar|tgz|tbz|txz|tar\.(gz|bz2|xz|lzma))\s*($|;|\[)", re.IGNORECASE)
_SHORTHAND = re.compile(r"(git\+[\w.-]+|git)@[\w.-]+:(?!//)")
"""``git@host:path``, which scp and git take."""
_SUFFIX = re.compile(r".\.(whl|zip|tar|tgz|tbz|txz|tar\.(gz|bz2|xz|lzma))$", re.IGNORECASE)
_LOGIN = re.compile(r"(?<=//)(?!git@[^/@\s]*(/|$))[^/\s]*@")
"""All but the user of ssh that hosts of repositories share."""
_QUERY = re.compile(r"\?([^#\s]*)")
_ABSOLUTE = re.compile(r"(git\+)?file:|[/\\]|[A-Za-z]:[/\\]", re.IGNORECASE)

_ENCODED = "in a user or a password / is written %2F, and @ %40"
_PROJECT_FILES = ("pyproject.toml", "setup.py")
_WEB = frozenset({"https", "http"})
_GIT = frozenset({"git+https", "git+http", "git+ssh", "git+file"})
_WEAK = frozenset({"md5", "sha1", "sha224"})


class BadPlace(ValueError):
    """A text that names no place that files can be taken from; its message is a clause."""

    def __init__(self, problem: str, subject: str = "") -> None:
        """``{}`` in the problem stands for the subject."""
        super().__init__(problem.replace("{}", subject))
        self.problem = problem

    def about(self, subject: str) -> BadPlace:
        """The same fault, with the place told in another way."""
        return BadPlace(self.problem, subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place, taken apart."""

    location: str
    """A URL without fragment, perhaps with credentials: see `model.inputs.Reference`."""
    shown: str
    """As it was written, without credentials, and without a path of this machine."""
    told: str
    """The same for messages: with the path."""
    public: str
    """See `model.inputs.Reference`."""
    egg: str = ""
    """``#egg=``, as written: a name, perhaps with extras."""
    subdirectory: str = ""
    hashes: frozenset[Digest] = frozenset()
    """See `model.inputs.Reference`."""


def is_url(text: str) -> bool:
    """Whether a text begins with a scheme; a drive of Windows is none."""
    return _SCHEME.match(text) is not None


def names_a_place(text: str) -> bool:
    """Whether a text without a name and ``@`` before it is a URL or a path, by its looks as pip judges them."""
    return any(pattern.match(text) for pattern in (_SCHEME, _PLACE, _ARCHIVE, _SHORTHAND))


def read_place(text: str, *, base: Path | None, unexpanded: str | None = None) -> Place:
    """Read a URL or a path, without extras and marker; a relative path stands under ``base``.

    Without a ``base`` nothing local may be named. ``unexpanded`` is what stands there where ``text`` came of variables,
    whose values are not to be told.

    Raises:
        BadPlace: it cannot be meant, or a local path does not lead to an archive or a project.
    """
    if unexpanded is None or unexpanded == text:
        return _read(text, base)
    try:
        found = _read(text, base)
    except BadPlace as error:
        raise error.about(_digest_query(without_login(unexpanded))) from None
    shown, told = unvalued(unexpanded), _unvalued(unexpanded)
    return replace(found, shown=shown, told=told, public=re.split(r"[?#]", shown, maxsplit=1)[0])


def _read(text: str, base: Path | None) -> Place:
    if not text.isprintable():
        raise BadPlace("a place has no control characters")
    if found := _SHORTHAND.match(text):
        server = found[0].removeprefix("git+").rstrip(":")
        raise BadPlace(f"write a repository as git+ssh://{server}/{text[found.end() :].lstrip('/')}")
    if not is_url(text):
        return _local(Path(text), text, base=_given(base))
    if " " in text:
        raise BadPlace("a URL has no blanks; write %20")
    parts = _parts(text)
    match parts.scheme:
        case "file" if parts.netloc not in {"", "localhost"}:
            raise BadPlace("a file URL names no host: write file:///PATH")
        case "file":
            return _local(local_path(text), None, base=_given(base), url=text)
        case "git+file":
            _given(base)
    return _by_url(text, parts)


def _by_url(text: str, parts: SplitResult) -> Place:
    if parts.scheme not in _WEB | _GIT:
        raise _unknown(parts.scheme)
    if parts.scheme != "git+file" and not parts.hostname:
        raise BadPlace("the URL names no host")
    if parts.scheme in _GIT:
        _check_revision(parts)
    fragment = _fragment(parts.fragment)
    location = parts.scheme + text.partition("#")[0][len(parts.scheme) :]
    local = parts.scheme == "git+file"
    return Place(
        location=location,
        shown=_shown_url(parts),
        told=_told_url(parts),
        public=_shown_url(parts._replace(query="", fragment="")) if local else public_url(location),
        egg=fragment.get("egg", ""),
        subdirectory=subdirectory_of(fragment.get("subdirectory", "")),
        hashes=_hashes(fragment),
    )


def shown_url(url: str) -> str:
    """A URL for messages and locks: without credentials, and with a digest instead of its query."""
    try:
        return _shown_url(_parts(url))
    except BadPlace:
        return re.split(r"[?#]", without_login(url), maxsplit=1)[0]


def subdirectory_of(written: str) -> str:
    """A folder inside a place, with forward slashes; empty for its top.

    Raises:
        BadPlace: it leads out.
    """
    path = PurePosixPath(written.strip())
    if path.is_absolute() or ".." in path.parts:
        raise BadPlace("a subdirectory is a folder inside the place")
    return "" if path == PurePosixPath() else path.as_posix()


def is_folder(location: str) -> bool:
    """Whether the location of a place is a local folder."""
    return location.startswith("file:") and local_path(location).is_dir()


def shown_path(path: Path, cwd: Path | None = None) -> str:
    """A path for messages and locks, with forward slashes: relative to where the run was started, or its last part."""
    absolute, here = path.resolve(), (cwd or Path.cwd()).resolve()
    return absolute.relative_to(here).as_posix() if absolute.is_relative_to(here) else absolute.name


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.hostname, parts.port
    except ValueError as error:
        # Its own words may quote a password.
        bare = without_login(url)
        raise BadPlace("not a URL: {}" if bare == url else f"not a URL: {{}}; {_ENCODED}", bare) from error
    return parts


def _local(path: Path, written: str | None, *, base: Path, url: str = "") -> Place:
    with _no_place():
        absolute = (base / path.expanduser()).resolve()
    typed = written is not None and not path.is_absolute() and _is_here(base) and not written.startswith("~")
    shown = written if written is not None and typed else shown_path(absolute)
    fragment = url.partition("#")[2]
    said = _fragment(fragment)
    told = written or re.split(r"[?#]", url, maxsplit=1)[0]
    behind = f"#{fragment}" if fragment else ""
    subdirectory = subdirectory_of(said.get("subdirectory", ""))
    with _no_place():
        _check_local(absolute, subdirectory, told)
    return Place(
        location=absolute.as_uri(),
        shown=f"{shown}{behind}",
        told=f"{told}{behind}",
        public=shown,
        egg=said.get("egg", ""),
        subdirectory=subdirectory,
        hashes=_hashes(said),
    )


@contextlib.contextmanager
def _no_place() -> Iterator[None]:
    """What a file system says to a path that can be none, such as one that is too long, or leads in a circle."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise BadPlace(f"no place to be found: {(getattr(error, 'strerror', None) or str(error)).lower()}") from error


def _check_local(path: Path, subdirectory: str, told: str) -> None:
    if path.is_dir():
        if not any((path / subdirectory / one).is_file() for one in _PROJECT_FILES):
            raise BadPlace("the folder {} is no project: it has neither pyproject.toml nor setup.py", told)
    elif not path.is_file():
        raise BadPlace("there is no file or folder {}", told)
    elif not _SUFFIX.search(path.name):
        raise BadPlace("{} is neither an archive nor a folder; a requirement file is given with -r", told)


def _is_here(base: Path) -> bool:
    return base.resolve() == Path.cwd().resolve()


def _given(base: Path | None) -> Path:
    if base is None:
        raise BadPlace("a file from the web names no place on this machine")
    return base


def _unknown(scheme: str) -> BadPlace:
    if scheme.partition("+")[0] in {"hg", "svn", "bzr"}:
        return BadPlace("of repositories only git is taken")
    if scheme.startswith("git"):
        return BadPlace("a repository is named by git+https://, git+ssh:// or git+file://")
    return BadPlace("nothing can be fetched by {}", f"{scheme}:")


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
    if parts.scheme != "git+file":
        return _told_url(parts)
    folder, at, revision = parts.path.rpartition("@")
    shown = shown_path(local_path(f"file://{folder if at else parts.path}"))
    return f"git+file:{shown}{at}{revision if at else ''}{_behind(parts)}"


def _told_url(parts: SplitResult) -> str:
    user, at, place = parts.netloc.rpartition("@")
    # The user of ssh is part of the place, and no secret.
    netloc = parts.netloc if at and parts.scheme == "git+ssh" and ":" not in user else place
    return f"{parts.scheme}://{netloc}{parts.path}{_behind(parts)}"


def unvalued(text: str) -> str:
    """A place before its variables were expanded: it may be no URL yet, so that it is not taken apart."""
    bare = _unvalued(text)
    return re.split(r"[/\\]", bare)[-1] if _ABSOLUTE.match(bare) else bare


def _unvalued(text: str) -> str:
    return _digest_query(_LOGIN.sub("", text))


def _digest_query(text: str) -> str:
    return _QUERY.sub(lambda query: _digested(query[1]), text)


def _digested(query: str) -> str:
    # A query may hold a token, but two queries are two places.
    return f"?{hashlib.sha256(query.encode()).hexdigest()[:8]}" if query else ""


def _behind(parts: SplitResult) -> str:
    query = _digested(parts.query)
    return f"{query}#{parts.fragment}" if parts.fragment else query


def _fragment(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split("&"))
    return {key: unquote(value) for key, _, value in pairs if value}


def _hashes(fragment: Mapping[str, str]) -> frozenset[Digest]:
    found = frozenset(_digest(algorithm, fragment[algorithm]) for algorithm in Algorithm if algorithm in fragment)
    if not found and (weak := sorted(_WEAK & fragment.keys())):
        raise BadPlace(f"#{weak[0]}= is not checked; give #sha256=")
    return found


def _digest(algorithm: Algorithm, written: str) -> Digest:
    found = read_digest(f"{algorithm}:{written}")
    if found is None:
        raise BadPlace(f"#{algorithm}= is {algorithm.digits} hex digits")
    return found
