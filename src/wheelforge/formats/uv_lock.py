"""``uv.lock`` as an input: projects, workspaces and scripts as uv has locked them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from wheelforge.formats.lock_listing import pinned
from wheelforge.formats.uv_lock_roots import find_roots
from wheelforge.formats.uv_lock_sources import package_source
from wheelforge.formats.uv_lock_walk import ITSELF, UvLockWalk
from wheelforge.formats.uv_lock_wire import read_wire
from wheelforge.model.inputs import LockedSet, Reference

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.utils import NormalizedName

    from wheelforge.formats.lock_picks import Picks
    from wheelforge.formats.lock_places import Ground
    from wheelforge.formats.uv_lock_roots import Roots
    from wheelforge.formats.uv_lock_walk import Found
    from wheelforge.formats.uv_lock_wire import Package, UvLock
    from wheelforge.model.artifacts import Project
    from wheelforge.model.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class UvLockInput:
    """A ``uv.lock`` with what is picked of it."""

    ground: Ground
    digest: str
    lock: UvLock
    roots: Roots
    requires_python: SpecifierSet
    sources: tuple[Project | Reference | None, ...]
    """Where each of its packages comes from, in their order; ``None`` for what is not installed."""
    places: Mapping[str, tuple[int, ...]]
    """Where the packages of a name stand."""
    left_out: frozenset[int]
    """Where the projects stand of which only the dependencies are wanted."""
    picks: tuple[str, ...]

    @property
    def origin(self) -> str:
        """Its file, for messages."""
        return self.ground.origin

    def select(self, target: Target) -> LockedSet:
        """What it holds for a target.

        Raises:
            UsageError: the lock contradicts itself.
            ResolutionError: it was not made for this target, or has two versions of one project for it.
        """
        walk = UvLockWalk(lock=self.lock, roots=self.roots, target=target, ground=self.ground, places=self.places)
        self._check_made_for(walk)
        found = {place: extras for place, extras in walk.found().items() if place not in self.left_out}
        self._check_one_a_name(found, target)
        return self._locked_set(found)

    def _locked_set(self, found: Found) -> LockedSet:
        projects: dict[NormalizedName, Project] = {}
        requirements, references = [], []
        for place, parts in sorted(found.items(), key=lambda item: self.lock.package[item[0]].name):
            extras = tuple(sorted(parts - {ITSELF}))
            match self.sources[place]:
                case None:
                    pass
                case Reference() as reference:
                    references.append(replace(reference, extras=extras))
                case project:
                    projects[project.name] = project
                    requirements.append(pinned(project, extras, self.origin))
        return LockedSet(requirements=tuple(requirements), projects=projects, references=tuple(references))

    def _check_made_for(self, walk: UvLockWalk) -> None:
        if not walk.target.accepts_python(self.requires_python):
            raise self.ground.not_for(walk.target, f"it needs Python {self.requires_python}")
        markers = self.lock.supported_markers
        if markers and not any(map(walk.holds, markers)):
            raise self.ground.not_for(walk.target, f"its environments are {'; '.join(markers)}")

    def _check_one_a_name(self, found: Found, target: Target) -> None:
        names: dict[str, Package] = {}
        for package in (self.lock.package[place] for place in found):
            if other := names.get(package.name):
                raise self.ground.not_for(
                    target, f"both {package.name} {other.version} and {package.version} count here"
                )
            names[package.name] = package


def read_uv_lock(table: Mapping[str, Any], picks: Picks, *, ground: Ground, digest: str) -> UvLockInput:
    """Understand a ``uv.lock``.

    Raises:
        UsageError: it is none, of another version, or lacks what is picked.
        IntegrityError: it names a file without a hash that can be checked, or in an unsafe way.
    """
    lock = read_wire(table, ground)
    sources = tuple(package_source(f"package[{place}]", one, ground) for place, one in enumerate(lock.package))
    requires_python = _requires_python(lock, ground)
    roots = find_roots(lock, picks, ground)
    members = {id(package) for package in roots.packages}
    places: dict[str, tuple[int, ...]] = {}
    for place, package in enumerate(lock.package):
        _check_new(place, package, [lock.package[other] for other in places.get(package.name, ())], ground)
        places[package.name] = (*places.get(package.name, ()), place)
    return UvLockInput(
        ground=ground,
        digest=digest,
        lock=lock,
        roots=roots,
        requires_python=requires_python,
        sources=sources,
        places=places,
        left_out=frozenset(
            place for place, one in enumerate(lock.package) if id(one) in members and not picks.emit_project
        ),
        picks=picks.told(roots.extras, roots.groups),
    )


def _check_new(place: int, package: Package, others: list[Package], ground: Ground) -> None:
    if any((other.version, other.source) == (package.version, package.source) for other in others):
        raise ground.wrong(f"package[{place}]", f"{package.name} {package.version} stands there twice")


def _requires_python(lock: UvLock, ground: Ground) -> SpecifierSet:
    try:
        return SpecifierSet(lock.requires_python)
    except InvalidSpecifier:
        raise ground.wrong("requires-python", f"no version specifier: {lock.requires_python!r}") from None
