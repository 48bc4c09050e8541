"""The collected folder: reading it back, checking it, and writing it so that it is whole at every moment."""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING

from wheelforge.errors import IntegrityError, ResolutionError, UsageError
from wheelforge.events import Collected
from wheelforge.formats.lock import dump_lock, load_lock
from wheelforge.formats.pylock import dump_pylock
from wheelforge.store.atomic import storage_errors, write_atomically
from wheelforge.store.blobs import HashMismatch

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from wheelforge.events import Reporter
    from wheelforge.model.lock import Lock, LockedArtifact
    from wheelforge.store.blobs import Blobs

LOCK = "wheelforge.lock"
PYLOCK = "pylock.toml"


class MissingFiles(ResolutionError):
    """Files that the lock names are not in the folder."""


def find_lock(folder: Path) -> Lock | None:
    """The lock of a folder, ``None`` where there is none yet."""
    path = folder / LOCK
    if not path.is_file():
        return None
    return load_lock(path.read_bytes(), origin=str(path))


def read_lock(folder: Path) -> Lock:
    """The lock of a folder that must be one of ours.

    Raises:
        UsageError: it is no folder, or has no lock.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder", hint=f"wheelforge collect --build-deps REQ -o {folder}")
    lock = find_lock(folder)
    if lock is None:
        raise UsageError(
            f"{folder} is no collected folder: it has no {LOCK}",
            hint=f"wheelforge collect --build-deps REQ -o {folder}",
        )
    return lock


def check_files(folder: Path, artifacts: Iterable[LockedArtifact]) -> None:
    """Check the SHA-256 of every file before anything reads it.

    Raises:
        MissingFiles: all that are missing, in one go.
        HashMismatch: the first whose bytes are not the locked ones.
    """
    listed = list(artifacts)
    missing = [artifact.path for artifact in listed if not (folder / artifact.path).is_file()]
    if missing:
        raise MissingFiles(
            "\n".join([f"{folder} lacks files that its lock names:", *(f"  {path}" for path in missing)]),
            hint="run the same `wheelforge collect` again: it fetches what is missing",
        )
    for artifact in listed:
        actual = digest(folder / artifact.path)
        if actual != artifact.sha256:
            raise HashMismatch(
                filename=str(folder / artifact.path),
                expected=artifact.sha256,
                actual=actual,
                hint="remove the file and run the same `wheelforge collect` again",
            )


def digest(path: Path) -> str:
    """The SHA-256 of a regular file, in lower-case hex; a link is refused."""
    if path.is_symlink():
        raise IntegrityError(f"{path} is a link, which the lock does not know")
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_folder(folder: Path, lock: Lock, *, blobs: Blobs, report: Reporter) -> None:
    """Bring the folder to what the lock says: files first, the lock last, then what only the old lock named goes."""
    before = find_lock(folder)
    for artifact in lock.artifacts:
        path = folder / artifact.path
        if not (path.is_file() and digest(path) == artifact.sha256):
            path.parent.mkdir(parents=True, exist_ok=True)
            blobs.deliver(artifact.sha256, path)
        report(Collected(filename=artifact.path, why=_why(artifact), size=artifact.size))
    folder.mkdir(parents=True, exist_ok=True)
    for target in lock.targets:
        write_atomically(folder / PYLOCK, dump_pylock(lock, target.name))
    write_atomically(folder / LOCK, dump_lock(lock))
    remove_unlisted(folder, before, {artifact.path for artifact in lock.artifacts})


def remove_unlisted(folder: Path, before: Lock | None, keep: set[str]) -> None:
    """Remove what an earlier lock put here and the new one does not name; a user's own files stay."""
    old = [] if before is None else [*before.artifacts, *before.built]
    for artifact in old:
        if artifact.path not in keep:
            path = folder / artifact.path
            with storage_errors(path, "remove"):
                path.unlink(missing_ok=True)
    if old:
        # Where it still holds something it stays; an empty one would claim that build dependencies were kept.
        with contextlib.suppress(OSError):
            (folder / "build-deps").rmdir()


def _why(artifact: LockedArtifact) -> str:
    return "build" if artifact.build_only else "runtime"
