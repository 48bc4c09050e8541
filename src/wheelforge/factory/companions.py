"""What stands beside a lock for other tools: its pins as ``pylock.toml`` and, in a wheelhouse, ``requirements.txt``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.formats.lock_files import runtime_files
from wheelforge.formats.pylock import dump_pylock
from wheelforge.formats.requirements_txt import write_requirements
from wheelforge.model.lock import Holding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wheelforge.model.lock import Lock

PYLOCK, REQUIREMENTS = "pylock{}.toml", "requirements{}.txt"
"""A target's name stands in them where there are several."""


def companions(lock: Lock) -> Mapping[str, bytes]:
    """Each file's name and content: the same bytes for the same lock.

    Raises:
        ResolutionError: a wheelhouse lacks the wheel of a pin.
    """
    files: dict[str, bytes] = {}
    for name in (target.name for target in lock.targets):
        mark = f".{name}" if len(lock.targets) > 1 else ""
        if lock.holds is Holding.WHEELHOUSE:
            provided = runtime_files(lock, name)
            files[REQUIREMENTS.format(mark)] = write_requirements(
                file for one in provided for file in one.files
            ).encode()
        files[PYLOCK.format(mark)] = dump_pylock(lock, name)
    return files


def companion_names(lock: Lock) -> frozenset[str]:
    """The names of the files that were written beside a lock, whatever stands in it otherwise."""
    return names_for(lock.holds, [target.name for target in lock.targets])


def names_for(holds: Holding, targets: Sequence[str]) -> frozenset[str]:
    """The same before there is a lock."""
    marks = [f".{name}" for name in targets] if len(targets) > 1 else [""]
    kinds = (PYLOCK, REQUIREMENTS) if holds is Holding.WHEELHOUSE else (PYLOCK,)
    return frozenset(kind.format(mark) for kind in kinds for mark in marks)
