"""Which packages of a ``uv.lock`` count on one target: the edges are followed whose markers hold there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wheelforge.formats.lock_places import Ground
    from wheelforge.formats.uv_lock_roots import Roots
    from wheelforge.formats.uv_lock_wire import Dependency, Package, UvLock
    from wheelforge.model.targets import Target

ITSELF = canonicalize_name("")
"""Stands among the extras of a package for the package without any."""

Found = dict[int, set[NormalizedName]]
"""The places of the packages that count, each with the extras that are wanted of it, and `ITSELF`."""

# uv tells which parts of a lock are active, where some conflict, by extras of its own: several can be active at once,
# which PEP 508 cannot say. So each comparison is decided here, and its outcome written in PEP 508's terms.
_PART = re.compile(r"extra\s*(==|!=)\s*(['\"])((?:extra|group|project)-\d+-[A-Za-z0-9._-]+)\2")
_OUTCOMES = {True: "extra == ''", False: "extra != ''"}


@dataclass(frozen=True, slots=True, kw_only=True)
class UvLockWalk:
    """A lock on one target."""

    lock: UvLock
    roots: Roots
    target: Target
    ground: Ground
    places: Mapping[str, tuple[int, ...]]
    """Where the packages of a name stand."""

    def found(self) -> Found:
        """The packages that count.

        What is active decides which edges count, and these what is active: so it is walked until nothing is added.

        Raises:
            UsageError: a marker cannot be read, or an edge leads to no package, or to several.
        """
        active = frozenset(self._wanted())
        while True:
            found = self._once(active)
            reached = active | frozenset(self._parts(found))
            if reached == active:
                return found
            active = reached

    def holds(self, marker: str | None, active: frozenset[str] = frozenset()) -> bool:
        """Whether a marker is true of the target, while these parts of the lock are active."""
        if marker is None:
            return True
        decided = _PART.sub(lambda part: _OUTCOMES[(part[3] in active) is (part[1] == "==")], marker)
        try:
            return self.target.evaluate(Marker(decided))
        except (InvalidMarker, InvalidVersion, UndefinedComparison, UndefinedEnvironmentName, RecursionError) as fault:
            raise self.ground.wrong("", f"the marker {marker!r} cannot be read: {fault}") from None

    def _wanted(self) -> Iterator[str]:
        for package in self.roots.packages:
            if not self.roots.only_groups:
                yield _part("project", package.name)
            yield from (_part("extra", package.name, extra) for extra in self.roots.extras & package.extras)
            yield from (_part("group", package.name, group) for group in self.roots.groups & package.groups)

    def _parts(self, found: Found) -> Iterator[str]:
        for place, extras in found.items():
            name = self.lock.package[place].name
            yield _part("project", name)
            yield from (_part("extra", name, extra) for extra in extras - {ITSELF})

    def _once(self, active: frozenset[str]) -> Found:
        found: Found = {}
        waiting = list(self.roots.edges)
        for package in self.roots.packages:
            if not self.roots.only_groups:
                [place] = (place for place in self.places[package.name] if self.lock.package[place] is package)
                waiting += self._enter(found, place, (ITSELF, *sorted(self.roots.extras & package.extras)))
            for group in sorted(self.roots.groups & package.groups):
                waiting += package.dev_dependencies.get(group, ())
        while waiting:
            edge = waiting.pop()
            if self.holds(edge.marker, active):
                waiting += self._enter(found, self._place(edge), (ITSELF, *edge.extra))
        return found

    def _enter(self, found: Found, place: int, extras: tuple[NormalizedName, ...]) -> Iterator[Dependency]:
        """The edges of a package, and of its extras, that have not been seen yet."""
        package = self.lock.package[place]
        for extra in extras:
            if extra in found.setdefault(place, set()):
                continue
            found[place].add(extra)
            yield from package.dependencies if extra == ITSELF else package.optional_dependencies.get(extra, ())

    def _place(self, edge: Dependency) -> int:
        """Version and source are named only where a name alone would not do."""
        places = [place for place in self.places.get(edge.name, ()) if _fits(edge, self.lock.package[place])]
        if len(places) > 1:
            places = [place for place in places if self._counts(self.lock.package[place])]
        match places:
            case [place]:
                return place
            case []:
                raise self.ground.wrong("package", f"none for the dependency {_told(edge)}", hint="is the lock whole?")
            case _:
                raise self.ground.wrong("package", f"several for the dependency {_told(edge)}")

    def _counts(self, package: Package) -> bool:
        return not package.resolution_markers or any(map(self.holds, package.resolution_markers))


def _fits(edge: Dependency, package: Package) -> bool:
    return edge.version in {None, package.version} and edge.source in {None, package.source}


def _told(edge: Dependency) -> str:
    return f"{edge.name} {edge.version}" if edge.version else edge.name


def _part(kind: str, package: str, part: str | None = None) -> str:
    """The name of a part as uv writes it, in which the length tells where the package's name ends."""
    name = f"{kind}-{len(package)}-{package}"
    return f"{name}-{part}" if part is not None else name
