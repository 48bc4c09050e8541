"""Locked files with their bytes: in a store, in folders, and in locks that name them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from unit.formats.sample_lock import file, pin, sample
from wheelforge.model.lock import LockedInputs

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.model.lock import Lock, LockedArtifact
    from wheelforge.store.blobs import Blobs


def content(filename: str) -> bytes:
    """What a file of this name holds."""
    return f"bytes of {filename}".encode()


def locked(filename: str, **changes: object) -> LockedArtifact:
    """A file of the folder, with its true hash and size."""
    data = content(filename)
    return file(filename, **{"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} | changes)


def lock_of(*artifacts: LockedArtifact, **changes: object) -> Lock:
    """A lock that pins all of these that are no build dependencies, and builds nothing."""
    before = sample()
    (target,) = before.targets
    pins = tuple(pin(one) for one in artifacts if not one.build_only)
    locked_target = type(target)(name=target.name, environment=target.environment, pins=pins)
    ready: dict[str, object] = {"targets": (locked_target,), "environments": (), "units": ()}
    return sample(artifacts=artifacts, **ready | changes)


def stock(blobs: Blobs, scratch: Path, *artifacts: LockedArtifact) -> None:
    """Bring the bytes of these files into the store."""
    scratch.mkdir(parents=True, exist_ok=True)
    for artifact in artifacts:
        path = scratch / artifact.filename
        path.write_bytes(content(artifact.filename))
        blobs.add(path)


def put(folder: Path, *artifacts: LockedArtifact) -> None:
    """Put the bytes of these files at their places in a folder."""
    for artifact in artifacts:
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(artifact.filename))


def standing(folder: Path) -> set[str]:
    """All files of a folder, by relative path."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def asked(*requirements: str) -> LockedInputs:
    """These, and nothing else, were asked for."""
    return LockedInputs(requirements=requirements, constraints=(), build_constraints=(), options={})
