"""Wheels that are made here: kept in the store, and found again under all that their bytes depend on."""

from __future__ import annotations

import hashlib
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from packaging.utils import parse_wheel_filename

from wheelforge.events import Note, UnitFailed, UnitFinished, UnitStarted
from wheelforge.factory.making import HERE
from wheelforge.forge.checks import check_promises
from wheelforge.forge.toolchain import toolchain
from wheelforge.forge.unit import Asking, UnitJob, build_unit
from wheelforge.model.artifacts import Artifact, Kind
from wheelforge.model.treatment import PLAIN, Treatment
from wheelforge.process.runner import Stopped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.events import Reporter
    from wheelforge.forge.bench import Bench
    from wheelforge.forge.checks import CheckedWheel, Expected
    from wheelforge.model.inputs import Asked
    from wheelforge.model.targets import Target
    from wheelforge.sandbox.wheels import EnvironmentWheel
    from wheelforge.store.store import Store

_MADE, _SECONDS = "made-wheels", "unit-seconds"


class MadeWheel(msgspec.Struct, frozen=True, kw_only=True):
    """A wheel in the store, as it is remembered under its content key."""

    filename: str
    sha256: str
    size: int
    fallback: bool = False
    """The index's, since the build failed."""

    def artifact(self, sdist: Artifact) -> Artifact:
        """The same as a file that stands where files of an index do."""
        _, _, build, tags = parse_wheel_filename(self.filename)
        return Artifact(
            filename=self.filename,
            name=sdist.name,
            version=sdist.version,
            kind=Kind.WHEEL,
            url="",
            index=HERE,
            sha256=self.sha256,
            size=self.size,
            tags=tags,
            build=build,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What wheels are made with."""

    bench: Bench
    store: Store
    target: Target
    report: Reporter
    logs: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A wheel that is wanted, and all that goes into it; every file was checked against its hash."""

    sdist: Path
    sha256: str
    """The sdist's."""
    wheels: tuple[EnvironmentWheel, ...]
    environment: Mapping[NormalizedName, Version]
    """What the wheels provide."""
    expected: Expected
    treatment: Treatment = PLAIN
    overrides: tuple[Asked, ...] = ()
    """See `UnitJob.overrides`."""
    asking: Asking = Asking.KNOWN

    @property
    def subject(self) -> str:
        """What messages call it: ``flask 3.1.3``."""
        return f"{self.expected.name} {self.expected.version}"

    @property
    def log(self) -> str:
        """The name of the file that has all that its backend prints."""
        return f"{self.expected.name}-{self.expected.version}.log"


class WheelMaker:
    """Makes wheels, or finds those that were made of the same content. For any thread."""

    def __init__(self, equipment: Equipment) -> None:
        self._equipment = equipment

    def wheel(self, order: Order) -> MadeWheel:
        """The wheel that is ordered, in the store.

        Raises:
            BuildError: a hook failed, asks for something new, or its wheel is not what was expected.
        """
        report = self._equipment.report
        if (found := self._find(order)) is not None:
            report(UnitFinished(subject=order.subject, wheel=found.filename, seconds=0.0, cached=True))
            return found
        report(UnitStarted(subject=order.subject))
        began = time.monotonic()
        try:
            made = self._make(order)
        except Stopped:
            raise
        except Exception:
            report(UnitFailed(subject=order.subject, log=self._equipment.logs / order.log))
            raise
        seconds = time.monotonic() - began
        self._equipment.store.records.write(_SECONDS, self._told(order.subject), seconds)
        report(UnitFinished(subject=order.subject, wheel=made.filename, seconds=seconds, cached=False))
        return made

    def seconds(self, subject: str) -> float | None:
        """How long a build took when it was last done here; ``subject`` as `Order.subject` has it."""
        return self._equipment.store.records.read(_SECONDS, self._told(subject), float)

    def _find(self, order: Order) -> MadeWheel | None:
        """A wheel made from the same content: pure ones whatever the toolchain, others by the same one.

        Raises:
            UnexpectedWheel: it is not what is expected.
        """
        store = self._equipment.store
        for key in self._keys(order):
            made = store.records.read(_MADE, key, MadeWheel)
            wheel = None if made is None else store.blobs.checked(made.sha256)
            if made is not None and wheel is not None:
                self._tell(check_promises(wheel, made.filename, order.expected))
                return made
        return None

    def _make(self, order: Order) -> MadeWheel:
        equipment, store = self._equipment, self._equipment.store
        with tempfile.TemporaryDirectory(prefix="wheelforge-", ignore_cleanup_errors=True) as output:
            job = self._job(order, Path(output))
            job.log.parent.mkdir(parents=True, exist_ok=True)
            job.log.unlink(missing_ok=True)
            wheel, checked = build_unit(job, equipment.bench)
            self._tell(checked)
            made = MadeWheel(filename=checked.filename, sha256=store.blobs.add(wheel), size=checked.size)
        pure, platform = self._keys(order)
        store.records.write(_MADE, pure if _is_pure(made.filename) else platform, made)
        return made

    def _job(self, order: Order, output: Path) -> UnitJob:
        return UnitJob(
            subject=order.subject,
            sdist=order.sdist,
            wheels=order.wheels,
            environment=order.environment,
            builder=self._equipment.target,
            expected=order.expected,
            log=self._equipment.logs / order.log,
            output=output,
            treatment=order.treatment,
            overrides=order.overrides,
            asking=order.asking,
        )

    def _keys(self, order: Order) -> tuple[str, str]:
        """The content keys of a pure wheel and of a platform wheel: equal keys give equal bytes."""
        lines = [
            order.sha256,
            *sorted(f"{wheel.filename} {wheel.sha256}" for wheel in order.wheels),
            self._equipment.bench.conditions,
            order.treatment.fingerprint,
        ]
        pure = hashlib.sha256("\n".join(lines).encode())
        platform = hashlib.sha256("\n".join([*lines, toolchain()]).encode())
        return pure.hexdigest(), platform.hexdigest()

    def _told(self, subject: str) -> str:
        name, _, version = subject.partition(" ")
        return hashlib.sha256(f"{name}=={version} {self._equipment.target.name}".encode()).hexdigest()

    def _tell(self, checked: CheckedWheel) -> None:
        for remark in checked.remarks:
            self._equipment.report(Note(text=f"{checked.filename}: {remark}"))


def _is_pure(filename: str) -> bool:
    _, _, _, tags = parse_wheel_filename(filename)
    return all(tag.platform == "any" for tag in tags)
