"""The places that a lock names, each checked before anything is fetched from there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, urlsplit

from wheelforge.errors import IntegrityError, ResolutionError, UsageError
from wheelforge.model.told import printable, without_login
from wheelforge.model.urls import FULL_COMMIT, local_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wheelforge.model.targets import Target

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_FILES = ("https", "http", "file")
_REPOSITORIES = (*_FILES, "ssh")
_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:")
_ANEW = "make the lock anew with the tool that wrote it"
_WITHIN = "a lock may name what stands in its folder, or anywhere in its Git repository"
_NOWHERE = SplitResult("", "", "", "", "")


class Place(NamedTuple):
    """Where something is, and how that is told."""

    url: str
    """Without fragment, perhaps with credentials."""
    written: str
    """As in the lock, without credentials; of an absolute path only the last part."""

    @property
    def bare(self) -> str:
        """The URL without credentials."""
        return _bare(urlsplit(self.url))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where a lock stands: paths are read from here, and none leads out of it, nor does a ``file:`` URL.

    Where the lock belongs to a repository they may lead anywhere within that: ``../lib`` is common in large ones.
    """

    folder: Path
    """Absolute."""
    origin: str
    """How messages call the lock."""

    def file(self, where: str, *, url: str | None, path: str | None) -> Place:
        """The place of a file: beside the lock where it stands there, else its URL.

        Raises:
            IntegrityError: it leads out of the folder, or the URL is none that files are fetched from.
        """
        if path:
            local = self._local(where, path)
            if url is None or local.is_file():
                return Place(local.as_uri(), path)
        return self._address(where, url or "", _FILES)

    def directory(self, where: str, path: str) -> Place:
        """A folder with a project.

        Raises:
            IntegrityError: the path is absolute, or leads out of the folder.
        """
        return Place(self._local(where, path).as_uri(), path)

    def repository(self, where: str, url: str, commit: str) -> Place:
        """A Git repository at one commit.

        Raises:
            IntegrityError: the address is none, or the commit is not written in full, so that it could change.
        """
        if not FULL_COMMIT.fullmatch(commit):
            raise self.unsafe(where, f"the commit is not written in full: {commit!r}")
        place = self._address(where, url, _REPOSITORIES)
        return Place(f"git+{place.url}@{commit}", f"git+{place.written}@{commit}")

    def local_repository(self, where: str, path: str, commit: str) -> Place:
        """A Git repository in a folder, at one commit; raises as the others do."""
        place = self.repository(where, self._local(where, path).as_uri(), commit)
        return Place(place.url, f"git+{path}@{commit}")

    def subdirectory(self, where: str, path: str) -> str:
        """A folder within a repository, an archive or a folder, with forward slashes; empty for its top.

        Raises:
            IntegrityError: it leads out of that.
        """
        parts = PurePosixPath(path.replace("\\", "/")).parts
        if _ABSOLUTE.match(path) or ".." in parts or not path.isprintable():
            raise self.unsafe(where, f"the subdirectory {path!r} leads out of what it is part of")
        return "/".join(parts)

    def sha256(self, where: str, hashes: Mapping[str, str]) -> str:
        """The one hash that is checked here, of all that a file has, in lower case.

        Raises:
            IntegrityError: there is none, or it is no SHA-256.
        """
        digest = hashes.get("sha256")
        if digest is None:
            given = f"only {', '.join(sorted(hashes))}" if hashes else "none at all"
            raise self.unsafe(where, f"no SHA-256 hash, {given}, so that the file could not be checked")
        if not _SHA256.fullmatch(digest):
            raise self.unsafe(where, f"a SHA-256 hash has 64 hexadecimal digits, not {digest!r}")
        return digest.lower()

    def unsafe(self, where: str, problem: str, *, hint: str = _ANEW) -> IntegrityError:
        """The error for what no lock may say, with its place there."""
        return IntegrityError(f"{self.told(where)}: {printable(problem)}", hint=hint)

    def wrong(self, where: str, problem: str, *, hint: str | None = None) -> UsageError:
        """The error for what is not understood in a lock, with its place there."""
        return UsageError(f"{self.told(where)}: {printable(problem)}", hint=hint and printable(hint))

    def not_for(self, target: Target, why: str) -> ResolutionError:
        """The error for a target that a lock was not made for."""
        return ResolutionError(
            printable(f"{self.origin} does not hold what {target.name} needs: {why}"),
            hint="make a lock for this target, or collect for a target that the lock was made for",
        )

    def told(self, where: str) -> str:
        """How messages call a place in the lock."""
        return printable(f"{self.origin}: {where}" if where else self.origin)

    def _local(self, where: str, path: str) -> Path:
        if _ABSOLUTE.match(path) or not path.isprintable():
            raise self.unsafe(where, f"{path!r} is no path relative to the lock")
        return self._bounded(where, self.folder / path.replace("\\", "/"), path)

    def _bounded(self, where: str, path: Path, written: str) -> Path:
        try:
            found = path.resolve()
        except (OSError, ValueError, RuntimeError):
            raise self.unsafe(where, f"{written!r} is no path") from None
        if not found.is_relative_to(self._bounds()):
            raise self.unsafe(where, f"{written!r} leads out of the folder of the lock", hint=_WITHIN)
        return found

    def _bounds(self) -> Path:
        repositories = (folder for folder in (self.folder, *self.folder.parents) if (folder / ".git").exists())
        return next(repositories, self.folder)

    def _address(self, where: str, url: str, schemes: tuple[str, ...]) -> Place:
        parts = split(url)
        local = parts.scheme == "file"
        if parts.scheme not in schemes or not url.isprintable() or bool(parts.netloc) is local:
            raise self.unsafe(where, f"{_bare(parts) or without_login(url)!r} is no address that can be fetched from")
        if local:
            found = self._bounded(where, self.folder / local_path(url), url)
            return Place(found.as_uri(), parts.path.rpartition("/")[2])
        return Place(parts._replace(fragment="").geturl(), _bare(parts))


def split(url: str) -> SplitResult:
    """The parts of a URL, all empty where it is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return _NOWHERE
    return parts


def _bare(parts: SplitResult) -> str:
    """Without fragment and credentials; the user of ssh is no secret, his password is."""
    userinfo, _, server = parts.netloc.rpartition("@")
    user = userinfo.partition(":")[0] if parts.scheme == "ssh" else ""
    return parts._replace(netloc=f"{user}@{server}" if user else server, fragment="").geturl()
