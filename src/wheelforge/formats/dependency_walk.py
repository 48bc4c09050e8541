"""From lists of dependencies to what is asked for: each is sent to its source, and local projects are followed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wheelforge.formats.fault import Fault, FaultyText
from wheelforge.formats.pyproject import PYPROJECT, ProjectFile, read_pyproject
from wheelforge.formats.reference import is_folder
from wheelforge.formats.requirement import BadRequirement, parse_input, parse_requirement
from wheelforge.formats.sources import Sources, Standing, joined, place
from wheelforge.formats.workspace import Workspace, find_workspace
from wheelforge.model.inputs import Asked, IndexPin, Reference
from wheelforge.model.urls import local_path

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping
    from pathlib import Path

    from packaging.specifiers import SpecifierSet
    from packaging.utils import NormalizedName

    from wheelforge.formats.toml_text import TomlText


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiresPython:
    """The Pythons that a project or a script is made for."""

    specifier: SpecifierSet
    origin: str
    name: NormalizedName | None = None
    """Of the project; ``None`` for a script."""

    @property
    def who(self) -> str:
        """For messages: the project and its file, or the script."""
        return f"{self.name} ({self.origin})" if self.name else self.origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectInputs:
    """What projects or scripts ask for."""

    requirements: tuple[Asked, ...] = ()
    references: tuple[Reference, ...] = ()
    constraints: tuple[Asked, ...] = ()
    overrides: tuple[Asked, ...] = ()
    build_constraints: tuple[Asked, ...] = ()
    pins: tuple[IndexPin, ...] = ()
    requires_python: tuple[RequiresPython, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileGround:
    """The file in which dependencies stand, and what decides where they come from."""

    file: TomlText
    folder: Path
    sources: tuple[Sources, ...] = ()
    """The first that knows a project counts."""
    members: Mapping[NormalizedName, Path] = field(default_factory=dict)
    """The folders of the workspace's projects."""


def ground_of(file: ProjectFile, workspace: Workspace) -> FileGround:
    """The ground of a project: its own sources come before those of the workspace's root."""
    files = [file] if file.folder.resolve() == workspace.root.folder.resolve() else [file, workspace.root]
    return FileGround(
        file=file.source,
        folder=file.folder,
        sources=tuple(Sources(file=one.source, folder=one.folder, tables=one.uv.sources) for one in files),
        members={name: member.folder.resolve() for name, member in workspace.members.items()},
    )


