"""Verify: proves a collected folder or a wheelhouse whole. Each check tells its result, and all its faults at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name, parse_wheel_filename

from wheelforge.archives.sdist import read_sdist
from wheelforge.archives.wheel import read_metadata
from wheelforge.errors import IntegrityError, ResolutionError, WheelforgeError
from wheelforge.events import Phase, PhaseFinished, PhaseStarted, Step
from wheelforge.factory.companions import companions
from wheelforge.factory.folder import BUILD_DEPS, check_files, read_lock
from wheelforge.factory.strangers import strangers
from wheelforge.factory.trial import Closure, install_offline
from wheelforge.factory.unlocked import WHOLE_FOLDER
from wheelforge.factory.wheelhouse import standing_wheels
from wheelforge.forge.checks import Expected, UnexpectedWheel, check_wheel
from wheelforge.formats.lock_files import runtime_files
from wheelforge.metadata.core import parse_metadata
from wheelforge.model.artifacts import Kind
from wheelforge.model.lock import Holding
from wheelforge.model.metadata import Surety
from wheelforge.model.pep508 import parse_requirement
from wheelforge.plan.completeness import build_gaps, follows_dependencies, marker_target, runtime_gaps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from wheelforge.events import Reporter
    from wheelforge.forge.bench import Bench
    from wheelforge.model.lock import Lock, LockedArtifact, Pin
    from wheelforge.model.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was proved."""

    lock: Lock
    checks: tuple[str, ...]
    """One sentence a check that held."""
    left_out: tuple[str, ...]
    """One sentence a check that could not be made here, and why."""


class NotWhole(IntegrityError):
    """A folder is not what its lock says; ``faults`` are told one a line."""

    def __init__(self, folder: Path, faults: Sequence[str], *, hint: str) -> None:
        self.faults = tuple(faults)
        super().__init__(_listed(f"{folder} is not whole:", faults), hint=hint)


class NotComplete(ResolutionError):
    """Something is missing from what a lock says itself; ``faults`` are told one a line."""

    def __init__(self, folder: Path, faults: Sequence[str], *, hint: str) -> None:
        self.faults = tuple(faults)
        super().__init__(_listed(f"{folder} is not complete:", faults), hint=hint)


_ANEW = "make it again with the command that made it"
_MOVE = "remove what the lock does not know, or move it elsewhere"


def _listed(head: str, faults: Iterable[str]) -> str:
    return "\n".join([head, *(f"  {fault}" for fault in faults)])


async def verify(folder: Path, *, target: Target, bench: Bench, report: Reporter) -> Verified:
    """Check all that the lock of a folder promises.

    Raises:
        UsageError: this is neither a collected folder nor a wheelhouse.
        ResolutionError: something is missing.
        IntegrityError: something is not as promised.
    """
    return await asyncio.to_thread(_Verifier(folder, target, bench, report).run)


@dataclass(frozen=True, slots=True)
class _Check:
    """Something that must hold, and how it is told where it does not."""

    text: str
    faults: Callable[[], Iterable[str]]
    error: type[NotWhole | NotComplete] = NotWhole
    hint: Callable[[], str] = lambda: _ANEW
    """What to do about the faults."""


