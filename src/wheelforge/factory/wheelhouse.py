"""The wheelhouse: which wheels stand in it, and how it is written so that it is whole at every moment."""

from __future__ import annotations

import enum
from dataclasses import replace
from typing import TYPE_CHECKING

from wheelforge.factory.folder import LOCK, PYLOCK, digest, find_lock, remove_unlisted
from wheelforge.formats.lock import dump_lock
from wheelforge.formats.lock_files import runtime_files
from wheelforge.formats.pylock import dump_pylock
from wheelforge.formats.requirements_txt import write_requirements
from wheelforge.model.artifacts import Kind
from wheelforge.model.lock import LockedArtifact
from wheelforge.store.atomic import write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wheelforge.factory.workshop import MadeWheel
    from wheelforge.model.lock import Lock
    from wheelforge.store.blobs import Blobs

REQUIREMENTS = "requirements.txt"


class BuildDeps(enum.Enum):
    """Whether wheels that only builds needed are kept, in ``build-deps/``."""

    DROP = "drop"
    KEEP = "keep"


def with_built(lock: Lock, made: Mapping[str, MadeWheel]) -> Lock:
    """The lock of the wheelhouse: the folder's, and every wheel that was built from it."""
    sources = [artifact for artifact in lock.artifacts if artifact.filename in made]
    built = [_built(source, made[source.filename]) for source in sources]
    return replace(lock, built=tuple(sorted(built, key=lambda wheel: wheel.filename)))


def _built(source: LockedArtifact, made: MadeWheel) -> LockedArtifact:
    return LockedArtifact(
        filename=made.filename,
        name=source.name,
        version=source.version,
        kind=Kind.WHEEL,
        sha256=made.sha256,
        size=made.size,
        url="",
        index="",
        upload_time=None,
        build_only=source.build_only,
    )


def standing_wheels(lock: Lock) -> tuple[LockedArtifact, ...]:
    """Every wheel that a wheelhouse of this lock can hold, runtime and build-only."""
    return tuple(file for file in (*lock.built, *lock.artifacts) if file.kind is Kind.WHEEL)


def write_wheelhouse(folder: Path, wheelhouse: Path, lock: Lock, *, keep: BuildDeps, blobs: Blobs) -> None:
    """Write the wheels of ``lock``, which was built from ``folder``, and the files that tell of them.

    Wheels first, the lock last; then what only an earlier lock named is removed.
    """
    before = find_lock(wheelhouse)
    wheels = [wheel for wheel in standing_wheels(lock) if keep is BuildDeps.KEEP or not wheel.build_only]
    for wheel in wheels:
        path = wheelhouse / wheel.path
        if path.is_file() and digest(path) == wheel.sha256:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if not blobs.has(wheel.sha256):
            blobs.add(folder / wheel.path)
        blobs.deliver(wheel.sha256, path)
    wheelhouse.mkdir(parents=True, exist_ok=True)
    for target in lock.targets:
        provided = runtime_files(lock, target.name)
        pins = write_requirements(file for one in provided for file in one.files)
        write_atomically(wheelhouse / REQUIREMENTS, pins.encode())
        write_atomically(wheelhouse / PYLOCK, dump_pylock(lock, target.name))
    write_atomically(wheelhouse / LOCK, dump_lock(lock))
    remove_unlisted(wheelhouse, before, {wheel.path for wheel in wheels})
