"""The collected folder: reading it back, checking it, and writing it so that it is whole at every moment."""

from __future__ import annotations

import contextlib
import hashlib
import os
from functools import lru_cache
from typing import TYPE_CHECKING

from wheelforge.errors import ResolutionError, UsageError, WheelforgeError
from wheelforge.events import Collected, Note
from wheelforge.factory.companions import companion_names, companions
from wheelforge.factory.digests import Digests, digest, on_all_cores
from wheelforge.factory.foreign import check_foreign
from wheelforge.formats.lock import dump_lock, load_lock
from wheelforge.model.lock import Holding
from wheelforge.store.atomic import PARTIAL, storage_errors, write_atomically
from wheelforge.store.blobs import HashMismatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from wheelforge.events import Reporter
    from wheelforge.model.lock import Lock, LockedArtifact
    from wheelforge.store.store import Store

LOCK = "wheelforge.lock"
BEGUN = f".{LOCK}{PARTIAL}"
"""Stands in a folder that is being collected for the first time, until it has its lock."""
BUILD_DEPS = "build-deps"
LOGS = "logs"
"""In a wheelhouse: what each backend printed."""
SOURCES = "collected"
"""In a wheelhouse: what it was built from, where one command did both."""
_WRITTEN = "name a folder that wheelforge collect, build or wheel has written"
_FEW = 5
"""Names that are told one by one."""


class MissingFiles(ResolutionError):
    """Files that the lock names are not in the folder."""


def find_lock(folder: Path) -> Lock | None:
    """The lock of a folder, ``None`` where there is none yet."""
    path = folder / LOCK
    if not path.is_file():
        return None
    return _parsed(path.read_bytes(), str(path))


@lru_cache(maxsize=1)
def _parsed(data: bytes, origin: str) -> Lock:
    """Read before the folder is locked, and again when it is, a lock is mostly the same."""
    return load_lock(data, origin=origin)


