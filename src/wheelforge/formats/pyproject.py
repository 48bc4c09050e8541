"""``pyproject.toml``: what stands in it (PEP 518, 621, 735, and uv's table), typed, and nothing decided."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec
from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from wheelforge.errors import UsageError
from wheelforge.formats.reference import shown_path
from wheelforge.formats.text_file import read_text
from wheelforge.formats.toml_text import TomlText, convert, load_toml
from wheelforge.model.told import printable

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

PYPROJECT = "pyproject.toml"
DEV = canonicalize_name("dev")
"""The group that uv takes where ``tool.uv.default-groups`` says nothing."""


class Project(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """``[project]`` (PEP 621)."""

    name: str
    requires_python: str | None = None
    dependencies: list[str] = []
    optional_dependencies: dict[str, list[str]] = {}
    dynamic: list[str] = []


class SourceTable(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """Where a dependency comes from: one entry of ``[tool.uv.sources]``."""

    git: str | None = None
    rev: str | None = None
    tag: str | None = None
    branch: str | None = None
    url: str | None = None
    path: str | None = None
    subdirectory: str | None = None
    editable: bool = False
    workspace: bool = False
    index: str | None = None
    marker: str | None = None
    extra: str | None = None
    group: str | None = None


class Workspace(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """``[tool.uv.workspace]``."""

    members: list[str] = []
    exclude: list[str] = []


class Uv(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """``[tool.uv]``, as far as it says what a project requires."""

    sources: dict[str, SourceTable | list[SourceTable]] = {}
    workspace: Workspace | None = None
    default_groups: list[str] | str | None = None
    dev_dependencies: list[str] = []
    package: bool | None = None
    constraint_dependencies: list[str] = []
    override_dependencies: list[str] = []
    build_constraint_dependencies: list[str] = []


class Tool(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """``[tool]``."""

    uv: Uv = Uv()
    poetry: dict[str, Any] | None = None


class PyProject(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """The whole file."""

    project: Project | None = None
    build_system: dict[str, Any] | None = None
    dependency_groups: dict[str, list[str | dict[str, Any]]] = {}
    tool: Tool = Tool()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFile:
    """One ``pyproject.toml``, and where it stands."""

    path: Path
    source: TomlText
    said: PyProject

    @property
    def folder(self) -> Path:
        """The folder of the project."""
        return self.path.parent

    @property
    def uv(self) -> Uv:
        """``[tool.uv]``, empty where there is none."""
        return self.said.tool.uv

    @property
    def name(self) -> NormalizedName | None:
        """The project's name; ``None`` where the file tells none."""
        return None if self.said.project is None else canonicalize_name(self.said.project.name)

    @property
    def extras(self) -> dict[NormalizedName, list[str]]:
        """The dependencies of each extra, by normalised name."""
        project = self.said.project
        return {} if project is None else {canonicalize_name(k): v for k, v in project.optional_dependencies.items()}

    def is_dynamic(self, field: str) -> bool:
        """Whether only the build backend knows a field of ``[project]``."""
        project = self.said.project
        return self.is_package if project is None else field in project.dynamic

    def default_groups(self, known: Collection[NormalizedName]) -> list[NormalizedName]:
        """The groups that are wanted where none is named, of those that are known; those that it names, known or not.

        Raises:
            UsageError: what the file says of them cannot be meant.
        """
        match self.uv.default_groups:
            case None:
                return [DEV] if DEV in known else []
            case "all":
                return sorted(known)
            case str(name):
                raise UsageError(
                    printable(f"{self.source.origin}: tool.uv.default-groups: expected a list or 'all', got {name!r}")
                )
            case names:
                return list(map(canonicalize_name, names))

    @property
    def is_package(self) -> bool:
        """Whether it can be built; as for uv, a project without a build system is a list of requirements only."""
        if self.uv.package is not None:
            return self.uv.package
        return self.said.build_system is not None or (self.folder / "setup.py").is_file()


def read_pyproject(path: Path) -> ProjectFile:
    """Read a ``pyproject.toml``, whatever its name.

    Raises:
        UsageError: it cannot be read, is no TOML, or a table holds what does not belong there.
    """
    source = open_pyproject(path)
    said = convert(load_toml(source.text, origin=source.origin), PyProject, origin=source.origin)
    file = ProjectFile(path=path, source=source, said=said)
    _check_names(file)
    return file


def open_pyproject(path: Path) -> TomlText:
    """Read the text of a ``pyproject.toml``.

    Raises:
        UsageError: it cannot be read.
    """
    told = _told(path)
    return TomlText(origin=told, text=read_text(path, told=told))


def _told(path: Path) -> str:
    """Relative to where the run was started, else with the name of its folder: a workspace's root may stand above."""
    return str(PurePosixPath(shown_path(path.parent)) / path.name)


def _check_names(file: ProjectFile) -> None:
    project = file.said.project
    if project is None:
        return
    try:
        canonicalize_name(project.name, validate=True)
        names = [canonicalize_name(extra, validate=True) for extra in project.optional_dependencies]
    except InvalidName as error:
        raise UsageError(f"{file.source.origin}: {error}".lower()) from error
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(
            f"{file.source.origin}: the extra {twice[0]!r} stands twice in [project.optional-dependencies]"
        )
