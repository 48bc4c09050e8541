"""Source trees of repositories, folders and archives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.archives.members import ZIP_EPOCH
from wheelforge.archives.pack import below
from wheelforge.archives.sdist import MAX_STATIC, read_sdist, unpack_sdist
from wheelforge.direct.folder import Depth, commit_time, history, survey
from wheelforge.direct.pkg_info import tells_version
from wheelforge.direct.repository import Mirror
from wheelforge.direct.repository_address import repository_address
from wheelforge.direct.tree import Tree, check_subdirectory, named, sound_paths
from wheelforge.events import Note, Warn
from wheelforge.formats.reference import shown_path
from wheelforge.model.direct import DirectUrl, VcsInfo
from wheelforge.model.urls import local_path
from wheelforge.simple.address import exposed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wheelforge.direct.git import Git
    from wheelforge.direct.repository_address import RepositoryAddress
    from wheelforge.events import Reporter
    from wheelforge.model.inputs import Reference
    from wheelforge.simple.index import Fetched
    from wheelforge.store.store import Store


class Trees:
    """Makes trees in scratch folders, which must be new and stay as long as the tree; blocking, for any thread."""

    def __init__(self, *, git: Git, store: Store, report: Reporter, cwd: Path) -> None:
        self._git = git
        self._store = store
        self._report = report
        self._cwd = cwd

    def repository(self, reference: Reference, scratch: Path) -> Tree:
        """The tree of one commit.

        Raises:
            UsageError: the address is none, or the subdirectory is not there.
            IndexAccessError: the repository cannot be read.
            ResolutionError: it has no such revision.
        """
        address, subject = repository_address(reference), reference.told
        if exposed(address.url) and not address.is_fixed:
            text = f"{subject} is read over http: anybody on the way can alter it"
            self._report(Warn(text=text, hint="use git+https://, or a full commit after @"))
        mirror = Mirror(address, git=self._git, store=self._store, subject=subject)
        folder = scratch / "checkout"
        with self._store.lock(mirror.name):
            commit = mirror.commit()
            if not tells_version(mirror.file(commit, f"{reference.subdirectory}/pyproject.toml".lstrip("/"))):
                mirror.with_history(commit)
            mirror.checkout(commit, folder)
        inside = check_subdirectory(folder, reference.subdirectory, subject=subject)
        listed = self._git.ask("ls-files", "-z", "--recurse-submodules", cwd=folder, subject=subject).split("\0")
        paths = sound_paths(folder, filter(None, listed), subject=subject, report=self._report)
        return Tree(
            subject=subject,
            folder=folder,
            paths=paths,
            subdirectory=inside,
            moment=commit_time(self._git, folder, commit, subject=subject),
            direct=self._repository_url(address, commit, inside),
            history=folder / ".git",
            state=self._state(folder, subject),
        )

    def folder(self, reference: Reference, path: Path, scratch: Path) -> Tree:
        """The tree of a local folder as it stands; of its repository where it is in one.

        Raises:
            UsageError: the subdirectory is not there.
            StorageError: it cannot be read.
        """
        subject = reference.told
        inside = check_subdirectory(path, reference.subdirectory, subject=subject)
        found = survey(path / inside, self._git, subject=subject)
        self._tell_secrets(found.secrets, subject)
        depth = Depth.COMMIT if tells_version(_start(path / inside / "pyproject.toml")) else Depth.WHOLE
        own = history(found, self._git, scratch / "history", depth=depth, subject=subject)
        if found.commit is not None and own is None:
            text = f"{subject}: its git history cannot be read, and a version that is taken from there will be wrong"
            self._report(Warn(text=text, hint="see what git status says there"))
        return Tree(
            subject=subject,
            folder=found.top,
            paths=sound_paths(found.top, found.paths, subject=subject, report=self._report),
            subdirectory=found.inner,
            moment=ZIP_EPOCH if own is None else commit_time(self._git, own.parent, "HEAD", subject=subject),
            direct=DirectUrl(url=shown_path(path, self._cwd), subdirectory=inside, directory=True),
            history=own,
            state="" if own is None else self._state(own.parent, subject),
        )

    def archive(self, reference: Reference, fetched: Fetched, url: str, scratch: Path) -> Tree:
        """The tree in an archive that is no sdist; ``url`` is its address as it may be recorded.

        Raises:
            IntegrityError: it cannot be read, or is not safe.
            UsageError: the subdirectory is not there.
        """
        subject = reference.told
        moment = max(read_sdist(fetched.path, name=subject).newest_mtime, ZIP_EPOCH)
        folder = unpack_sdist(fetched.path, scratch / "unpacked", name=subject)
        inside = check_subdirectory(folder, reference.subdirectory, subject=subject)
        files = (name.partition("/")[2] for name, path in below(folder, top="top").items() if not _is_folder(path))
        return Tree(
            subject=subject,
            folder=folder,
            paths=sound_paths(folder, files, subject=subject, report=self._report),
            subdirectory=inside,
            moment=moment,
            direct=DirectUrl(url=url, subdirectory=inside),
        )

    def _tell_secrets(self, paths: Sequence[str], subject: str) -> None:
        if paths:
            text = f"{subject}: left out {named(paths)}: such files hold secrets, and no repository tracks them"
            self._report(Note(text=text))

    def _repository_url(self, address: RepositoryAddress, commit: str, subdirectory: str) -> DirectUrl:
        local = address.url.startswith("file:")
        return DirectUrl(
            url=shown_path(local_path(address.url), self._cwd) if local else address.public,
            subdirectory=subdirectory,
            vcs=VcsInfo(vcs="git", commit_id=commit, requested_revision=address.asked),
        )

    def _state(self, folder: Path, subject: str) -> str:
        head = self._git.ask("rev-parse", "HEAD", cwd=folder, subject=subject)
        return head + self._git.ask("for-each-ref", "refs/tags", cwd=folder, subject=subject)


def _start(path: Path) -> bytes:
    """As much of a file as one that is read whole may have; empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_STATIC)
    except OSError:
        return b""


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
