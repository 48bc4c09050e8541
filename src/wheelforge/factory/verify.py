"""Verify: proves a collected folder or a wheelhouse whole. Each check tells its result, and all its faults at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.utils import parse_wheel_filename

from wheelforge.archives.sdist import read_sdist
from wheelforge.archives.wheel import read_metadata
from wheelforge.errors import IntegrityError, ResolutionError, WheelforgeError
from wheelforge.events import Phase, PhaseFinished, PhaseStarted, Step
from wheelforge.factory.companions import companions
from wheelforge.factory.folder import BUILD_DEPS, check_files, read_lock
from wheelforge.factory.trial import Closure, install_offline
from wheelforge.factory.wheelhouse import standing_wheels
from wheelforge.forge.checks import Expected, check_wheel
from wheelforge.formats.lock_files import runtime_files
from wheelforge.metadata.core import parse_metadata
from wheelforge.model.artifacts import Kind
from wheelforge.model.lock import Holding
from wheelforge.model.metadata import Surety
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

    def __init__(self, folder: Path, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(_listed(f"{folder} is not whole:", faults), hint=_ANEW)


class NotComplete(ResolutionError):
    """Something is missing from what a lock says itself; ``faults`` are told one a line."""

    def __init__(self, folder: Path, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(_listed(f"{folder} is not complete:", faults), hint=_ANEW)


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
    hint: str | None = None
    """What to do, where it is something else than to make the folder again."""


class _Verifier:
    def __init__(self, folder: Path, target: Target, bench: Bench, report: Reporter) -> None:
        self._folder = folder
        self._target = target
        self._bench = bench
        self._report = report
        self._lock = read_lock(folder)
        self._files = standing_files(folder, self._lock)

    def run(self) -> Verified:
        self._report(PhaseStarted(phase=Phase.VERIFY))
        check_files(self._folder, self._files)
        checks, left_out = list(self._checks()), self._not_installed()
        if left_out is None:
            checks.append(_Check("pip installs it offline, by hash, and finds nothing missing", self._install))
        for check in checks:
            if faults := list(check.faults()):
                fault = check.error(self._folder, faults)
                fault.hint = check.hint or fault.hint
                raise fault
            self._report(Step(text=check.text))
        self._report(PhaseFinished(phase=Phase.VERIFY, count=len(self._files), noun="file"))
        held = tuple(check.text for check in checks)
        return Verified(lock=self._lock, checks=held, left_out=() if left_out is None else (left_out,))

    def _checks(self) -> Iterator[_Check]:
        runtime = "all that was asked for is here"
        if follows_dependencies(self._lock):
            runtime += ", with all that it requires"
        yield _Check("every file has the locked SHA-256", tuple)
        yield _Check("nothing stands here that the lock does not know", self._strangers, hint=_MOVE)
        yield _Check(runtime, lambda: runtime_gaps(self._lock), NotComplete)
        yield _Check("every build has all that it requires", lambda: build_gaps(self._lock), NotComplete)
        yield _Check("what other tools read says the same as the lock", self._companions)
        yield _Check("every file says of itself what the lock says of it", self._contents)

    def _strangers(self) -> Iterator[str]:
        known = {path for file in self._files for path in file.paths}
        inner = {BUILD_DEPS, *(target for file in self._files for target in file.targets)}
        for place in (self._folder, *(self._folder / name for name in sorted(inner))):
            for path in sorted(place.glob("*")):
                told = path.relative_to(self._folder).as_posix()
                if path.name.endswith((".whl", ".tar.gz", ".zip")) and told not in known:
                    yield f"{told}: the lock does not know it"

    def _companions(self) -> Iterator[str]:
        for name, data in companions(self._lock).items():
            path = self._folder / name
            if path.is_symlink() or not path.is_file():
                yield f"{name}: it is missing"
            elif path.read_bytes() != data:
                yield f"{name}: it is not what the lock gives"

    def _contents(self) -> Iterator[str]:
        pins = _pins_by_file(self._lock)
        for file in self._files:
            if file.filename not in pins and not file.fallback:
                yield f"{file.path}: nothing in the lock takes it"
            try:
                if file.kind is Kind.SDIST:
                    _check_sdist(self._folder / file.path, file)
                    continue
                for target, pin in pins.get(file.filename, ()):
                    check_wheel(self._folder / file.path, self._expected(file, target, pin))
            except WheelforgeError as fault:
                yield fault.message

    def _expected(self, file: LockedArtifact, target: Target, pin: Pin) -> Expected:
        # The tags that another target takes are not known here, and so any will do for it.
        tags = self._target.tags if target.name == self._target.name else tuple(parse_wheel_filename(file.filename)[3])
        return Expected(
            name=file.name,
            version=file.version,
            target=replace(target, tags=tags),
            requires=frozenset(pin.requires),
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
    kept = (folder / "build-deps").is_dir()
    return [wheel for wheel in wheels if kept or not wheel.build_only]
