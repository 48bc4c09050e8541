"""uv's ``[tool.uv.sources]``: the places and indexes that a project's dependencies come from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name

from wheelforge.formats.fault import FaultyText
from wheelforge.formats.reference import BadPlace, read_place, subdirectory_of
from wheelforge.model.inputs import Asked, IndexPin, Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from packaging.utils import NormalizedName

    from wheelforge.formats.pyproject import SourceTable
    from wheelforge.formats.reference import Place
    from wheelforge.formats.toml_text import TomlText


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """In which list of a file a requirement stands."""

    origin: str
    """For messages: ``pyproject.toml [dependency-groups] dev``."""
    extra: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The sources that one file names."""

    file: TomlText
    folder: Path
    """Relative paths stand under it."""
    tables: Mapping[str, SourceTable | list[SourceTable]]

    def entries(self, name: NormalizedName, standing: Standing) -> list[SourceTable] | None:
        """The sources of a project that count in this place; ``None`` where the file says nothing of it."""
        for written, said in self.tables.items():
            if canonicalize_name(written) == name:
                entries = said if isinstance(said, list) else [said]
                return [entry for entry in entries if _counts(entry, standing)]
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What becomes of one requirement by name."""

    asked: tuple[Asked, ...] = ()
    references: tuple[Reference, ...] = ()
    pins: tuple[IndexPin, ...] = ()


def place(
    asked: Asked, standing: Standing, sources: Iterable[Sources], members: Mapping[NormalizedName, Path]
) -> Placed:
    """Send a requirement to the place where the first of ``sources`` that knows its project has it.

    As in uv, a version that is asked for says nothing of what stands in such a place. A member of the workspace
    is taken from its folder. Where a source has a marker of its own, the requirement by name stays beside it.

    Raises:
        FaultyText: a source cannot be meant.
    """
    name = canonicalize_name(asked.requirement.name)
    for one in sources:
        entries = one.entries(name, standing)
        if entries is not None:
            return _placed(asked, entries, one, members)
    if name in members:
        return Placed(references=(_reference(asked, _member(members[name]), asked.requirement.marker),))
    return Placed(asked=(asked,))


def joined(first: Marker | None, second: Marker | None) -> Marker | None:
    """The marker that is met where both are."""
    if first is None or second is None:
        return first or second
    return first & second


def _counts(entry: SourceTable, standing: Standing) -> bool:
    return all(
        wanted is None or (stands is not None and canonicalize_name(wanted) == canonicalize_name(stands))
        for wanted, stands in ((entry.extra, standing.extra), (entry.group, standing.group))
    )


def _placed(
    asked: Asked, entries: list[SourceTable], sources: Sources, members: Mapping[NormalizedName, Path]
) -> Placed:
    name = canonicalize_name(asked.requirement.name)
    references, pins, everywhere = list[Reference](), list[IndexPin](), False
    for entry in entries:
        marker = _marker(entry, name, sources)
        if entry.index is not None:
            origin = f"{sources.file.origin} [tool.uv.sources]"
            pins.append(IndexPin(project=name, index=entry.index, origin=origin, marker=marker))
            continue
        everywhere = everywhere or marker is None
        found = _find(entry, name, sources, members)
        reference = _reference(asked, found, joined(asked.requirement.marker, marker))
        references.append(replace(reference, editable=entry.editable))
    return Placed(asked=() if everywhere else (asked,), references=tuple(references), pins=tuple(pins))


def _marker(entry: SourceTable, name: str, sources: Sources) -> Marker | None:
    if entry.marker is None:
        return None
    try:
        return Marker(entry.marker)
    except (InvalidMarker, RecursionError) as error:
        problem = f"tool.uv.sources.{name}: not a marker"
        raise FaultyText([sources.file.fault(entry.marker, problem)]) from error


def _find(entry: SourceTable, name: NormalizedName, sources: Sources, members: Mapping[NormalizedName, Path]) -> Place:
    ways = [way for way in ("git", "url", "path", "workspace") if getattr(entry, way)]
    if len(ways) != 1:
        problem = f"tool.uv.sources.{name}: one of git, url, path, workspace and index is named, and no two of them"
        raise FaultyText([sources.file.fault(name, problem)])
    if entry.workspace:
        if name not in members:
            raise FaultyText([sources.file.fault(name, f"tool.uv.sources.{name}: no member of the workspace")])
        return _member(members[name])
    literal = entry.git or entry.url or entry.path or ""
    try:
        return _within(read_place(_repository(entry) if entry.git else literal, base=sources.folder), entry)
    except BadPlace as error:
        raise FaultyText([sources.file.fault(literal, f"tool.uv.sources.{name}: {error}")]) from error


def _member(folder: Path) -> Place:
    """The folder of a member, whose path nobody wrote."""
    found = read_place(str(folder), base=folder)
    return replace(found, told=found.shown)


def _repository(entry: SourceTable) -> str:
    url = f"git+{(entry.git or '').removeprefix('git+')}"
    revisions = [revision for revision in (entry.rev, entry.tag, entry.branch) if revision is not None]
    if len(revisions) > 1:
        raise BadPlace("one of rev, tag and branch is named, and no two of them")
    return f"{url}@{revisions[0]}" if revisions else url


def _within(found: Place, entry: SourceTable) -> Place:
    subdirectory = subdirectory_of(entry.subdirectory or "")
    if not subdirectory:
        return found
    behind = f"{'&' if '#' in found.shown else '#'}subdirectory={subdirectory}"
    shown, told = f"{found.shown}{behind}", f"{found.told}{behind}"
    return replace(found, shown=shown, told=told, subdirectory=subdirectory)


def _reference(asked: Asked, found: Place, marker: Marker | None) -> Reference:
    requirement = asked.requirement
    extras = tuple(sorted(map(canonicalize_name, requirement.extras)))
    bracket = f"[{','.join(extras)}]" if extras else ""
    before = f"{requirement.name}{bracket} @ "
    behind = f" ; {marker}" if marker else ""
    return Reference(
        location=found.location,
        origin=asked.origin,
        written=f"{before}{found.shown}{behind}",
        told=f"{before}{found.told}{behind}",
        public=found.public,
        name=canonicalize_name(requirement.name),
        extras=extras,
        marker=marker,
        subdirectory=found.subdirectory,
        hashes=found.hashes,
    )
