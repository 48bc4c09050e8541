"""``pylock.toml`` as an input (PEP 751), as pip, uv, pdm, pex and wheelforge write it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.pylock import Pylock, PylockValidationError
from packaging.utils import parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from wheelforge.formats.lock_listing import Listed, Owner, listed_project, pinned
from wheelforge.formats.lock_picks import check_known
from wheelforge.formats.lock_places import split
from wheelforge.model.digest import sha256
from wheelforge.model.filenames import is_safe
from wheelforge.model.inputs import LockedSet, Reference
from wheelforge.model.told import printable
from wheelforge.model.upload_time import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from packaging.markers import Marker
    from packaging.pylock import Package, PackageArchive, PackageSdist, PackageVcs, PackageWheel
    from packaging.utils import NormalizedName

    from wheelforge.formats.lock_picks import Picks
    from wheelforge.formats.lock_places import Ground, Place
    from wheelforge.model.artifacts import Project
    from wheelforge.model.digest import Digest
    from wheelforge.model.targets import Target

_MAJOR = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PylockInput:
    """A ``pylock.toml`` with what is picked of it."""

    ground: Ground
    digest: str
    pylock: Pylock
    sources: tuple[Project | Reference, ...]
    """Where each of its packages comes from, in their order."""
    extras: frozenset[NormalizedName]
    groups: frozenset[str]
    picks: tuple[str, ...]
    left_out: str | None = None
    """The location of the locked project, where only what it requires is wanted."""

    @property
    def origin(self) -> str:
        """Its file, for messages."""
        return self.ground.origin

    def select(self, target: Target) -> LockedSet:
        """What it holds for a target.

        The rules are PEP 751's for installing, except that the files of a package are all kept: which of them fits a
        target, and whether a source is preferred, is decided elsewhere.

        Raises:
            ResolutionError: it was not made for this target, or has two packages of one name for it.
        """
        self._check_made_for(target)
        taken: dict[NormalizedName, Project | Reference] = {}
        for place, (package, source) in enumerate(zip(self.pylock.packages, self.sources, strict=True)):
            if not self._applies(package.marker, target, f"packages[{place}].marker"):
                continue
            if not target.accepts_python(package.requires_python):
                raise self.ground.not_for(target, f"{package.name} needs Python {package.requires_python}")
            if package.name in taken:
                raise self.ground.not_for(
                    target, f"two packages named {package.name} count here, the second is [{place}]"
                )
            taken[package.name] = source
        return self._locked_set(taken)

    def _locked_set(self, taken: Mapping[NormalizedName, Project | Reference]) -> LockedSet:
        projects = {name: one for name, one in sorted(taken.items()) if not isinstance(one, Reference)}
        references = (one for _, one in sorted(taken.items()) if isinstance(one, Reference))
        return LockedSet(
            requirements=tuple(pinned(project, (), self.origin) for project in projects.values()),
            projects=projects,
            references=tuple(one for one in references if one.location != self.left_out),
        )

    def _check_made_for(self, target: Target) -> None:
        requires = self.pylock.requires_python
        if not target.accepts_python(requires):
            raise self.ground.not_for(target, f"it needs Python {requires}")
        environments = self.pylock.environments or ()
        if environments and not any(self._applies(marker, target, "environments") for marker in environments):
            raise self.ground.not_for(target, f"its environments are {'; '.join(map(str, environments))}")

    def _applies(self, marker: Marker | None, target: Target, where: str) -> bool:
        if marker is None:
            return True
        picked = {"extras": self.extras, "dependency_groups": self.groups}
        try:
            return marker.evaluate({**target.environment, **picked}, context="lock_file")
        except (UndefinedComparison, UndefinedEnvironmentName, InvalidVersion) as fault:
            raise self.ground.not_for(target, f"{where}: {marker} has no meaning there: {fault}") from None


def read_pylock(table: Mapping[str, Any], picks: Picks, *, ground: Ground, digest: str) -> PylockInput:
    """Understand a ``pylock.toml``.

    Raises:
        UsageError: it is none, of another version, or lacks what is picked.
        IntegrityError: it names a file without a hash that can be checked, or in an unsafe way.
    """
    pylock = _validated(table, ground)
    if picks.all_packages or picks.package:
        raise ground.wrong("", "a pylock.toml knows no workspace, so no members of one can be picked")
    check_known("extra", picks.extras, pylock.extras or (), origin=ground.origin)
    check_known("group", picks.named_groups, pylock.dependency_groups or (), origin=ground.origin)
    extras = frozenset(pylock.extras or () if picks.all_extras else picks.extras)
    default = pylock.default_groups or () if picks.takes_default_groups else ()
    groups = frozenset((*default, *picks.named_groups))
    return PylockInput(
        ground=ground,
        digest=digest,
        pylock=pylock,
        sources=tuple(_source(f"packages[{place}]", one, ground) for place, one in enumerate(pylock.packages)),
        extras=extras,
        groups=groups,
        picks=picks.told(extras, groups),
        left_out=None if picks.emit_project and not picks.only_groups else ground.folder.as_uri(),
    )


def _validated(table: Mapping[str, Any], ground: Ground) -> Pylock:
    """A newer minor version is read as 1.0, whose readers can do with what it adds (PEP 751)."""
    written = table.get("lock-version")
    try:
        version = Version(written) if isinstance(written, str) else None
    except InvalidVersion:
        version = None
    if version is None:
        raise ground.wrong("lock-version", "missing, or not a version", hint="this is no lock of PEP 751")
    if version.major != _MAJOR:
        raise ground.wrong("lock-version", f"{version} is not known here, only {_MAJOR}", hint="a newer tool wrote it")
    for where, name in _names(table):
        if not is_safe(name):
            raise ground.unsafe(where, f"{name!r} is no safe file name")
    try:
        return Pylock.from_dict({**table, "lock-version": "1.0"})
    except PylockValidationError as fault:
        problem, *shown = fault.message.splitlines() or [""]
        wrong = ground.wrong(fault.context or "", problem, hint="this is no valid lock of PEP 751")
        # Below a marker stands a caret, which must stay in its line.
        wrong.message = "\n".join([wrong.message, *map(printable, shown)])
        raise wrong from fault


def _names(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The file names that are written out, before anything else is known of the table."""
    packages = table.get("packages")
    for place, package in enumerate(packages if isinstance(packages, list) else ()):
        wheels = package.get("wheels") if isinstance(package, dict) else None
        files = [(f"wheels[{number}]", one) for number, one in enumerate(wheels if isinstance(wheels, list) else ())]
        sdists = [("sdist", package["sdist"])] if isinstance(package, dict) and "sdist" in package else []
        for part, file in (*sdists, *files):
            if isinstance(file, dict) and isinstance(name := file.get("name"), str):
                yield f"packages[{place}].{part}.name", name


