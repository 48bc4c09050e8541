"""Makes the wheels of a lock's units, each when all that it needs is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.tags import Tag
from packaging.utils import canonicalize_name, parse_wheel_filename

from wheelforge.errors import BuildError
from wheelforge.events import Warn
from wheelforge.factory.made import MadeWheel, Order, WheelMaker
from wheelforge.factory.unlocked import WHOLE_FOLDER
from wheelforge.forge.checks import Expected
from wheelforge.forge.unit import Asking
from wheelforge.model.artifacts import Kind
from wheelforge.model.inputs import Asked
from wheelforge.model.pep508 import parse_requirement
from wheelforge.plan.completeness import follows_dependencies
from wheelforge.process.runner import Stopped
from wheelforge.sandbox.wheels import EnvironmentWheel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from wheelforge.factory.made import Equipment
    from wheelforge.model.lock import BuildEnvironment, Lock, LockedArtifact, Pin, Unit


class Workshop:
    """Builds the units of one lock, whose files stand checked in ``folder``."""

    def __init__(self, lock: Lock, folder: Path, equipment: Equipment) -> None:
        self._lock = lock
        self._folder = folder
        self._equipment = equipment
        self._maker = WheelMaker(equipment)
        self._artifacts = {artifact.filename: artifact for artifact in lock.artifacts}
        self._environments = {environment.key: environment for environment in lock.environments}
        self._units = {unit.artifact: unit for unit in lock.units}
        self._pins = _pins_by_file(lock)
        self._overrides = tuple(_overrides(lock))
        self.made: dict[str, MadeWheel] = {}
        """What is done, by the file name of the sdist."""

    def needs(self) -> dict[str, list[str]]:
        """For each unit those that must be built before it."""
        return {unit.artifact: self._needs(unit) for unit in self._lock.units}

    def seconds(self) -> dict[str, float]:
        """How long units took when they were last built here."""
        recorded = {unit.artifact: self._maker.seconds(f"{unit.name} {unit.version}") for unit in self._lock.units}
        return {filename: seconds for filename, seconds in recorded.items() if seconds is not None}

    def make(self, filename: str) -> None:
        """Make one unit's wheel; all that it needs is made. For any thread."""
        unit = self._units[filename]
        order = self._order(unit)
        try:
            self.made[filename] = self._maker.wheel(order)
        except Stopped:
            raise
        except Exception as fault:  # noqa: BLE001 - raised again where nothing stands in for the wheel
            self.made[filename] = self._instead(unit, self._equipment.logs / order.log, fault)

    def _instead(self, unit: Unit, log: Path, fault: Exception) -> MadeWheel:
        """The wheel that stands in the folder for where this build fails.

        Raises:
            Exception: the fault itself, where there is none, or where it is not the build's.
        """
        for file in self._lock.artifacts if isinstance(fault, BuildError) else ():
            tags = parse_wheel_filename(file.filename)[3] if file.fallback else frozenset[Tag]()
            fits = self._equipment.target.rank(tags) is not None
            if fits and (file.name, file.version) == (unit.name, unit.version):
                self._taken(file)
                whose = "the folder" if self._lock.inputs.options.get(WHOLE_FOLDER) else "the index"
                text = f"{unit.name} {unit.version} was not built: {whose}'s {file.filename} is taken instead"
                self._equipment.report(Warn(text=text, hint=f"what went wrong: {log}"))
                return MadeWheel(filename=file.filename, sha256=file.sha256, size=file.size, fallback=True)
        raise fault

    def _needs(self, unit: Unit) -> list[str]:
        pins = self._environments[unit.environment].pins
        return sorted(pin.artifact for pin in pins if self._artifacts[pin.artifact].kind is Kind.SDIST)

    def _order(self, unit: Unit) -> Order:
        sdist, environment = self._artifacts[unit.artifact], self._environments[unit.environment]
        return Order(
            sdist=self._taken(sdist),
            sha256=sdist.sha256,
            wheels=self._wheels(environment),
            environment={pin.name: pin.version for pin in environment.pins},
            expected=self._expected(unit),
            treatment=unit.treatment,
            overrides=self._overrides,
            asking=Asking.UNASKED if self._lock.incomplete and not unit.hooks else Asking.KNOWN,
        )

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

    def _expected(self, unit: Unit) -> Expected:
        pin = self._pins.get(unit.artifact)
        # Without its dependencies nobody asked what an sdist requires that does not say so itself.
        requires = None if pin is None or not self._is_followed(unit) else frozenset(pin.requires)
        return Expected(
            name=unit.name,
            version=unit.version,
            target=self._equipment.target,
            requires=requires,
            overridden=frozenset(canonicalize_name(one.requirement.name) for one in self._overrides),
            extras=frozenset() if pin is None else frozenset(pin.extras),
            shapes=tuple(one for one in self._lock.expected if one.artifact == unit.artifact),
        )

    def _is_followed(self, unit: Unit) -> bool:
        """Whether its dependencies were collected, and so must be known."""
        return follows_dependencies(self._lock) or any(
            pin.artifact == unit.artifact for environment in self._lock.environments for pin in environment.pins
        )


def _overrides(lock: Lock) -> Iterator[Asked]:
    for text in lock.inputs.overrides:
        yield Asked(requirement=parse_requirement(text.partition(" --hash=")[0]), origin="the lock")


def _pins_by_file(lock: Lock) -> Mapping[str, Pin]:
    """For each file one pin of it: what its metadata was found to require."""
    pins = [pin for environment in lock.environments for pin in environment.pins]
    pins += [pin for target in lock.targets for pin in target.pins]
    return {pin.artifact: pin for pin in pins}
