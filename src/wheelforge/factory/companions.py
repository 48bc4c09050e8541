"""What stands beside a lock for other tools: its pins as ``pylock.toml`` and, in a wheelhouse, ``requirements.txt``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.formats.lock_files import runtime_files
from wheelforge.formats.pylock import dump_pylock
from wheelforge.formats.requirements_txt import write_requirements
from wheelforge.model.lock import Holding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wheelforge.model.lock import Lock

PYLOCK = "pylock.toml"
REQUIREMENTS = "requirements.txt"


def companions(lock: Lock) -> Mapping[str, bytes]:
    """Each file's name and content: the same bytes for the same lock.

    Raises:
        ResolutionError: a wheelhouse lacks the wheel of a pin.
    """
    files: dict[str, bytes] = {}
    for target in lock.targets:
        if lock.holds is Holding.WHEELHOUSE:
            provided = runtime_files(lock, target.name)
            files[REQUIREMENTS] = write_requirements(file for one in provided for file in one.files).encode()
        files[PYLOCK] = dump_pylock(lock, target.name)
    return files
