"""The wheelhouse: which wheels stand in it, and how it is written so that it is whole at every moment."""

from __future__ import annotations

import enum
from dataclasses import replace
from typing import TYPE_CHECKING

from wheelforge.errors import UsageError
from wheelforge.events import silent
from wheelforge.factory.companions import companion_names, names_for
from wheelforge.factory.digests import Digests
from wheelforge.factory.folder import (
    BUILD_DEPS,
    find_earlier,
    papers_of,
    remove_unlisted,
    tell_removed,
    write_papers,
    writing,
)
from wheelforge.factory.foreign import check_foreign
from wheelforge.model.artifacts import Kind
from wheelforge.model.lock import Holding, LockedArtifact

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wheelforge.events import Reporter
    from wheelforge.factory.made import MadeWheel
    from wheelforge.model.lock import Lock
    from wheelforge.store.store import Store


class BuildDeps(enum.Enum):
    """Whether wheels that only builds needed are kept, in ``build-deps/``."""

    DROP = "drop"
    KEEP = "keep"


def with_built(lock: Lock, made: Mapping[str, MadeWheel]) -> Lock:
    """The lock of the wheelhouse: the folder's, and every wheel that was built from it.

    What the folder's could not know is known now: each build had what it asked for, each wheel requires what is locked.
    """
    files = {artifact.filename: artifact for artifact in lock.artifacts}
    sources = [artifact for artifact in lock.artifacts if artifact.filename in made]
    built = [_built(source, made[source.filename], files) for source in sources]
    built.sort(key=lambda wheel: wheel.filename)
    targets = tuple(replace(target, incomplete=()) for target in lock.targets)
    return replace(lock, holds=Holding.WHEELHOUSE, targets=targets, incomplete=(), built=tuple(built))


def _built(source: LockedArtifact, made: MadeWheel, files: Mapping[str, LockedArtifact]) -> LockedArtifact:
    wheel = files[made.filename] if made.fallback else _new(source, made)
    return replace(wheel, build_only=source.build_only, targets=source.targets, for_builds=source.for_builds)


def _new(source: LockedArtifact, made: MadeWheel) -> LockedArtifact:
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
    """Every wheel that a wheelhouse of this lock can hold, runtime and build-only.

    One to fall back on is among them only where its build has failed.
    """
    collected = (file for file in lock.artifacts if not file.fallback and not file.left_out)
    return tuple(file for file in (*lock.built, *collected) if file.kind is Kind.WHEEL)


def check_places(folder: Path, wheelhouse: Path) -> None:
    """Sources and wheels stand apart: each takes the place of what its own lock named before.

    Raises:
        UsageError: one would be written into the other, or over something else, such as pins that a user wrote.
    """
    sources, wheels = folder.resolve(), wheelhouse.resolve()
    if sources == wheels:
        why = f"{wheelhouse} cannot hold the wheels: it is the collected folder"
    elif wheels.is_relative_to(sources / BUILD_DEPS):
        why = f"{wheelhouse} cannot hold the wheels: the build dependencies of the collected folder stand there"
    elif sources.is_relative_to(wheels / BUILD_DEPS):
        why = f"{wheelhouse} cannot hold the wheels: the sources stand in its {BUILD_DEPS}, where wheels belong"
    else:
        before = find_earlier(wheelhouse, Holding.WHEELHOUSE)
        check_foreign(wheelhouse, names_for(Holding.WHEELHOUSE, ["the one"]), before)
        return
    raise UsageError(why, hint="name another: -o wheelhouse")


def write_wheelhouse(
    folder: Path, wheelhouse: Path, lock: Lock, *, keep: BuildDeps, store: Store, report: Reporter = silent
) -> None:
    """Write the wheels of ``lock``, which was built from ``folder``, and the files that tell of them.

    Wheels first, the lock last; then what only an earlier lock named is removed.

    Raises:
        UsageError: the wheels would stand where something else does.
    """
    check_places(folder, wheelhouse)
    papers = papers_of(lock)
    with writing(wheelhouse, Holding.WHEELHOUSE, store) as before:
        wheels = [wheel for wheel in standing_wheels(lock) if keep is BuildDeps.KEEP or not wheel.build_only]
        standing, old = Digests().standing(wheelhouse, wheels), standing_wheels(before) if before else ()
        lacking = [(wheel, name) for wheel in wheels for name in wheel.paths if name not in standing]
        check_foreign(wheelhouse, [*(name for _, name in lacking), *companion_names(lock)], before, old)
        for wheel, name in lacking:
            if not store.blobs.has(wheel.sha256):
                store.blobs.add(folder / wheel.path)
            store.blobs.deliver(wheel.sha256, wheelhouse / name)
        write_papers(wheelhouse, papers, before)
        tell_removed(remove_unlisted(wheelhouse, old, keep=wheels), report)
