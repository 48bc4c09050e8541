"""Which files of a lock provide the runtime closure of one target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.errors import ResolutionError, UsageError
from wheelforge.model.artifacts import Kind
from wheelforge.model.lock import Holding

if TYPE_CHECKING:
    from wheelforge.model.lock import Lock, LockedArtifact, LockedTarget, Pin


@dataclass(frozen=True, slots=True, kw_only=True)
class Provided:
    """A pin of the runtime closure, and the files that can be installed for it."""

    pin: Pin
    files: tuple[LockedArtifact, ...]
    """One file of a collected folder; in a wheelhouse every wheel that was built of that version."""


def locked_target(lock: Lock, name: str) -> LockedTarget:
    """The target of that name.

    Raises:
        UsageError: the lock has no such target.
    """
    for target in lock.targets:
        if target.name == name:
            return target
    names = ", ".join(target.name for target in lock.targets) or "none"
    raise UsageError(f"the lock has no target {name!r}", hint=f"its targets: {names}")


def runtime_files(lock: Lock, target_name: str) -> tuple[Provided, ...]:
    """The files of a target's runtime closure, in the order of its pins.

    In a wheelhouse the wheels that were built stand in for their sdists.

    Raises:
        UsageError: the lock has no such target.
        ResolutionError: a wheelhouse lacks the wheel of a pin.
    """
    artifacts = {file.filename: file for file in lock.artifacts}
    return tuple(
        Provided(pin=pin, files=_files(lock, pin, artifacts[pin.artifact]))
        for pin in locked_target(lock, target_name).pins
    )


def _files(lock: Lock, pin: Pin, collected: LockedArtifact) -> tuple[LockedArtifact, ...]:
    if collected.kind is Kind.WHEEL or lock.holds is Holding.COLLECTED:
        return (collected,)
    if wheels := tuple(file for file in lock.built if (file.name, file.version) == (pin.name, pin.version)):
        return wheels
    raise ResolutionError(
        f"the wheelhouse is incomplete: no wheel of {pin.name} {pin.version} was built",
        hint=f"build {pin.artifact} first",
    )
