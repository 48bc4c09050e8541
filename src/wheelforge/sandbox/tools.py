"""Programs that a job gets only where that was declared: backends ask for them as packages where they find none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.model.tools import COLLECTABLE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

FOLDERS = (Path("/usr/bin"), Path("/bin"))
"""Where a job looks for programs of the host."""


def hidden(provided: Collection[str]) -> frozenset[str]:
    """The names of the programs that a job does not see, where these tools are provided."""
    return frozenset(name for tool, names in COLLECTABLE.items() if tool not in provided for name in names)


def standing(names: Collection[str], folders: Collection[Path] = FOLDERS) -> Iterator[Path]:
    """The files behind the programs of these names that stand here, each once, links followed; sorted."""
    found = {path.resolve() for folder in folders for name in names if (path := folder / name).is_file()}
    yield from sorted(found)


def link_others(names: Collection[str], into: Path, folders: Collection[Path] = FOLDERS) -> None:
    """Fill a folder with links to all programs of the host but these; of two with one name the first is taken."""
    unseen = set(standing(names, folders))
    for program in (one for folder in reversed(tuple(folders)) if folder.is_dir() for one in folder.iterdir()):
        link = into / program.name
        link.unlink(missing_ok=True)
        if program.name not in names and program.resolve() not in unseen:
            link.symlink_to(program)
