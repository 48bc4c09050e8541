"""Sources as they are, beside the sdists that were made of them: ``--clone``."""

from __future__ import annotations

import hashlib
import os
import shlex
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.archives.sdist import unpack_sdist
from wheelforge.errors import UsageError
from wheelforge.store.atomic import storage_errors, write_atomically
from wheelforge.store.blobs import file_hash

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wheelforge.direct.obtained import Obtained

CLONES = "clone"
"""The folder of all of them, inside the collected folder."""
_DIGITS = 64
_INDEX = ".git/index"
"""Written anew by whoever asks git for the status: it is no change of the user's."""


def copy_tree(obtained: Obtained, folder: Path) -> Path | None:
    """Make ``FOLDER/clone/NAME-VERSION`` what a repository or a folder is; ``None`` for what is neither.

    It replaces what it wrote before, whole or not at all: the digest of that stands beside it, hidden. A repository
    has its commit checked out and no remote credentials, a folder all that belongs to it, with its history where it
    has one; of a project in a subdirectory the whole repository is there.

    Raises:
        UsageError: what stands there is not as it was written, or would be reached through a link.
        StorageError: it cannot be written.
    """
    if obtained.source is None:
        return None
    artifact = obtained.artifact
    target = folder / CLONES / f"{artifact.name}-{artifact.version}"
    stamp = target.with_name(f".{target.name}.sha256")
    if target.parent.is_symlink():
        raise UsageError(f"{target.parent} is a link: no clone is written through it", hint="remove the link")
    with storage_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".", ignore_cleanup_errors=True) as scratch:
            root = unpack_sdist(obtained.source, Path(scratch) / "new", name=obtained.reference.told)
            digest = _digest(root)
            if os.path.lexists(target):
                _check_ours(target, _known(stamp) | {digest})
                target.rename(Path(scratch) / "old")
            root.rename(target)
            write_atomically(stamp, digest.encode())
    return target


def _check_ours(target: Path, known: set[str]) -> None:
    if target.is_symlink() or not target.is_dir() or _digest(target) not in known:
        raise UsageError(
            f"{target} has changed since it was written, and is not replaced",
            hint=f"move it elsewhere, then run the same command again: mv {shlex.quote(str(target))} ELSEWHERE",
        )


def _known(stamp: Path) -> set[str]:
    if stamp.is_symlink() or not stamp.is_file():
        return set()
    with stamp.open("rb") as file:
        return {file.read(_DIGITS).decode(errors="replace")}


def _digest(folder: Path) -> str:
    """SHA-256 of all names, forms and contents; times do not count."""
    told = hashlib.sha256()
    for line in sorted(_lines(folder)):
        told.update(line.encode("utf-8", "surrogateescape") + b"\0")
    return told.hexdigest()


def _lines(folder: Path) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            inside, mode = path.relative_to(folder).as_posix(), path.lstat().st_mode
            if stat.S_ISLNK(mode):
                yield f"{inside}\0link\0{path.readlink()}"
            elif stat.S_ISREG(mode) and inside != _INDEX:
                yield f"{inside}\0{bool(mode & stat.S_IXUSR)}\0{file_hash(path)}"
            elif inside != _INDEX:
                yield f"{inside}\0{stat.S_IFMT(mode)}"
