"""What a ``pyproject.toml`` asks for: dependencies, extras, groups, the project itself, the members of a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.dependency_groups import DependencyGroupResolver
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from wheelforge.errors import UsageError
from wheelforge.formats.dependency_walk import ProjectInputs, RequiresPython, Walk, ground_of
from wheelforge.formats.fault import FaultyText
from wheelforge.formats.pyproject import DEV, ProjectFile, read_pyproject
from wheelforge.formats.reference import shown_path
from wheelforge.formats.requirement import BadRequirement, parse_input
from wheelforge.formats.sources import Standing
from wheelforge.formats.workspace import Workspace, find_workspace
from wheelforge.model.inputs import Reference
from wheelforge.model.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from packaging.utils import NormalizedName

    from wheelforge.formats.lock_picks import Picks


def read_project_inputs(path: Path, picks: Picks) -> ProjectInputs:
    """Read a ``pyproject.toml`` and those that it leads to.

    Raises:
        FaultyText: with every fault of its requirements.
        UsageError: a file cannot be read, or has not what is picked.
    """
    file = read_pyproject(path)
    workspace = find_workspace(file)
    reader = _Reader(workspace, picks)
    chosen = _chosen(file, workspace, picks)
    reader.check(chosen)
    for one in chosen:
        reader.take(one)
    return reader.found()


def _chosen(file: ProjectFile, workspace: Workspace, picks: Picks) -> list[ProjectFile]:
    if not picks.all_packages and picks.package is None:
        return [file]
    if not workspace.members:
        option = "--all-packages" if picks.all_packages else "--package"
        raise UsageError(f"{file.source.origin} belongs to no workspace", hint=f"leave out {option}")
    if picks.all_packages:
        return [workspace.members[name] for name in sorted(workspace.members)]
    if picks.package not in workspace.members:
        _refuse("member", [picks.package or ""], workspace.members, workspace.root)
    return [workspace.members[picks.package]] if picks.package else []


class _Reader:
    """Goes through the chosen projects, and gathers what they ask for."""

    def __init__(self, workspace: Workspace, picks: Picks) -> None:
        self._workspace = workspace
        self._picks = picks
        self._walk = Walk()
        self._projects: list[Reference] = []
        self._pythons: list[RequiresPython] = []
        self._lists: list[ProjectFile] = []
        self._notes: list[str] = []

    def check(self, chosen: Collection[ProjectFile]) -> None:
        """Make sure that one of the projects has each extra and each group that is wanted."""
        picks, first = self._picks, next(iter(chosen))
        if not any(file.is_dynamic("optional-dependencies") for file in chosen):
            _refuse("extra", picks.extras, [extra for file in chosen for extra in file.extras], first)
        _refuse("group", picks.named_groups, [group for file in chosen for group in _groups(file)], first)

    def take(self, file: ProjectFile) -> None:
        """Take one of the chosen projects."""
        if not self._picks.only_groups:
            self._take_project(file, self._extras(file))
        for group in self._wanted_groups(file):
            self._take_group(file, group)

    def found(self) -> ProjectInputs:
        """All that was gathered.

        Raises:
            FaultyText: something is wrong with it.
        """
        root = self._workspace.root
        lists = [
            self._walk.by_name(literals, root.source, f"{root.source.origin} [tool.uv] {key}-dependencies")
            for key, literals in (
                ("constraint", root.uv.constraint_dependencies),
                ("override", root.uv.override_dependencies),
                ("build-constraint", root.uv.build_constraint_dependencies),
            )
        ]
        if self._walk.faults:
            raise FaultyText(self._walk.faults)
        return ProjectInputs(
            requirements=tuple(self._walk.requirements),
            references=(*self._projects, *self._walk.references),
            constraints=lists[0],
            overrides=lists[1],
            build_constraints=lists[2],
            pins=tuple(self._walk.pins),
            requires_python=tuple(self._pythons),
            notes=(*self._notes, *self._list_notes()),
        )

    def _extras(self, file: ProjectFile) -> list[NormalizedName]:
        if self._picks.all_extras:
            return sorted(file.extras)
        return [one for one in self._picks.extras if one in file.extras or _may_have(file)]

    def _take_project(self, file: ProjectFile, extras: list[NormalizedName]) -> None:
        emits = self._picks.emit_project
        if said := file.said.project:
            self._pythons += python_of(said.requires_python, file.source.origin, file.name)
        if emits and file.is_package:
            itself = _itself(file, extras)
            self._projects += [itself] if itself not in self._projects else []
        elif file.is_dynamic("dependencies"):
            raise UsageError(
                f"{file.source.origin}: only the build backend knows what the project requires, so it is wanted itself",
                hint="leave out --no-emit-project",
            )
        elif emits and said:
            self._lists.append(file)
        elif said is None and file.said.tool.poetry is not None:
            self._notes.append(
                f"{file.source.origin}: the dependencies of [tool.poetry] are not read; its backend knows them, where"
                " the folder is named instead: wheelforge collect ."
            )
        elif said is None and self._workspace.members:
            self._notes.append(f"{file.source.origin}: the root of a workspace only; --all-packages takes its members")
        self._walk.project(file, self._workspace, extras)

    def _list_notes(self) -> Iterator[str]:
        """Of projects that are lists of requirements only; as for uv, what another one requires is a package."""
        required = {reference.location.rstrip("/") for reference in self._walk.references}
        for file in self._lists:
            if file.folder.resolve().as_uri() not in required:
                yield f"{file.source.origin}: no build system, so {file.name} itself is not collected"

    def _wanted_groups(self, file: ProjectFile) -> list[NormalizedName]:
        has, wanted = _groups(file), list(self._picks.named_groups)
        if self._picks.takes_default_groups:
            defaults = file.default_groups(has)
            _refuse("group", defaults, has, file)
            wanted += defaults
        return [group for group in dict.fromkeys(wanted) if group in has]

    def _take_group(self, file: ProjectFile, group: NormalizedName) -> None:
        standing = Standing(origin=f"{file.source.origin} [dependency-groups] {group}", group=group)
        literals = _in_group(file, group) + (file.uv.dev_dependencies if group == DEV else [])
        for own in self._walk.lines(literals, ground_of(file, self._workspace), standing, file.name):
            self._take_project(file, sorted(map(canonicalize_name, own.requirement.extras)))


def python_of(specifier: str | None, origin: str, name: NormalizedName | None = None) -> list[RequiresPython]:
    """The Pythons that ``requires-python`` admits, where it says something; ``name`` is the project's.

    Raises:
        UsageError: it is no version specifier.
    """
    try:
        said = None if specifier is None else SpecifierSet(specifier)
    except InvalidSpecifier as error:
        raise UsageError(f"{origin}: requires-python: {specifier!r} is no version specifier") from error
    return [] if said is None else [RequiresPython(specifier=said, origin=origin, name=name)]


def _itself(file: ProjectFile, extras: list[NormalizedName]) -> Reference:
    shown = shown_path(file.folder)
    return Reference(
        location=file.folder.resolve().as_uri(),
        origin=file.source.origin,
        written=f"{shown}[{','.join(extras)}]" if extras else shown,
        name=file.name,
        extras=tuple(sorted(extras)),
    )


def _may_have(file: ProjectFile) -> bool:
    """Whether a project may have extras that its file does not list."""
    return file.is_dynamic("optional-dependencies")


def _groups(file: ProjectFile) -> set[NormalizedName]:
    legacy = {DEV} if file.uv.dev_dependencies else set()
    return {canonicalize_name(group) for group in file.said.dependency_groups} | legacy


def _in_group(file: ProjectFile, group: NormalizedName) -> list[str]:
    """The requirements of a group and of those that it includes (PEP 735)."""
    if group not in map(canonicalize_name, file.said.dependency_groups):
        return []
    try:
        # The values are checked there, and their faults told.
        return [str(one) for one in DependencyGroupResolver(file.said.dependency_groups).resolve(group)]
    except ExceptionGroup as faults:
        _tell_literals(file)
        told = "\n".join(f"{file.source.origin}: [dependency-groups]: {_said(fault)}" for fault in faults.exceptions)
        raise UsageError(told) from faults


def _tell_literals(file: ProjectFile) -> None:
    """Show the requirements of all groups that are none, each in its place."""
    found = []
    for literal in (one for items in file.said.dependency_groups.values() for one in items if isinstance(one, str)):
        try:
            parse_input(literal, origin=file.source.origin, base=file.folder)
        except BadRequirement as error:
            found += [file.source.fault(literal, fault.problem, fault.column - 1) for fault in error.faults]
    if found:
        raise FaultyText(found)


def _said(fault: Exception) -> str:
    text = str(fault).splitlines()[0]
    return text[:1].lower() + text[1:]


def _refuse(kind: str, wanted: Iterable[str], known: Iterable[str], file: ProjectFile) -> None:
    known = sorted(set(known))
    lacking = [one for one in wanted if one not in known]
    if not lacking:
        return
    hint = did_you_mean(lacking[0], known) or f"{kind}s there are: {', '.join(known) or 'none'}"
    raise UsageError(f"{file.source.origin}: no {kind} {', '.join(map(repr, lacking))}", hint=hint)
