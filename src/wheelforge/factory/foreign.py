"""Files of somebody else in a folder that is to be written: they are never replaced."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wheelforge.errors import UsageError
from wheelforge.factory.companions import companion_names

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from wheelforge.model.lock import Lock, LockedArtifact

_FEW = 5
"""Names that are told one by one."""


def check_foreign(
    folder: Path, names: Iterable[str], before: Lock | None, files: Iterable[LockedArtifact] = ()
) -> None:
    """Check that all that stands under ``names`` was written with the lock ``before``, or is one of its ``files``.

    Raises:
        UsageError: something else would be replaced.
    """
    ours = {path for file in files for path in file.paths} | (companion_names(before) if before else frozenset())
    foreign = sorted(name for name in {*names} - ours if os.path.lexists(folder / name))
    if foreign:
        more = f" and {len(foreign) - _FEW} more" if len(foreign) > _FEW else ""
        raise UsageError(
            f"{folder} holds what no lock of wheelforge has put there, and it is not replaced:"
            f" {', '.join(foreign[:_FEW])}{more}",
            hint="name another folder with -o, or move it away",
        )
