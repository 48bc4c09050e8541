"""Makes the wheel of one unit, or finds it in the store where the same one was made before."""

from __future__ import annotations

import hashlib
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from packaging.tags import Tag
from packaging.utils import parse_wheel_filename

from wheelforge.errors import BuildError
from wheelforge.events import Note, UnitFailed, UnitFinished, UnitStarted, Warn
from wheelforge.forge.checks import Expected, check_promises
from wheelforge.forge.toolchain import toolchain
from wheelforge.forge.unit import UnitJob, build_unit
from wheelforge.model.artifacts import Kind
from wheelforge.process.runner import Stopped
from wheelforge.sandbox.wheels import EnvironmentWheel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wheelforge.events import Reporter
    from wheelforge.forge.bench import Bench
    from wheelforge.forge.checks import CheckedWheel
    from wheelforge.model.lock import BuildEnvironment, Lock, LockedArtifact, Pin, Unit
    from wheelforge.model.targets import Target
    from wheelforge.store.store import Store

_MADE, _SECONDS = "made-wheels", "unit-seconds"


class MadeWheel(msgspec.Struct, frozen=True, kw_only=True):
    """A wheel in the store, as it is remembered under its content key."""

    filename: str
    sha256: str
    size: int
    fallback: bool = False
    """The index's, since the build failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What a workshop works with."""

    bench: Bench
    store: Store
    target: Target
    report: Reporter
    logs: Path