def _source(where: str, package: Package, ground: Ground) -> Project | Reference:
    if package.is_direct:
        return _reference(where, package, ground)
    files = tuple(_files(where, package, ground))
    owner = Owner(
        name=package.name,
        version=package.version or _version(files[0].filename),
        index=split(package.index or "").hostname or "pylock",
        requires_python=package.requires_python,
    )
    return listed_project(owner, files, ground)


def _files(where: str, package: Package, ground: Ground) -> Iterator[Listed]:
    if package.sdist:
        yield _listed(f"{where}.sdist", package.sdist, ground)
    for place, wheel in enumerate(package.wheels or ()):
        yield _listed(f"{where}.wheels[{place}]", wheel, ground)


def _listed(where: str, file: PackageSdist | PackageWheel, ground: Ground) -> Listed:
    if file.size is not None and file.size < 0:
        raise ground.wrong(f"{where}.size", "less than nothing")
    return Listed(
        where=where,
        filename=file.filename,
        url=file.url,
        path=file.path,
        sha256=ground.sha256(f"{where}.hashes", file.hashes),
        size=file.size,
        upload_time=_moment(file.upload_time),
    )


def _reference(where: str, package: Package, ground: Ground) -> Reference:
    hashes: frozenset[Digest] = frozenset()
    editable = False
    if vcs := package.vcs:
        place, subdirectory = _repository(f"{where}.vcs", vcs, ground), vcs.subdirectory
    elif folder := package.directory:
        place, subdirectory = ground.directory(f"{where}.directory", folder.path), folder.subdirectory
        editable = bool(folder.editable)
    else:
        archive = cast("PackageArchive", package.archive)  # one of the three is there: packaging has seen to it
        place, subdirectory = ground.file(f"{where}.archive", url=archive.url, path=archive.path), archive.subdirectory
        hashes = frozenset([sha256(ground.sha256(f"{where}.archive.hashes", archive.hashes))])
    return Reference(
        location=place.url,
        written=place.written,
        origin=ground.told(where),
        name=package.name,
        subdirectory=ground.subdirectory(where, subdirectory or ""),
        hashes=hashes,
        editable=editable,
    )


def _repository(where: str, vcs: PackageVcs, ground: Ground) -> Place:
    if vcs.type != "git":
        raise ground.wrong(where, f"a repository of type {vcs.type!r} is not taken, only of 'git'")
    if vcs.url:
        return ground.repository(where, vcs.url, vcs.commit_id)
    return ground.local_repository(where, vcs.path or "", vcs.commit_id)


def _version(filename: str) -> Version:
    parse = parse_wheel_filename if filename.endswith(".whl") else parse_sdist_filename
    return parse(filename)[1]


def _moment(moment: datetime | None) -> str | None:
    """RFC 3339; PEP 751 has it in UTC."""
    return None if moment is None else rfc3339(moment.isoformat())
