"""Where the walk through a ``uv.lock`` begins: its projects, with the extras and groups that are picked."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wheelforge.errors import UsageError
from wheelforge.formats.fault import printable
from wheelforge.formats.lock_picks import check_known
from wheelforge.formats.pyproject import PYPROJECT, read_pyproject

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from packaging.utils import NormalizedName

    from wheelforge.formats.lock_picks import Picks
    from wheelforge.formats.lock_places import Ground
    from wheelforge.formats.uv_lock_wire import Conflict, Dependency, Package, UvLock

_TOP = "."
_DEV = canonicalize_name("dev")
"""What uv takes where ``tool.uv.default-groups`` says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roots:
    """What is wanted of a lock, before any dependency is followed."""

    packages: tuple[Package, ...] = ()
    extras: frozenset[NormalizedName] = frozenset()
    """Of each package that has them."""
    groups: frozenset[NormalizedName] = frozenset()
    edges: tuple[Dependency, ...] = ()
    """What a script requires, or the groups of a workspace whose root is no project."""

    def has(self, conflict: Conflict) -> bool:
        """Whether a part that conflicts with others is wanted."""
        if conflict.package not in {package.name for package in self.packages}:
            return False
        if conflict.extra is not None:
            return conflict.extra in self.extras
        return conflict.group is None or conflict.group in self.groups


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
    check_known("group", picks.groups, known, origin=ground.origin)
    groups: frozenset[NormalizedName] = frozenset(picks.groups)
    if picks.default_groups:
        folder = packages[0].source.folder if len(packages) == 1 else None
        groups |= _default_groups(ground.folder / (folder or _TOP), known)
    roots = Roots(
        packages=packages, extras=frozenset(picks.extras), groups=groups, edges=tuple(_edges(lock, picks, groups))
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
    if lock.package and not (members or manifest.requirements or manifest.dependency_groups):
        raise ground.wrong("package", "none of them is the project that was locked", hint="is the lock whole?")
    top = tuple(package for package in members.values() if package.source.folder == _TOP)
    return top if top and not picks.all_packages else tuple(members.values())


def _edges(lock: UvLock, picks: Picks, groups: Collection[NormalizedName]) -> Iterator[Dependency]:
    if picks.package is not None:
        return
    yield from (requirement.edge for requirement in lock.manifest.requirements)
    for group, requirements in lock.manifest.dependency_groups.items():
        if group in groups:
            yield from (requirement.edge for requirement in requirements)


def _default_groups(folder: Path, known: Collection[NormalizedName]) -> frozenset[NormalizedName]:
    """Those of the project in ``folder``, as far as the lock has them; the lock may stand there without it."""
    pyproject = folder / PYPROJECT
    written = read_pyproject(pyproject).uv.default_groups if pyproject.is_file() else None
    match written:
        case None:
            groups = frozenset([_DEV])
        case "all":
            groups = frozenset(known)
        case str(name):
            raise UsageError(printable(f"{pyproject}: tool.uv.default-groups: expected a list or 'all', got {name!r}"))
        case names:
            groups = frozenset(map(canonicalize_name, names))
    return groups & frozenset(known)


def _check_conflict(wanted: list[Conflict], ground: Ground) -> None:
    if len(wanted) > 1:
        names = ", ".join(_told(one) for one in wanted)
        raise ground.wrong("conflicts", f"these cannot be had together: {names}", hint="pick one of them")


def _told(part: Conflict) -> str:
    if part.extra is not None:
        return f"extra {part.extra} of {part.package}"
    return f"group {part.group} of {part.package}" if part.group is not None else part.package