class Workshop:
    """Builds the units of one lock, whose files stand checked in ``folder``."""

    def __init__(self, lock: Lock, folder: Path, equipment: Equipment) -> None:
        self._lock = lock
        self._folder = folder
        self._equipment = equipment
        self._artifacts = {artifact.filename: artifact for artifact in lock.artifacts}
        self._environments = {environment.key: environment for environment in lock.environments}
        self._units = {unit.artifact: unit for unit in lock.units}
        self._pins = _pins_by_file(lock)
        self.made: dict[str, MadeWheel] = {}
        """What is done, by the file name of the sdist."""

    def needs(self) -> dict[str, list[str]]:
        """For each unit those that must be built before it."""
        return {unit.artifact: self._needs(unit) for unit in self._lock.units}

    def seconds(self) -> dict[str, float]:
        """How long units took when they were last built here."""
        recorded = {
            unit.artifact: self._equipment.store.records.get(_SECONDS, _told(unit)) for unit in self._lock.units
        }
        return {filename: float(value) for filename, value in recorded.items() if value is not None}

    def make(self, filename: str) -> None:
        """Make one unit's wheel; all that it needs is made. For any thread."""
        unit, report = self._units[filename], self._equipment.report
        subject = f"{unit.name} {unit.version}"
        wheels = self._wheels(self._environments[unit.environment])
        found = self._find(unit, wheels)
        if found is not None:
            self.made[filename] = found
            report(UnitFinished(subject=subject, wheel=found.filename, seconds=0.0, cached=True))
            return
        report(UnitStarted(subject=subject))
        began = time.monotonic()
        try:
            self.made[filename] = self._build(unit, wheels)
        except Stopped:
            raise
        except Exception as fault:  # noqa: BLE001 - raised again where nothing stands in for the wheel
            report(UnitFailed(subject=subject, log=self._log(unit)))
            self.made[filename] = self._instead(unit, fault)
            return
        seconds = time.monotonic() - began
        self._equipment.store.records.put(_SECONDS, _told(unit), f"{seconds:.3f}".encode())
        report(UnitFinished(subject=subject, wheel=self.made[filename].filename, seconds=seconds, cached=False))

    def _instead(self, unit: Unit, fault: Exception) -> MadeWheel:
        """The index's wheel that was collected for where this build fails.

        Raises:
            Exception: the fault itself, where there is none, or where it is not the build's.
        """
        for file in self._lock.artifacts if isinstance(fault, BuildError) else ():
            tags = parse_wheel_filename(file.filename)[3] if file.fallback else frozenset[Tag]()
            fits = self._equipment.target.rank(tags) is not None
            if fits and (file.name, file.version) == (unit.name, unit.version):
                self._taken(file)
                text = f"{unit.name} {unit.version} was not built: the index's {file.filename} is taken instead"
                self._equipment.report(Warn(text=text, hint=f"what went wrong: {self._log(unit)}"))
                return MadeWheel(filename=file.filename, sha256=file.sha256, size=file.size, fallback=True)
        raise fault

    def _needs(self, unit: Unit) -> list[str]:
        pins = self._environments[unit.environment].pins
        return sorted(pin.artifact for pin in pins if self._artifacts[pin.artifact].kind is Kind.SDIST)

    def _log(self, unit: Unit) -> Path:
        return self._equipment.logs / f"{unit.name}-{unit.version}.log"

    def _wheels(self, environment: BuildEnvironment) -> tuple[EnvironmentWheel, ...]:
        return tuple(self._wheel(self._artifacts[pin.artifact]) for pin in environment.pins)

    def _wheel(self, artifact: LockedArtifact) -> EnvironmentWheel:
        if artifact.kind is Kind.WHEEL:
            return EnvironmentWheel(path=self._taken(artifact), sha256=artifact.sha256, filename=artifact.filename)
        made = self.made[artifact.filename]
        path = self._equipment.store.blobs.path(made.sha256)
        return EnvironmentWheel(path=path, sha256=made.sha256, filename=made.filename)

    def _taken(self, artifact: LockedArtifact) -> Path:
        """A file of the folder as it stands in the store: nobody changes it between its check and its use.

        Raises:
            HashMismatch: it was changed since the folder was checked.
        """
        blobs = self._equipment.store.blobs
        if blobs.checked(artifact.sha256) is None:
            blobs.add(self._folder / artifact.path, expected=artifact.sha256)
        return blobs.path(artifact.sha256)

    def _find(self, unit: Unit, wheels: tuple[EnvironmentWheel, ...]) -> MadeWheel | None:
        """A wheel made from the same content: pure ones whatever the toolchain, others by the same one.

        Raises:
            UnexpectedWheel: it is not what this lock expects.
        """
        blobs = self._equipment.store.blobs
        for key in self._keys(unit, wheels):
            record = self._equipment.store.records.get(_MADE, key)
            if record is not None:
                made = msgspec.json.decode(record, type=MadeWheel)
                wheel = blobs.checked(made.sha256)
                if wheel is not None:
                    self._tell(check_promises(wheel, made.filename, self._expected(unit)))
                    return made
        return None

    def _keys(self, unit: Unit, wheels: tuple[EnvironmentWheel, ...]) -> tuple[str, str]:
        """The content keys of a pure wheel and of a platform wheel."""
        lines = [
            self._artifacts[unit.artifact].sha256,
            *sorted(f"{wheel.filename} {wheel.sha256}" for wheel in wheels),
            self._equipment.bench.conditions,
        ]
        pure = hashlib.sha256("\n".join(lines).encode())
        platform = hashlib.sha256("\n".join([*lines, toolchain()]).encode())
        return pure.hexdigest(), platform.hexdigest()

    def _build(self, unit: Unit, wheels: tuple[EnvironmentWheel, ...]) -> MadeWheel:
        with tempfile.TemporaryDirectory(prefix="wheelforge-", ignore_cleanup_errors=True) as output:
            job = self._job(unit, wheels, Path(output))
            job.log.parent.mkdir(parents=True, exist_ok=True)
            job.log.unlink(missing_ok=True)
            wheel, checked = build_unit(job, self._equipment.bench)
            self._tell(checked)
            store = self._equipment.store
            made = MadeWheel(filename=checked.filename, sha256=store.blobs.add(wheel), size=checked.size)
        pure, platform = self._keys(unit, wheels)
        key = pure if _is_pure(made.filename) else platform
        store.records.put(_MADE, key, msgspec.json.encode(made))
        return made

    def _job(self, unit: Unit, wheels: tuple[EnvironmentWheel, ...], output: Path) -> UnitJob:
        return UnitJob(
            subject=f"{unit.name} {unit.version}",
            sdist=self._taken(self._artifacts[unit.artifact]),
            wheels=wheels,
            environment={pin.name: pin.version for pin in self._environments[unit.environment].pins},
            builder=self._equipment.target,
            expected=self._expected(unit),
            log=self._log(unit),
            output=output,
        )

    def _expected(self, unit: Unit) -> Expected:
        pin = self._pins[unit.artifact]
        return Expected(
            name=unit.name,
            version=unit.version,
            target=self._equipment.target,
            requires=frozenset(pin.requires),
            extras=frozenset(pin.extras),
            shapes=tuple(one for one in self._lock.expected if one.artifact == unit.artifact),
        )

    def _tell(self, checked: CheckedWheel) -> None:
        for remark in checked.remarks:
            self._equipment.report(Note(text=f"{checked.filename}: {remark}"))


def _pins_by_file(lock: Lock) -> Mapping[str, Pin]:
    """For each file one pin of it: what its metadata was found to require."""
    pins = [pin for environment in lock.environments for pin in environment.pins]
    pins += [pin for target in lock.targets for pin in target.pins]
    return {pin.artifact: pin for pin in pins}


def _told(unit: Unit) -> str:
    return hashlib.sha256(f"{unit.name}=={unit.version} {unit.builder}".encode()).hexdigest()


def _is_pure(filename: str) -> bool:
    _, _, _, tags = parse_wheel_filename(filename)
    return all(tag.platform == "any" for tag in tags)
