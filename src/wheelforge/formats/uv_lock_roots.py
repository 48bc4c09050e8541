"""Where the walk through a ``uv.lock`` begins: its projects, with the extras and groups that are picked."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from wheelforge.formats.lock_picks import check_known
from wheelforge.formats.pyproject import DEV, PYPROJECT, read_pyproject

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from packaging.utils import NormalizedName

    from wheelforge.formats.lock_picks import Picks
    from wheelforge.formats.lock_places import Ground
    from wheelforge.formats.uv_lock_wire import Conflict, Dependency, Package, UvLock

_TOP = "."


@dataclass(frozen=True, slots=True, kw_only=True)
class Roots:
    """What is wanted of a lock, before any dependency is followed."""

    packages: tuple[Package, ...] = ()
    extras: frozenset[NormalizedName] = frozenset()
    """Of each package that has them."""
    groups: frozenset[NormalizedName] = frozenset()
    edges: tuple[Dependency, ...] = ()
    """What a script requires, or the groups of a workspace whose root is no project."""
    only_groups: bool = False
    """Nothing but the groups of the packages is wanted."""

    def has(self, conflict: Conflict) -> bool:
        """Whether a part that conflicts with others is wanted."""
        if conflict.package not in {package.name for package in self.packages}:
            return False
        if conflict.extra is not None:
            return conflict.extra in self.extras
        return conflict.group in self.groups if conflict.group is not None else not self.only_groups


def find_roots(lock: UvLock, picks: Picks, ground: Ground) -> Roots:
    """Where to begin for these picks.

    Raises:
        UsageError: the lock lacks what is picked, or says that it conflicts.
    """
    packages = _packages(lock, picks, ground)
    of_workspace = () if picks.package is not None else lock.manifest.dependency_groups
    known = frozenset(chain(of_workspace, *(package.groups for package in packages)))
    extras = frozenset(chain(*(package.extras for package in packages)))
    check_known("extra", picks.extras, extras, origin=ground.origin)
    check_known("group", picks.named_groups, known, origin=ground.origin)
    groups: frozenset[NormalizedName] = frozenset(picks.named_groups)
    if picks.takes_default_groups:
        folder = packages[0].source.folder if len(packages) == 1 else None
        groups |= _default_groups(ground.folder / (folder or _TOP), known)
    if picks.only_groups:
        extras = frozenset()
    elif not picks.all_extras:
        extras = frozenset(picks.extras)
    roots = Roots(
        packages=packages,
        extras=extras,
        groups=groups,
        edges=tuple(_edges(lock, picks, groups)),
        only_groups=bool(picks.only_groups),
    )
    for conflicting in lock.conflicts:
        _check_conflict([one for one in conflicting if roots.has(one)], ground)
    return roots


def _packages(lock: UvLock, picks: Picks, ground: Ground) -> tuple[Package, ...]:
    members = {
        package.name: package
        for package in lock.package
        if package.source.folder is not None
        and (package.source.folder == _TOP or package.name in lock.manifest.members)
    }
    if picks.package is not None:
        check_known("member", [picks.package], members, origin=ground.origin)
        return (members[picks.package],)
    manifest = lock.manifest
    is_of_script = ground.origin.endswith(".py.lock") and not lock.package  # one that requires nothing
    if not (members or manifest.requirements or manifest.dependency_groups or is_of_script):
        raise ground.wrong("package", "none of them is the project that was locked", hint="is the lock whole?")
    top = tuple(package for package in members.values() if package.source.folder == _TOP)
    return top if top and not picks.all_packages else tuple(members.values())


def _edges(lock: UvLock, picks: Picks, groups: Collection[NormalizedName]) -> Iterator[Dependency]:
    if picks.package is not None:
        return
    if not picks.only_groups:
        yield from (requirement.edge for requirement in lock.manifest.requirements)
    for group, requirements in lock.manifest.dependency_groups.items():
        if group in groups:
            yield from (requirement.edge for requirement in requirements)


def _default_groups(folder: Path, known: Collection[NormalizedName]) -> frozenset[NormalizedName]:
    """Those of the project in ``folder``, as far as the lock has them; the lock may stand there without it."""
    pyproject = folder / PYPROJECT
    groups = read_pyproject(pyproject).default_groups(known) if pyproject.is_file() else [DEV]
    return frozenset(groups) & frozenset(known)


def _check_conflict(wanted: list[Conflict], ground: Ground) -> None:
    if len(wanted) > 1:
        names = ", ".join(_told(one) for one in wanted)
        raise ground.wrong("conflicts", f"these cannot be had together: {names}", hint="pick one of them")


def _told(part: Conflict) -> str:
    if part.extra is not None:
        return f"extra {part.extra} of {part.package}"
    return f"group {part.group} of {part.package}" if part.group is not None else part.package