def read_lock(folder: Path) -> Lock:
    """The lock of a folder that must be one of ours.

    Raises:
        UsageError: it is no folder, or has no lock.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder", hint=_WRITTEN)
    lock = find_lock(folder)
    if lock is None:
        raise UsageError(
            f"{folder} is no collected folder: it has no {LOCK}",
            hint=_WRITTEN,
        )
    return lock


def check_files(folder: Path, artifacts: Iterable[LockedArtifact]) -> None:
    """Check the SHA-256 of every file before anything reads it.

    Raises:
        MissingFiles: all that are missing, in one go.
        HashMismatch: the first whose bytes are not the locked ones.
    """
    listed = [(artifact, path) for artifact in artifacts for path in artifact.paths]
    missing = [path for _, path in listed if not (folder / path).is_file()]
    if missing:
        raise MissingFiles(
            "\n".join([f"{folder} lacks files that its lock names:", *(f"  {path}" for path in missing)]),
            hint="run the same `wheelforge collect` again: it fetches what is missing",
        )
    actual_digests = on_all_cores(digest, [folder / path for _, path in listed])
    for (artifact, path), actual in zip(listed, actual_digests, strict=True):
        if actual != artifact.sha256:
            raise HashMismatch(
                filename=str(folder / path),
                expected=artifact.sha256,
                actual=actual,
                hint="remove the file and run the same `wheelforge collect` again",
            )


def find_earlier(folder: Path, holds: Holding) -> Lock | None:
    """The lock of a folder that is to be written, whose files may go; ``None`` where there is none yet.

    Raises:
        UsageError: the folder holds something else, stands among another's build dependencies, or has no lock of ours.
        IntegrityError: its lock contradicts itself.
    """
    place = folder.resolve()
    for one in (place, *place.parents):
        if os.path.lexists(one) and not one.is_dir():
            raise _taken(folder, holds, f"{'it' if one == place else one} is no folder")
        if one.name == BUILD_DEPS and (one.parent / LOCK).is_file():
            raise _taken(folder, holds, f"the build dependencies of {folder.parent} stand there")
    try:
        lock = find_lock(folder)
    except WheelforgeError as fault:
        fault.hint = f"name another folder, or remove {folder / LOCK}: then what it names stays where it is"
        raise
    if lock is not None and lock.holds is not holds:
        raise _taken(folder, holds, "it is a collected folder" if holds is Holding.WHEELHOUSE else "it is a wheelhouse")
    return lock


def _taken(folder: Path, holds: Holding, why: str) -> UsageError:
    match holds:
        case Holding.WHEELHOUSE:
            return UsageError(f"{folder} cannot hold the wheels: {why}", hint="name another: -o wheelhouse")
        case Holding.COLLECTED:
            return UsageError(f"{folder} cannot hold what is collected: {why}", hint="name another: -o sdist-folder")


@contextlib.contextmanager
def writing(folder: Path, holds: Holding, store: Store) -> Iterator[Lock | None]:
    """Keep others from writing a folder, and give the lock that stands there, as `find_earlier` does.

    Who else wants to write it waits, in this process or another; runs that share no store do not know of each other.
    """
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()
    with store.lock(f"folder-{name}"):
        yield find_earlier(folder, holds)


def write_folder(folder: Path, lock: Lock, *, store: Store, report: Reporter, digests: Digests | None = None) -> None:
    """Bring the folder to what the lock says: files first, the lock last, then what only the old lock named goes.

    ``digests`` are those of files that have been looked at before.

    Raises:
        UsageError: the folder is a wheelhouse, its lock is none of ours, or somebody else's files would be replaced.
        IntegrityError: the lock holds what no lock may; nothing is written then.
    """
    papers = papers_of(lock)
    with writing(folder, Holding.COLLECTED, store) as before:
        standing = (digests or Digests()).standing(folder, lock.artifacts)
        listed = [(artifact, name) for artifact in lock.artifacts for name in artifact.paths]
        lacking = {name: artifact.sha256 for artifact, name in listed if name not in standing}
        old = before.artifacts if before else ()
        check_foreign(folder, [*lacking, *(companion_names(lock) - _of_interrupted(folder))], before, old)
        with _begun(folder, lacking, companion_names(lock)) if before is None else contextlib.nullcontext():
            for _ in on_all_cores(lambda name: store.blobs.deliver(lacking[name], folder / name), lacking):
                pass
        for artifact, name in listed:
            report(Collected(filename=name, why=_why(artifact), size=artifact.size))
        write_papers(folder, papers, before)
        with storage_errors(folder / BEGUN, "remove"):
            (folder / BEGUN).unlink(missing_ok=True)
        removed = remove_unlisted(folder, old, keep=lock.artifacts)
        tell_removed(removed, report)


def papers_of(lock: Lock) -> Mapping[str, bytes]:
    """The lock and all that goes with it, by name, the lock last: made before any file of its folder is written.

    Raises:
        IntegrityError: the lock holds what no lock may.
        ResolutionError: a wheelhouse lacks the wheel of a pin.
    """
    return {**companions(lock), LOCK: dump_lock(lock)}


@contextlib.contextmanager
def _begun(folder: Path, lacking: Iterable[str], papers: Iterable[str]) -> Iterator[None]:
    """Mark a folder that has no lock yet: whatever happens now, no part of it is taken for the whole."""
    write_atomically(folder / BEGUN, "\n".join(sorted(papers)).encode())
    try:
        yield
    except BaseException:
        if not any((folder / name).exists() for name in lacking):
            (folder / BEGUN).unlink(missing_ok=True)
        raise


def _of_interrupted(folder: Path) -> set[str]:
    """The papers that a run was about to write which did not come to its end."""
    try:
        return set((folder / BEGUN).read_text().splitlines())
    except (OSError, UnicodeDecodeError):
        return set()


def write_papers(folder: Path, papers: Mapping[str, bytes], before: Lock | None) -> None:
    """Write what `papers_of` gives, in its order; what went with an earlier lock only is removed."""
    for name, data in papers.items():
        write_atomically(folder / name, data)
    for name in sorted(companion_names(before) - papers.keys()) if before is not None else ():
        with storage_errors(folder / name, "remove"):
            (folder / name).unlink(missing_ok=True)


def unlisted(folder: Path, old: Iterable[LockedArtifact], *, keep: Iterable[LockedArtifact]) -> list[str]:
    """What an earlier lock put here, and still stands, and the new one does not name; a user's own files are not."""
    return sorted(name for name in _paths(old) - _paths(keep) if os.path.lexists(folder / name))


def remove_unlisted(folder: Path, old: Iterable[LockedArtifact], *, keep: Iterable[LockedArtifact]) -> list[str]:
    """Remove what `unlisted` tells, and return it."""
    listed = tuple(old)
    doomed = unlisted(folder, listed, keep=keep)
    for name in doomed:
        with storage_errors(folder / name, "remove"):
            (folder / name).unlink(missing_ok=True)
    for inner in {name.rpartition("/")[0] for name in _paths(listed)} - {""}:
        # Where it still holds something it stays; an empty one would claim that what belongs there was kept.
        with contextlib.suppress(OSError):
            (folder / inner).rmdir()
    return doomed


def tell_removed(names: Sequence[str], report: Reporter, *, verb: str = "is") -> None:
    """Say which files of an earlier lock go; ``verb`` is ``is``, or ``would be`` where nothing is written."""
    if names:
        left = len(names) - _FEW
        more = f" and {left} more" if left > 0 else ""
        number = f"{len(names)} file{'s' * (len(names) != 1)}"
        verb = "are" if verb == "is" and len(names) > 1 else verb
        report(Note(text=f"{number} of the earlier lock {verb} removed: {', '.join(names[:_FEW])}{more}"))


def _paths(files: Iterable[LockedArtifact]) -> set[str]:
    return {path for file in files for path in file.paths}


def _why(artifact: LockedArtifact) -> str:
    if artifact.fallback:
        return "fallback"
    return "build" if artifact.build_only else "runtime"
