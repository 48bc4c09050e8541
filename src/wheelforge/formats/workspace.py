"""Workspaces of uv: a root, and the projects below it that belong together."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wheelforge.errors import UsageError
from wheelforge.formats.pyproject import PYPROJECT, ProjectFile, read_pyproject

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from packaging.utils import NormalizedName


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The projects that a file stands among."""

    root: ProjectFile
    """A project that is in no workspace is its own root."""
    members: Mapping[NormalizedName, ProjectFile] = field(default_factory=dict)
    """By name, the root included where it is a project; empty without a workspace."""


def find_workspace(file: ProjectFile) -> Workspace:
    """The workspace whose root a project is, or in which it is a member.

    Raises:
        UsageError: a member cannot be read, or two have one name.
    """
    if file.uv.workspace is not None:
        return _workspace(file)
    here = file.folder.resolve()
    for above in here.parents:
        root = _root(above / PYPROJECT)
        if root is not None:
            return _workspace(root, known=file) if here in _folders(root) else Workspace(root=file)
    return Workspace(root=file)


def _root(path: Path) -> ProjectFile | None:
    """The root of a workspace; a file above that is none, or broken, is no affair of the project."""
    if not path.is_file():
        return None
    try:
        file = read_pyproject(path)
    except UsageError:
        return None
    return file if file.uv.workspace is not None else None


def _workspace(root: ProjectFile, known: ProjectFile | None = None) -> Workspace:
    members: dict[NormalizedName, ProjectFile] = {}
    files = [read_pyproject(folder / PYPROJECT) for folder in sorted(_folders(root))]
    for file in [root, *([known] if known else []), *files]:
        if file.name is None:
            continue
        other = members.setdefault(file.name, file)
        if other.folder.resolve() != file.folder.resolve():
            raise UsageError(
                f"two members of a workspace are named {file.name}: {other.source.origin} and {file.source.origin}"
            )
    return Workspace(root=root, members=members)


def _folders(root: ProjectFile) -> set[Path]:
    """The resolved folders of all members but the root."""
    table = root.uv.workspace
    if table is None:
        return set()
    base = root.folder.resolve()
    found = _matches(root, base, table.members) - _matches(root, base, table.exclude)
    return {folder for folder in found if (folder / PYPROJECT).is_file() and folder != base}


def _matches(root: ProjectFile, base: Path, patterns: Iterable[str]) -> set[Path]:
    found: set[Path] = set()
    for pattern in patterns:
        if not PurePosixPath(pattern).parts:
            # The root itself, which glob takes for no pattern.
            continue
        try:
            # A path that leads out and in again is the same folder.
            found.update(path.resolve() for path in base.glob(pattern) if not path.name.startswith("."))
        except (ValueError, NotImplementedError, IndexError) as error:
            raise UsageError(
                f"{root.source.origin}: tool.uv.workspace: {pattern!r} matches no folder below it"
            ) from error
    return found
