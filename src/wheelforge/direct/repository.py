"""A git repository as a bare mirror in the store: which commit is meant, that it is here, and a checkout of it."""

from __future__ import annotations

import hashlib
import re
import shutil
from typing import TYPE_CHECKING

from wheelforge.archives.sdist import MAX_STATIC
from wheelforge.direct.bound import LISTING, Room
from wheelforge.direct.git import GitFailed, Heed
from wheelforge.direct.submodules import Submodules, checkout_of
from wheelforge.errors import IndexAccessError, IntegrityError, ResolutionError
from wheelforge.model.nearest import did_you_mean
from wheelforge.model.urls import FULL_COMMIT
from wheelforge.store.atomic import storage_errors
from wheelforge.store.usage import touch

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.direct.git import Git
    from wheelforge.direct.repository_address import RepositoryAddress
    from wheelforge.store.store import Store

_COMMIT = re.compile(r"[0-9a-f]{4,64}")
_OWN = "refs/wheelforge"
_HEADS, _TAGS = "refs/heads/", "refs/tags/"
_FETCH = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head")
_EVERYTHING = (f"+{_HEADS}*:{_HEADS}*", f"+{_TAGS}*:{_TAGS}*")


class Mirror:
    """The mirror of one repository; blocking, for one thread at a time, which holds the store's lock on `name`."""

    def __init__(self, address: RepositoryAddress, *, git: Git, store: Store, subject: str) -> None:
        self._address = address
        self._git = git
        self._subject = subject
        self.name = f"git-{hashlib.sha256(address.url.encode()).hexdigest()[:32]}"
        self._folder = store.folder("git") / self.name

    def commit(self) -> str:
        """The commit that is meant, which is here afterwards, perhaps without those before it.

        A full commit that is here already needs no network, and means itself whatever else has its digits for a name.

        Raises:
            IndexAccessError: the repository cannot be read.
            ResolutionError: it has no such branch, tag or commit.
        """
        self._open()
        ref = self._address.ref
        if ref is not None and self._address.is_fixed:
            return self._fixed(ref.lower())
        refs = self._refs()
        name = _named(refs, ref)
        if name is not None:
            commit = refs.get(f"{name}^{{}}", refs[name])
            self._fetch_one(commit, name)
        elif ref is not None and _COMMIT.fullmatch(ref.lower()):
            self._fetch_everything()
            found = self._commit_of(ref.lower())
            if found is None:
                raise self._unknown(refs)
            commit = found
        else:
            raise self._unknown(refs)
        return commit

    def with_history(self, commit: str) -> None:
        """See that all before a commit is here, and the tags, from which backends count versions.

        Raises:
            IndexAccessError: the repository cannot be read.
        """
        if self._here("rev-parse", "--quiet", "--verify", f"{_OWN}/full/{commit}") is None:
            self._fetch_everything()
            self._here("update-ref", f"{_OWN}/full/{commit}", commit)

    def file(self, commit: str, path: str) -> bytes | None:
        """A file of a commit; ``None`` where it has none of that path.

        Raises:
            IntegrityError: it is larger than such a file can be.
        """
        size = self._here("cat-file", "-s", f"{commit}:{path}")
        if size is not None and int(size) > MAX_STATIC:
            raise IntegrityError(f"{self._subject}: {path} has {int(size)} bytes; {MAX_STATIC} are the limit")
        said = self._here("cat-file", "blob", f"{commit}:{path}")
        return None if said is None else said.encode("utf-8", "surrogateescape")

    def checkout(self, commit: str, folder: Path) -> None:
        """Make ``folder`` a repository of its own at that commit, with its submodules.

        Raises:
            IndexAccessError: a submodule cannot be read.
            IntegrityError: its files are more, or larger, than what an archive may hold.
            StorageError: there is no room.
        """
        room = Room(self._subject)
        room.take(self._git.ask(*LISTING, commit, cwd=self._folder, subject=self._subject))
        with storage_errors(folder):
            shutil.copytree(self._folder, folder / ".git")
            shutil.rmtree(folder / ".git" / _OWN, ignore_errors=True)
        config = ("config", "--file", ".git/config")
        self._git.ask(*config, "core.bare", "false", cwd=folder, subject=self._subject)
        self._git.ask(*config, "remote.origin.url", self._address.url, cwd=folder, subject=self._subject)
        self._git.ask(*checkout_of(commit), cwd=folder, subject=self._subject)
        Submodules(self._near, self._away, room).fetch(folder)

    def _open(self) -> None:
        if not (self._folder / "HEAD").is_file():
            with storage_errors(self._folder):
                self._folder.mkdir(parents=True, exist_ok=True)
            self._git.ask("init", "--quiet", "--bare", cwd=self._folder, subject=self._subject)
        # We hold the store's lock on it: these were left by a git that was killed.
        for stale in (*self._folder.glob("*.lock"), *(self._folder / "refs").rglob("*.lock")):
            stale.unlink(missing_ok=True)
        touch(self._folder)

    def _refs(self) -> dict[str, str]:
        """All that the server names, as it stands there now."""
        lines = self._away("ls-remote", "--", self._address.url).splitlines()
        pairs = (line.split("\t", 1) for line in lines if "\t" in line)
        return {name: commit for commit, name in pairs if FULL_COMMIT.fullmatch(commit)}

    def _fetch_one(self, commit: str, name: str) -> None:
        """Just that commit where the server gives one by its name, else all."""
        if self._has(commit):
            return
        try:
            self._away(*_FETCH, "--depth=1", "--", self._address.url, f"+{commit}:{_kept(commit)}")
        except GitFailed:
            self._fetch_everything(f"+{name}:{_kept(commit)}")
        if not self._has(commit):
            raise IndexAccessError(f"{self._subject} has moved while it was read", hint="run the same command again")

    def _fetch_everything(self, *more: str) -> None:
        deeper = ["--unshallow"] if (self._folder / "shallow").is_file() else []
        self._away(*_FETCH, *deeper, "--", self._address.url, *_EVERYTHING, *more)

    def _fixed(self, commit: str) -> str:
        """A commit in full: what the server names is not looked at, for a branch may have any name."""
        if self._has(commit):
            return commit
        try:
            self._away(*_FETCH, "--depth=1", "--", self._address.url, f"+{commit}:{_kept(commit)}")
        except GitFailed:
            self._fetch_everything()
        if not self._has(commit):
            fault = f"{self._subject} has no commit {commit!r}"
            raise ResolutionError(fault, hint="see that it is right, and of a commit, not of the tag that names one")
        return commit

    def _unknown(self, refs: dict[str, str]) -> ResolutionError:
        wanted = self._address.ref
        if wanted is None:
            return ResolutionError(f"{self._subject} is empty: it has no commit", hint="name another repository")
        names = {name.removeprefix(_HEADS).removeprefix(_TAGS).removesuffix("^{}") for name in refs}
        return ResolutionError(
            f"{self._subject} has no branch, tag or commit {wanted!r}",
            hint=did_you_mean(wanted, names, most=3) or "see what it has: git ls-remote URL",
        )

    def _has(self, commit: str) -> bool:
        """Whether it is here, itself: git takes what is no digest of its own for the name of a branch."""
        return self._commit_of(commit) == commit

    def _commit_of(self, revision: str) -> str | None:
        found = self._here("rev-parse", "--quiet", "--verify", f"{revision}^{{commit}}")
        return found and found.strip()

    def _here(self, *arguments: str) -> str | None:
        """Ask the mirror, which reaches for no server; ``None`` where it says no."""
        try:
            return self._git.ask(*arguments, cwd=self._folder, subject=self._subject)
        except GitFailed:
            return None

    def _near(self, *arguments: str, cwd: Path) -> str:
        return self._git.ask(*arguments, cwd=cwd, subject=self._subject)

    def _away(self, *arguments: str, cwd: Path | None = None) -> str:
        return self._git.ask(
            *arguments,
            cwd=cwd or self._folder,
            subject=self._subject,
            heed=Heed.USER,
            login=self._address.login,
        )


def _kept(commit: str) -> str:
    return f"{_OWN}/{commit}"


def _named(refs: dict[str, str], ref: str | None) -> str | None:
    """The full name of what is meant: a branch comes before a tag, as with pip."""
    wanted = ["HEAD"] if ref is None else [f"{_HEADS}{ref}", f"{_TAGS}{ref}", ref]
    return next((name for name in wanted if name in refs), None)
