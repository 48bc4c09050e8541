"""Locks as inputs: one door to ``pylock.toml`` and ``uv.lock``, told apart by their file names."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.pylock import is_valid_pylock_path

from wheelforge.errors import UsageError
from wheelforge.formats.lock_picks import Picks
from wheelforge.formats.lock_places import Ground
from wheelforge.formats.pylock_input import read_pylock
from wheelforge.formats.reference import shown_path
from wheelforge.formats.text_file import decoded
from wheelforge.formats.toml_text import load_toml
from wheelforge.formats.uv_lock import read_uv_lock
from wheelforge.model.told import printable

if TYPE_CHECKING:
    from wheelforge.model.inputs import LockInput

__all__ = ["Picks", "is_lock", "read_lock_input"]

_UV = ("uv.lock", ".py.lock")
"""Of a project, and of a script (``uv lock --script``)."""


def is_lock(filename: str) -> bool:
    """Whether a file name is that of a lock.

    ``pylock.toml`` and ``pylock.NAME.toml`` (PEP 751), ``uv.lock``, or ``SCRIPT.py.lock``, which uv writes too.
    """
    return filename == _UV[0] or filename.endswith(_UV[1]) or is_valid_pylock_path(Path(filename))


def read_lock_input(path: Path, picks: Picks | None = None, *, origin: str | None = None) -> LockInput:
    """Read a lock for use as an input.

    ``origin`` is how messages call the file, and how what is collected remembers it: by default its path relative to
    the working folder, or its name where it stands elsewhere.

    Raises:
        UsageError: it cannot be read, is no lock, of a version not known here, or lacks what ``picks`` names.
        IntegrityError: it names a file without a hash that can be checked, or in an unsafe way.
    """
    told = origin or shown_path(path)
    if not is_lock(path.name):
        names = "pylock.toml, pylock.NAME.toml or uv.lock"
        raise UsageError(printable(f"{told}: not the name of a lock"), hint=f"locks are named {names}")
    try:
        data = path.read_bytes()
    except OSError as fault:
        raise UsageError(printable(f"{told} cannot be read: {(fault.strerror or str(fault)).lower()}")) from fault
    table = load_toml(decoded(data, told), origin=told)
    ground = Ground(folder=path.resolve().parent, origin=told)
    read = read_uv_lock if path.name.endswith(".lock") else read_pylock
    return read(table, picks or Picks(), ground=ground, digest=hashlib.sha256(data).hexdigest())
