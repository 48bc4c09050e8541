"""A local folder: which of its files are the project's, and the history that it stands in."""

from __future__ import annotations

import enum
import os
import shlex
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.archives.members import LATEST, ZIP_EPOCH
from wheelforge.direct.git import GitFailed, Heed
from wheelforge.direct.secrets import is_secret
from wheelforge.errors import IndexAccessError, UsageError
from wheelforge.store.atomic import storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wheelforge.direct.git import Git

NEVER = frozenset({".git", ".hg", ".svn", ".bzr", "__pycache__", ".tox", ".nox", ".DS_Store"})
"""Names that are left out unless a repository tracks them."""
MARKS = ("pyvenv.cfg", "CACHEDIR.TAG", "wheelforge.lock")
"""A folder inside that holds one of these is an environment, a cache, or what we have written ourselves: the same."""
PRODUCTS = frozenset({"build", "dist"})
"""The same at the top, unless they are packages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a folder holds."""

    top: Path
    """The top of its repository, or the folder itself."""
    inner: str
    """The folder inside that, with forward slashes; empty for the top."""
    paths: tuple[str, ...]
    """Relative to the top; some may not be there, and some may be no plain files."""
    secrets: tuple[str, ...]
    """The same, of what is kept back: see `wheelforge.direct.secrets`."""
    commit: str | None
    """Where it is in a repository that has one."""


def survey(folder: Path, git: Git, *, subject: str) -> Survey:
    """Look at a folder. In a repository what is tracked is the project's; else what no rule leaves out.

    The rules are the three sets above, what is a secret, and in a repository also those by which it ignores files.
    Of a repository around it only what is tracked is seen, and only where something of the folder is.

    Raises:
        UsageError: git does not trust whom its repository belongs to.
        StorageError: the folder cannot be read.
    """
    folder = folder.resolve()
    top = _repository(folder, git, subject)
    if top is None:
        with storage_errors(folder, "read"):
            return _surveyed(folder, "", [], list(walked(folder)), None)
    inner = folder.relative_to(top).as_posix()
    prefix = "" if inner == "." else f"{inner}/"
    listed = {one: list(_expanded(top, one)) for one in _listed(git, top, subject, "--cached")}
    tracked = [one for one, paths in listed.items() if paths == [one]]
    candidates = set(walked(folder))
    others = _listed(git, folder, subject, "--others", "--exclude-standard")
    expanded = {path for one in others for path in _expanded(folder, one)}
    loose = [path for one, paths in listed.items() if paths != [one] for path in paths]
    loose += [f"{prefix}{path}" for path in sorted(expanded & candidates)]
    return _surveyed(top, prefix.rstrip("/"), tracked, loose, _head(git, folder, subject))


def _surveyed(top: Path, inner: str, tracked: list[str], loose: list[str], commit: str | None) -> Survey:
    """What is tracked is taken as it is; of the rest no secret."""
    secrets = {path for path in loose if is_secret(path, top)}
    paths = (*tracked, *(path for path in loose if path not in secrets))
    return Survey(top=top, inner=inner, paths=paths, secrets=tuple(sorted(secrets)), commit=commit)


def commit_time(git: Git, folder: Path, commit: str, *, subject: str) -> int:
    """Seconds since 1970, within what archives can hold."""
    told = git.ask("show", "--no-patch", "--format=%ct", commit, cwd=folder, subject=subject)
    return min(max(int(told), ZIP_EPOCH), LATEST)


class Depth(enum.Enum):
    """How much of a history is taken."""

    COMMIT = "commit"
    """The commit alone: the version stands in a file."""
    WHOLE = "whole"
    """All before it too, and the tags, from which a backend counts versions."""


def history(survey: Survey, git: Git, scratch: Path, *, depth: Depth, subject: str) -> Path | None:
    """A ``.git`` of its own with the folder's commit: no hooks, no remotes, no credentials.

    ``None`` where it cannot be had.
    """
    if survey.commit is None:
        return None
    match depth:
        case Depth.COMMIT:
            refs: tuple[str, ...] = (f"+{survey.commit}:refs/heads/main",)
            how: tuple[str, ...] = ("--depth=1", "--no-tags")
        case Depth.WHOLE:
            refs, how = (f"+{survey.commit}:refs/heads/main", "+refs/tags/*:refs/tags/*"), ()
    fetch = ("fetch", "--quiet", "--no-write-fetch-head", "--update-head-ok", "--update-shallow", *how, "--")
    try:
        scratch.mkdir()
        git.ask("init", "--quiet", "--initial-branch=main", cwd=scratch, subject=subject)
        git.ask(*fetch, str(survey.top), *refs, cwd=scratch, subject=subject, heed=Heed.USER)
        git.ask("update-ref", "--no-deref", "HEAD", survey.commit, cwd=scratch, subject=subject)
        index = git.ask("rev-parse", "--git-path", "index", cwd=survey.top, subject=subject, heed=Heed.USER)
        shutil.copyfile(survey.top / index.rstrip("\n"), scratch / ".git" / "index")
    except (IndexAccessError, OSError):
        return None
    return scratch / ".git"


def walked(folder: Path) -> Iterator[str]:
    """The files below a folder that no repository speaks for, but for versions' stores, environments and caches."""
    for place, folders, files in os.walk(folder):
        inside = Path(place).relative_to(folder)
        links = [name for name in folders if Path(place, name).is_symlink()]
        folders[:] = [name for name in folders if name not in links and _belongs(Path(place, name), folder)]
        yield from ((inside / name).as_posix() for name in (*files, *links) if name not in NEVER)


def _belongs(folder: Path, top: Path) -> bool:
    if folder.name in NEVER or any((folder / mark).is_file() for mark in MARKS):
        return False
    return not (folder.parent == top and folder.name in PRODUCTS and not (folder / "__init__.py").is_file())


def _repository(folder: Path, git: Git, subject: str) -> Path | None:
    """The top of the repository that it is, or that has something of it; ``None`` also where there is no git."""
    try:
        said = git.ask("rev-parse", "--show-toplevel", cwd=folder, subject=subject, heed=Heed.USER)
    except GitFailed as error:
        if "dubious ownership" in error.said:
            # Without git nobody could say what of the folder is not to be shown.
            raise UsageError(
                f"{subject} stands in a git repository of another user, whom git does not trust",
                hint=f"git config --global --add safe.directory {shlex.quote(str(folder))}",
            ) from None
        return None
    except IndexAccessError:
        return None
    top = Path(said.rstrip("\n"))
    # A repository's own configuration can name any other folder as its top.
    real = folder.is_relative_to(top) and (top / ".git").exists()
    return top if real and (top == folder or _listed(git, folder, subject, "--cached")) else None


def _head(git: Git, folder: Path, subject: str) -> str | None:
    try:
        commit = git.ask(
            "rev-parse", "--quiet", "--verify", "HEAD^{commit}", cwd=folder, subject=subject, heed=Heed.USER
        )
    except GitFailed:  # nothing is committed yet
        return None
    return commit.rstrip("\n")


def _listed(git: Git, folder: Path, subject: str, *which: str) -> list[str]:
    said = git.ask("ls-files", "-z", *which, cwd=folder, subject=subject, heed=Heed.USER)
    return [path for path in said.split("\0") if path]


def _expanded(top: Path, path: str) -> Iterator[str]:
    """A repository inside the repository, perhaps a submodule, is listed as a folder."""
    if (top / path).is_dir() and not (top / path).is_symlink():
        yield from (f"{path.rstrip('/')}/{inner}" for inner in walked(top / path))
    else:
        yield path
