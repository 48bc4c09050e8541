"""Which kind of file is named as an input, by its name and, where that does not tell, by what is in it."""

from __future__ import annotations

import enum
from pathlib import Path

from wheelforge.errors import UsageError
from wheelforge.formats.reference import is_url, shown_url
from wheelforge.formats.text_file import read_text
from wheelforge.model.toml import BrokenToml, parse_toml

_PYPROJECT = "pyproject.toml"
_STANDING = ("pylock.toml", "uv.lock", _PYPROJECT)
_PROJECT = frozenset({"project", "build-system", "dependency-groups"})


class Form(enum.Enum):
    """What a file is written in."""

    REQUIREMENTS = "requirements"
    PROJECT = "project"
    SCRIPT = "script"
    LOCK = "lock"


def form_of(source: str) -> Form:
    """The form of a file, or of a URL, behind which only requirement files stand.

    Raises:
        UsageError: it has a form that is no input, or cannot be read.
    """
    path = Path(source)
    if path.suffix not in {".toml", ".lock", ".py"}:
        return Form.REQUIREMENTS
    if is_url(source):
        raise UsageError(f"{shown_url(source)} is not fetched", hint="download it, and name the file")
    from wheelforge.formats.lock_input import is_lock  # noqa: PLC0415 - most runs name no lock

    match path.suffix:
        case _ if is_lock(path.name):
            return Form.LOCK
        case ".py":
            return Form.SCRIPT
        case ".toml":
            return Form.PROJECT if path.name == _PYPROJECT else _form_of_toml(path)
        case _:
            raise UsageError(
                f"{path} is no lock that is taken as an input",
                hint="export it as pylock.toml with the tool that wrote it",
            )


def standing_in(folder: Path) -> Path | None:
    """What is taken where nothing is named: a lock that stands in the folder, else its project."""
    return next((folder / name for name in _STANDING if (folder / name).is_file()), None)


def _form_of_toml(path: Path) -> Form:
    try:
        table = parse_toml(read_text(path))
    except BrokenToml:
        # Whoever reads it as a project says where it is broken.
        return Form.PROJECT
    if "lock-version" in table:
        raise UsageError(f"{path} is a lock by another name", hint="name it pylock.toml or pylock.NAME.toml")
    if not _PROJECT & table.keys():
        raise UsageError(f"{path} holds neither a project nor a lock", hint="see [project] or [dependency-groups]")
    return Form.PROJECT
