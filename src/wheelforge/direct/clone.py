"""Sources as they are, beside the sdists that were made of them: ``--clone``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.archives.sdist import unpack_sdist
from wheelforge.store.atomic import storage_errors

if TYPE_CHECKING:
    from wheelforge.direct.obtained import Obtained

CLONES = "clone"
"""The folder of all of them, inside the collected folder."""


def copy_tree(obtained: Obtained, folder: Path) -> Path | None:
    """Make ``FOLDER/clone/NAME-VERSION`` what a repository or a folder is; ``None`` for what is neither.

    It replaces what stands there, whole or not at all. A repository has its commit checked out and no remote
    credentials, a folder all that belongs to it, with its history where it has one; of a project in a subdirectory
    the whole repository is there.

    Raises:
        StorageError: it cannot be written.
    """
    if obtained.source is None:
        return None
    artifact = obtained.artifact
    target = folder / CLONES / f"{artifact.name}-{artifact.version}"
    with storage_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".", ignore_cleanup_errors=True) as scratch:
            root = unpack_sdist(obtained.source, Path(scratch) / "new", name=obtained.reference.written)
            if target.exists():
                target.rename(Path(scratch) / "old")
            root.rename(target)
    return target
