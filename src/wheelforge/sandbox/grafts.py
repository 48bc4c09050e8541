"""One tree laid over another by hard links: the same files a second time, in the time that it takes to name them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def graft(tree: Path, folder: Path) -> None:
    """Lay all that stands in ``tree`` over what stands in ``folder``, which is there; a file takes another's place.

    The files are the same ones in both, so nobody may write into either; links stay links and are not followed.

    Raises:
        FileExistsError: a folder would take the place of a file.
        IsADirectoryError: a file would take the place of a folder.
        OSError: it cannot be written.
    """
    with os.scandir(tree) as entries:
        for entry in entries:
            place = folder / entry.name
            if entry.is_dir(follow_symlinks=False):
                place.mkdir(exist_ok=True)
                graft(Path(entry), place)
            else:
                _link(Path(entry), place)


def _link(file: Path, place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        raise IsADirectoryError(f"{place.name} is a file in one and a folder in another")
    place.unlink(missing_ok=True)
    try:
        os.link(file, place, follow_symlinks=False)
    except OSError:
        # The file system has no hard links, or the file has all it may have.
        shutil.copy2(file, place, follow_symlinks=False)
