"""Places of this machine: whether they are still what a lock says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.model.urls import local_path
from wheelforge.store.blobs import file_hash

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from wheelforge.model.inputs import Reference
    from wheelforge.model.lock import LockedArtifact


def still_the_same(references: Iterable[Reference], locked: Iterable[LockedArtifact]) -> bool:
    """Whether every place of this machine is an archive that the lock holds as it stands: no other can be compared.

    Of a folder, or of an archive of which an sdist was made, the lock has another hash than the place; repositories
    and places elsewhere are not looked at.
    """
    known = {file.sha256 for file in locked if file.direct is not None}
    paths = [local_path(one.location) for one in references if one.location.startswith("file:")]
    return all(_hash(path) in known for path in paths)


def _hash(path: Path) -> str | None:
    try:
        return file_hash(path)
    except OSError:  # whoever reads it to collect it will tell
        return None
