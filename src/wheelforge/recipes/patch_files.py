"""Patches beside a recipe file: found inside its folder, read whole, and understood before anything is built."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from wheelforge.model.filenames import is_safe
from wheelforge.model.treatment import Patch
from wheelforge.recipes.unified_diff import BadDiff, parse_diff

if TYPE_CHECKING:
    from pathlib import Path

MAX_SIZE = 16 * 1024 * 1024
"""Bytes of one patch: it is held in memory, and goes into the collected folder."""


class BadPatch(Exception):
    """A patch that cannot be taken; the text is a clause that names it."""


def read_patch(written: str, folder: Path) -> Patch:
    """The patch that a recipe of ``folder`` means by a relative path.

    Raises:
        BadPatch: it lies elsewhere, cannot be read, or is no unified diff that can be applied.
    """
    path = _inside(written, folder)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SIZE + 1)
    except OSError as error:
        raise BadPatch(f"{written!r} cannot be read: {error.strerror}") from error
    if len(content) > MAX_SIZE:
        raise BadPatch(f"{written!r} is larger than {MAX_SIZE // 1024**2} MB")
    try:
        parse_diff(content)
    except BadDiff as bad:
        raise BadPatch(f"{written}:{bad.line}: {bad.problem}") from bad
    return Patch(filename=path.name, sha256=hashlib.sha256(content).hexdigest(), content=content)


def _inside(written: str, folder: Path) -> Path:
    windows = PureWindowsPath(written)
    if windows.drive or windows.root or ".." in windows.parts or "\\" in written or "\0" in written:
        raise BadPatch(f"{written!r} is no path inside the recipe's folder")
    name = PurePosixPath(written).name
    if not is_safe(name):
        raise BadPatch(f"{name!r} is no name for a patch: letters, digits and . _ + ! -")
    path = folder / written
    try:
        found = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or "its links go round in circles"
        raise BadPatch(f"{written!r} cannot be read: {why}") from error
    if not found.is_relative_to(folder.resolve()):
        raise BadPatch(f"{written!r} leads out of the recipe's folder by a link")
    if not found.is_file():
        raise BadPatch(f"{written!r} is no regular file")
    return path