class Walk:
    """Goes through dependencies and gathers what they ask for, and every fault."""

    def __init__(self) -> None:
        self.requirements: list[Asked] = []
        self.references: list[Reference] = []
        self.pins: list[IndexPin] = []
        self.faults: list[Fault] = []
        self._ways: dict[Hashable, list[frozenset[str]]] = {}

    def project(self, file: ProjectFile, workspace: Workspace, extras: Iterable[NormalizedName]) -> None:
        """Take what a project requires, with some of its extras."""
        self._project(file, workspace, extras, _Reach(named=True))

    def lines(
        self, literals: Iterable[str], ground: FileGround, standing: Standing, own: NormalizedName | None = None
    ) -> list[Asked]:
        """Take a list of dependencies, and hand back those that name ``own``, the project whose list it is."""
        return self._lines(literals, ground, standing, _Reach(named=True, own=own))

    def by_name(self, literals: Iterable[str], file: TomlText, origin: str) -> tuple[Asked, ...]:
        """Read a list in which no place may be named."""
        found = []
        for literal in literals:
            try:
                found.append(parse_requirement(literal, origin=origin))
            except BadRequirement as error:
                self.faults.extend(_moved(error, literal, file))
        return tuple(found)

    def _project(
        self, file: ProjectFile, workspace: Workspace, extras: Iterable[NormalizedName], reach: _Reach
    ) -> None:
        reach = replace(reach, own=file.name)
        ground, said = ground_of(file, workspace), file.said.project
        dependencies = [] if said is None else said.dependencies
        own = self._once(file, "", dependencies, ground, reach)
        waiting = [(extra, reach) for extra in extras] + _own_extras(own, reach)
        while waiting:
            extra, within = waiting.pop(0)
            own = self._once(file, extra, file.extras.get(extra, []), ground, within)
            waiting += _own_extras(own, within)

    def _once(
        self, file: ProjectFile, extra: str, literals: Iterable[str], ground: FileGround, reach: _Reach
    ) -> list[Asked]:
        if not self._is_new((file.folder.resolve(), extra, reach.named), reach.conditions):
            return []
        where = f"[project.optional-dependencies] {extra}" if extra else "[project]"
        standing = Standing(origin=f"{file.source.origin} {where}", extra=extra or None)
        return self._lines(literals, ground, standing, reach)

    def _lines(self, literals: Iterable[str], ground: FileGround, standing: Standing, reach: _Reach) -> list[Asked]:
        own = []
        for literal in literals:
            try:
                entry = parse_input(literal, origin=standing.origin, base=ground.folder)
                if isinstance(entry, Asked) and canonicalize_name(entry.requirement.name) == reach.own:
                    own.append(entry)
                else:
                    self._take(entry, ground, standing, reach)
            except BadRequirement as error:
                self.faults.extend(_moved(error, literal, ground.file))
            except FaultyText as error:
                self.faults.extend(fault for fault in error.faults if fault not in self.faults)
        return own

    def _take(self, entry: Asked | Reference, ground: FileGround, standing: Standing, reach: _Reach) -> None:
        if isinstance(entry, Reference):
            self._refer(entry, reach)
            return
        placed = place(entry, standing, ground.sources, ground.members)
        self.pins.extend(pin for pin in placed.pins if pin not in self.pins)
        if reach.named:
            self.requirements.extend(_within(asked, reach.conditions) for asked in placed.asked)
        for reference in placed.references:
            self._refer(reference, reach)

    def _refer(self, reference: Reference, reach: _Reach) -> None:
        conditions = _both(reach.conditions, reference.marker)
        bare = replace(reference, marker=None, origin="", written="", public="")
        if not self._is_new(bare, conditions):
            return
        self.references.append(replace(reference, marker=_met(conditions)) if reach.conditions else reference)
        if not is_folder(reference.location):
            return
        folder = local_path(reference.location) / reference.subdirectory
        if (folder / PYPROJECT).is_file():
            file = read_pyproject(folder / PYPROJECT)
            beyond = _Reach(named=False, conditions=conditions)
            self._project(file, find_workspace(file), reference.extras, beyond)

    def _is_new(self, subject: Hashable, conditions: frozenset[str]) -> bool:
        """Whether no way came here yet that is open wherever this one is; so every circle ends."""
        ways = self._ways.setdefault(subject, [])
        if any(way <= conditions for way in ways):
            return False
        ways.append(conditions)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reach:
    """How a list of dependencies was come by."""

    named: bool
    """Whether its project was named, or is required by one that was: what that asks for by name, its metadata says."""
    conditions: frozenset[str] = frozenset()
    """The markers on the way to it, all of which must be met."""
    own: NormalizedName | None = None


def _own_extras(own: Iterable[Asked], reach: _Reach) -> list[tuple[NormalizedName, _Reach]]:
    """The extras that a project takes of itself."""
    return [
        (canonicalize_name(extra), replace(reach, conditions=_both(reach.conditions, asked.requirement.marker)))
        for asked in own
        for extra in sorted(asked.requirement.extras)
    ]


def _both(conditions: frozenset[str], marker: Marker | None) -> frozenset[str]:
    return conditions if marker is None else conditions | {str(marker)}


def _met(conditions: frozenset[str]) -> Marker | None:
    """The marker that is met where all conditions are."""
    return reduce(joined, map(Marker, sorted(conditions)), None)


def _within(asked: Asked, conditions: frozenset[str]) -> Asked:
    if not conditions:
        return asked
    requirement = Requirement(str(asked.requirement))
    requirement.marker = _met(_both(conditions, requirement.marker))
    return replace(asked, requirement=requirement)


def _moved(error: BadRequirement, literal: str, file: TomlText) -> list[Fault]:
    return [file.fault(literal, fault.problem, fault.column - 1) for fault in error.faults]
