"""Verify: proves a collected folder or a wheelhouse whole. Each check tells its result, all faults come in one go."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wheelforge.archives.sdist import read_sdist
from wheelforge.errors import IntegrityError, WheelforgeError
from wheelforge.events import Phase, PhaseFinished, PhaseStarted, Step
from wheelforge.factory.folder import check_files, read_lock
from wheelforge.factory.trial import install_offline
from wheelforge.factory.wheelhouse import standing_wheels
from wheelforge.forge.checks import Expected, check_wheel
from wheelforge.formats.lock_files import runtime_files
from wheelforge.model.artifacts import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from wheelforge.events import Reporter
    from wheelforge.forge.bench import Bench
    from wheelforge.model.lock import Lock, LockedArtifact, LockedTarget
    from wheelforge.model.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was proved."""

    lock: Lock
    checks: tuple[str, ...]
    """One sentence a check that held."""


class NotWhole(IntegrityError):
    """A folder is not what its lock says; ``faults`` are told one a line."""

    def __init__(self, folder: Path, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        lines = [f"{folder} is not whole:", *(f"  {fault}" for fault in faults)]
        super().__init__("\n".join(lines), hint="make it again with the command that made it")


async def verify(folder: Path, *, target: Target, bench: Bench, report: Reporter) -> Verified:
    """Check all that the lock of a folder promises.

    Raises:
        UsageError: this is neither a collected folder nor a wheelhouse.
        IntegrityError: something is not as promised.
    """
    return await asyncio.to_thread(_Verifier(folder, target, bench, report).run)


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
        checks: list[tuple[str, Callable[[], Iterator[str]]]] = [
            ("every file has the locked SHA-256", lambda: iter(())),
            ("nothing stands here that the lock does not know", self._strangers),
            ("every file says of itself what the lock says of it", self._contents),
            ("the runtime closure is complete", self._closure),
        ]
        if self._installable():
            checks.append(("pip installs it offline, by hash, and finds nothing missing", self._install))
        for text, check in checks:
            faults = list(check())
            if faults:
                raise NotWhole(self._folder, faults)
            self._report(Step(text=text))
        self._report(PhaseFinished(phase=Phase.VERIFY, count=len(self._files), noun="file"))
        return Verified(lock=self._lock, checks=tuple(text for text, _ in checks))

    def _strangers(self) -> Iterator[str]:
        known = {file.path for file in self._files}
        for place in (self._folder, self._folder / "build-deps"):
            for path in sorted(place.glob("*")):
                told = path.relative_to(self._folder).as_posix()
                if path.name.endswith((".whl", ".tar.gz", ".zip")) and told not in known:
                    yield f"{told}: the lock does not know it"

    def _contents(self) -> Iterator[str]:
        requires = {pin.artifact: pin for locked in self._lock.targets for pin in locked.pins}
        for file in self._files:
            path = self._folder / file.path
            try:
                if file.kind is Kind.SDIST:
                    read_sdist(path)
                    continue
                pin = requires.get(file.filename)
                expected = Expected(
                    name=file.name,
                    version=file.version,
                    target=self._target,
                    requires=None if pin is None else frozenset(pin.requires),
                    extras=frozenset() if pin is None else frozenset(pin.extras),
                )
                check_wheel(path, expected)
            except WheelforgeError as fault:
                yield fault.message

    def _closure(self) -> Iterator[str]:
        for locked in self._lock.targets:
            yield from open_ends(locked)

    def _installable(self) -> bool:
        here = any(locked.name == self._target.name for locked in self._lock.targets)
        return here and all(file.kind is Kind.WHEEL for file in self._files)

    def _install(self) -> Iterator[str]:
        provided = runtime_files(self._lock, self._target.name)
        return install_offline(self._folder, [file for one in provided for file in one.files], bench=self._bench)


def standing_files(folder: Path, lock: Lock) -> list[LockedArtifact]:
    """The files that must stand in a folder: all of a collected one; of a wheelhouse its wheels.

    What only builds need may have been left out of a wheelhouse.
    """
    if not lock.built:
        return list(lock.artifacts)
    wheels = standing_wheels(lock)
    kept = (folder / "build-deps").is_dir()
    return [wheel for wheel in wheels if kept or not wheel.build_only]


def open_ends(target: LockedTarget) -> Iterator[str]:
    """Requirements of a locked runtime closure that no pin of it serves."""
    versions = {pin.name: pin.version for pin in target.pins}
    for pin in target.pins:
        for text in pin.requires:
            requirement = Requirement(text)
            version = versions.get(canonicalize_name(requirement.name))
            if version is None:
                yield f"{pin.name} {pin.version} requires {text}, of which there is nothing"
            elif not requirement.specifier.contains(version, prereleases=True):
                yield f"{pin.name} {pin.version} requires {text}, and {version} is locked"