class _Verifier:
    def __init__(self, folder: Path, target: Target, bench: Bench, report: Reporter) -> None:
        self._folder = folder
        self._target = target
        self._bench = bench
        self._report = report
        self._lock = read_lock(folder)
        self._files = standing_files(folder, self._lock)
        overrides = (parse_requirement(text.partition(" --hash=")[0]) for text in self._lock.inputs.overrides)
        self._overridden = frozenset(canonicalize_name(one.name) for one in overrides)
        self._unsound: list[LockedArtifact] = []
        """Wheels that are not what they should be."""

    def run(self) -> Verified:
        self._report(PhaseStarted(phase=Phase.VERIFY))
        check_files(self._folder, self._files)
        checks, left_out = list(self._checks()), self._not_installed()
        if left_out is None:
            found = (
                "finds nothing missing" if follows_dependencies(self._lock) else "looks for nothing that it requires"
            )
            checks.append(_Check(f"pip installs it offline, by hash, and {found}", self._install))
        for check in checks:
            if faults := list(check.faults()):
                raise check.error(self._folder, faults, hint=check.hint())
            self._report(Step(text=check.text))
        self._report(PhaseFinished(phase=Phase.VERIFY, count=len(self._files), noun="file"))
        held = tuple(check.text for check in checks)
        return Verified(lock=self._lock, checks=held, left_out=() if left_out is None else (left_out,))

    def _checks(self) -> Iterator[_Check]:
        runtime = "all that was asked for is here"
        if follows_dependencies(self._lock):
            runtime += ", with all that it requires"
        yield _Check("every file has the locked SHA-256", tuple)
        yield _Check("nothing stands here that the lock does not know", self._strangers, hint=lambda: _MOVE)
        yield _Check(runtime, lambda: runtime_gaps(self._lock), NotComplete)
        yield _Check("every build has all that it requires", lambda: build_gaps(self._lock), NotComplete)
        yield _Check("what other tools read says the same as the lock", self._companions)
        yield _Check("every file says of itself what the lock says of it", self._contents, hint=self._unsound_hint)

    def _strangers(self) -> Iterator[str]:
        return (f"{path}: the lock does not know it" for path in strangers(self._folder, self._lock, self._files))

    def _companions(self) -> Iterator[str]:
        for name, data in companions(self._lock).items():
            path = self._folder / name
            if path.is_symlink() or not path.is_file():
                yield f"{name}: it is missing"
            elif path.read_bytes() != data:
                yield f"{name}: it is not what the lock gives"

    def _contents(self) -> Iterator[str]:
        pins, everything = _pins_by_file(self._lock), self._lock.inputs.options.get(WHOLE_FOLDER)
        for file in self._files:
            if file.filename not in pins and not file.fallback and not everything:
                yield f"{file.path}: nothing in the lock takes it"
            try:
                if file.kind is Kind.SDIST:
                    _check_sdist(self._folder / file.path, file)
                    continue
                if file.filename not in pins:
                    own = Expected(name=file.name, version=file.version, target=self._target)
                    check_wheel(self._folder / file.path, own)
                for target, pin in pins.get(file.filename, ()):
                    check_wheel(self._folder / file.path, self._expected(file, target, pin))
            except UnexpectedWheel as fault:
                self._unsound.append(file)
                yield from (f"{_subject(file, one)}{one}{_from(file)}" for one in fault.faults)
            except WheelforgeError as fault:
                yield fault.message

    def _unsound_hint(self) -> str:
        """Collecting again brings the same bytes of what was not built here."""
        brought = [file for file in self._unsound if file.index and file.direct is None]
        if not brought or len(brought) < len(self._unsound):
            return _ANEW
        name, version = brought[0].name, brought[0].version
        return f"exclude it with {name}!={version} in a constraints file (-c FILE), or --no-binary {name}"

    def _expected(self, file: LockedArtifact, target: Target, pin: Pin) -> Expected:
        # The tags that another target takes are not known here, and so any will do for it.
        tags = self._target.tags if target.name == self._target.name else tuple(parse_wheel_filename(file.filename)[3])
        return Expected(
            name=file.name,
            version=file.version,
            target=replace(target, tags=tags),
            requires=frozenset(pin.requires),
            overridden=self._overridden,
            extras=frozenset(pin.extras),
        )

    def _not_installed(self) -> str | None:
        """Why pip cannot try it here."""
        names = [locked.name for locked in self._lock.targets]
        if self._target.name not in names:
            return f"not installed here: it is for {', '.join(names)}, and this interpreter is {self._target.name}"
        if any(file.kind is Kind.SDIST for file in self._runtime_files()):
            return "not installed here: its sdists are not built yet"
        if left := [file.filename for file in self._runtime_files() if file.left_out]:
            return f"not installed here: {', '.join(left)} was left out with its index"
        return None

    def _install(self) -> Iterator[str]:
        wheels = self._runtime_files()
        parted = any(self._target.name in wheel.targets for wheel in wheels)
        place = self._folder / self._target.name if parted else self._folder
        return install_offline(place, wheels, closure=self._closure(wheels), bench=self._bench)

    def _closure(self, wheels: Iterable[LockedArtifact]) -> Closure:
        if not follows_dependencies(self._lock):
            return Closure.LEFT
        read = (read_metadata(self._folder / wheel.path, name=wheel.filename) for wheel in wheels)
        found = (parse_metadata(data, surety=Surety.WHEEL, origin="") for data in read)
        named = any(requirement.url for metadata in found for requirement in metadata.requires)
        return Closure.CHECKED if named else Closure.FOLLOWED

    def _runtime_files(self) -> list[LockedArtifact]:
        return [file for one in runtime_files(self._lock, self._target.name) for file in one.files]


def _pins_by_file(lock: Lock) -> Mapping[str, list[tuple[Target, Pin]]]:
    """For each file, by its name, how it is pinned, and where; a wheel that was built is pinned by its sdist."""
    pinned = [(marker_target(locked), pin) for locked in lock.targets for pin in locked.pins]
    environments = {environment.key: environment.pins for environment in lock.environments}
    builders = {locked.name: marker_target(locked) for locked in lock.targets}
    pinned += [(builders[unit.builder], pin) for unit in lock.units for pin in environments[unit.environment]]
    made = {(wheel.name, wheel.version): wheel.filename for wheel in lock.built}
    files: dict[str, list[tuple[Target, Pin]]] = {}
    for target, pin in pinned:
        for filename in {pin.artifact, made.get((pin.name, pin.version), pin.artifact)}:
            known = files.setdefault(filename, [])
            if (target, pin) not in known:
                known.append((target, pin))
    return files


def _subject(file: LockedArtifact, fault: str) -> str:
    return "" if file.filename in fault else f"{file.path}: "


def _from(file: LockedArtifact) -> str:
    """Where a file came from that was not built here."""
    return f" (it came so from {file.url or file.index})" if file.index else ""


def _check_sdist(path: Path, file: LockedArtifact) -> None:
    """Read an sdist, and what it says that it is.

    Raises:
        IntegrityError: it says another name or version, or cannot be read safely.
    """
    contents = read_sdist(path)
    if contents.pkg_info is None:
        return
    found = parse_metadata(contents.pkg_info, surety=Surety.PKG_INFO, origin=file.filename)
    if (found.name, found.version) != (file.name, file.version):
        raise IntegrityError(f"{file.path} says that it is {found.name} {found.version}")


def standing_files(folder: Path, lock: Lock) -> list[LockedArtifact]:
    """The files that must stand in a folder: all of a collected one; of a wheelhouse its wheels.

    What only builds need may have been left out of a wheelhouse.
    """
    if lock.holds is Holding.COLLECTED:
        return [file for file in lock.artifacts if not file.left_out]
    wheels = standing_wheels(lock)
    kept = (folder / BUILD_DEPS).is_dir()
    return [wheel for wheel in wheels if kept or not wheel.build_only]
