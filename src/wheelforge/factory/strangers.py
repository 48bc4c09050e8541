"""What stands in a folder of ours and is neither the lock's nor one of our own papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.direct.clone import CLONES
from wheelforge.factory.companions import companion_names
from wheelforge.factory.folder import LOCK, LOGS, SOURCES
from wheelforge.model.lock import Holding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from wheelforge.model.lock import Lock, LockedArtifact

_FOLDERS = {Holding.COLLECTED: {CLONES}, Holding.WHEELHOUSE: {LOGS, SOURCES}}
"""What we put beside what the lock names; no installer looks into them."""


def strangers(folder: Path, lock: Lock, files: Iterable[LockedArtifact]) -> Iterator[str]:
    """The paths of strangers, a folder of them as a whole; ``files`` are those of the lock that stand here."""
    known = {path for file in files for path in file.paths}
    places = {path.rpartition("/")[0] for path in known} - {""}
    known |= {LOCK, *companion_names(lock)}
    ours = {*places, *_FOLDERS[lock.holds]}
    for place in (folder, *(folder / name for name in sorted(places))):
        for path in sorted(place.iterdir()):
            told = path.relative_to(folder).as_posix()
            if not path.is_dir():
                yield from () if told in known else (told,)
            elif told not in ours:
                yield f"{told}/"
