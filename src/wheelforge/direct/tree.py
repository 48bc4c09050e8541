"""A source tree on disk: what belongs to it, and a packed copy of it that nothing can change or lead out of."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from wheelforge.archives.pack import below, write_tar
from wheelforge.archives.sdist import MAX_STATIC, SdistContents
from wheelforge.direct.port import PackedTree
from wheelforge.errors import StorageError, UsageError
from wheelforge.events import Warn
from wheelforge.store.atomic import storage_errors
from wheelforge.store.blobs import file_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wheelforge.events import Reporter
    from wheelforge.model.direct import DirectUrl

TOP = "source"
"""The top folder of a packed tree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A source tree, which nothing here writes to."""

    subject: str
    """What messages call it."""
    folder: Path
    paths: tuple[str, ...]
    """The files and links that belong to it, relative to the folder, sorted."""
    subdirectory: str
    """The folder of the project inside it; empty for the folder itself."""
    moment: int
    """Seconds since 1970: the time that everything made of it bears."""
    direct: DirectUrl
    history: Path | None = None
    """A ``.git`` folder of its own, for backends that take the version from there."""
    state: str = ""
    """Of the history: its commit and its tags."""

    def project_files(self) -> dict[str, Path]:
        """The files of the project alone, by their path inside its folder.

        A link that leads out of that folder, though not out of the tree, stands for the file that it leads to.
        """
        prefix = f"{self.subdirectory}/" if self.subdirectory else ""
        top = os.path.realpath(self.folder / self.subdirectory)
        inside = (path for path in self.paths if path.startswith(prefix))
        found = {path.removeprefix(prefix): _within(self.folder / path, top) for path in inside}
        return {name: place for name, place in found.items() if place is not None}

    def contents(self) -> SdistContents:
        """What the project says statically of itself.

        Raises:
            StorageError: a file of it cannot be read.
        """
        files = self.project_files()
        return SdistContents(
            root=self.subject,
            pkg_info=_static(files.get("PKG-INFO")),
            pyproject=_static(files.get("pyproject.toml")),
            setup_py="setup.py" in files,
            newest_mtime=self.moment,
        )


def pack_tree(tree: Tree, archive: Path) -> PackedTree:
    """Pack a tree with its history.

    Raises:
        StorageError: a file cannot be read, or the archive not written.
    """
    with storage_errors(tree.folder, "read"):
        fingerprint = _fingerprint(tree)
    members = {f"{TOP}/{path}": tree.folder / path for path in tree.paths}
    if tree.history is not None:
        members |= below(tree.history, top=f"{TOP}/.git")
    write_tar(archive, {TOP: tree.folder, **members}, moment=tree.moment)
    return PackedTree(
        subject=tree.subject,
        archive=archive,
        subdirectory=tree.subdirectory,
        contents=tree.contents(),
        fingerprint=fingerprint,
    )


def sound_paths(folder: Path, paths: Iterable[str], *, subject: str, report: Reporter) -> tuple[str, ...]:
    """Those of the paths that are files, and links that stay inside the folder; that others are left out is told."""
    top, sound, left_out = os.path.realpath(folder), list[str](), list[str]()
    for path in sorted(set(paths)):
        try:
            mode = (folder / path).lstat().st_mode
        except OSError:  # tracked, and removed
            continue
        if stat.S_ISREG(mode) or (stat.S_ISLNK(mode) and _stays(folder / path, top)):
            sound.append(path)
        else:
            left_out.append(path)
    if left_out:
        text = f"{subject}: left out {named(left_out)}: neither files nor links that stay inside it"
        report(Warn(text=text, hint="replace them by files where the project needs them"))
    return tuple(sound)


def named(paths: Sequence[str]) -> str:
    """The first few of them, for messages."""
    return ", ".join(map(repr, paths[:3])) + (" and others" if paths[3:] else "")


def check_subdirectory(folder: Path, subdirectory: str, *, subject: str) -> str:
    """The subdirectory in its shortest form.

    Raises:
        UsageError: it is not there, or leads out of the folder.
    """
    windows, path = PureWindowsPath(subdirectory), PurePosixPath(subdirectory)
    top, there = os.path.realpath(folder), os.path.realpath(folder / path)
    outside = windows.drive or windows.root or ".." in windows.parts or not Path(there).is_relative_to(top)
    if outside or not Path(there).is_dir():
        fault = "leads out of it" if outside else "is no folder there"
        raise UsageError(f"{subject}: #subdirectory={subdirectory!r} {fault}", hint="name a folder inside of it")
    return "" if path == PurePosixPath() else path.as_posix()


def _within(path: Path, top: str) -> Path | None:
    if not path.is_symlink() or _stays(path, top):
        return path
    aim = Path(os.path.realpath(path))
    return aim if aim.is_file() else None


def _static(path: Path | None) -> bytes | None:
    # Like a member of an archive: no link, and no larger than can be kept in memory.
    if path is None or path.is_symlink():
        return None
    with storage_errors(path, "read"):
        if path.stat().st_size > MAX_STATIC:
            raise StorageError(f"cannot read {path}: it has more than {MAX_STATIC} bytes")
        return path.read_bytes()


def _stays(link: Path, top: str) -> bool:
    return not link.readlink().is_absolute() and Path(os.path.realpath(link)).is_relative_to(top)


def _fingerprint(tree: Tree) -> str:
    told = hashlib.sha256()
    for line in (tree.subdirectory, str(tree.moment), tree.state, *_lines(tree)):
        told.update(line.encode("utf-8", "surrogateescape") + b"\0")
    return told.hexdigest()


def _lines(tree: Tree) -> Iterator[str]:
    for path in tree.paths:
        place = tree.folder / path
        mode = place.lstat().st_mode
        if stat.S_ISLNK(mode):
            yield f"{path}\0link\0{place.readlink()}"
        else:
            yield f"{path}\0{bool(mode & stat.S_IXUSR)}\0{file_hash(place)}"
