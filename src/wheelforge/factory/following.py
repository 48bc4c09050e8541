"""What a lock that stands in the folder counts for: it is followed, its pins are kept where they fit, or nothing."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.errors import ResolutionError
from wheelforge.events import Note, Warn
from wheelforge.factory.remembering import locked_inputs
from wheelforge.model.inputs import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.events import Reporter
    from wheelforge.model.inputs import Inputs
    from wheelforge.model.lock import Lock, LockedInputs, LockedTarget, Pin
    from wheelforge.model.targets import Target

_LISTS = (
    "requirements",
    "references",
    "locks",
    "constraints",
    "constraint_references",
    "overrides",
    "build_constraints",
)
"""What is compared of inputs as lists, each by the name of its field."""


_CHOOSING, _CHOOSING_BUILDS = ("resolution", "pre", "uploaded-prior-to"), ("build-deps-as-of",)
"""Options that say which versions are wanted at all: pins from under another one are no answer to them (uv does so)."""


class Drift(enum.Enum):
    """What becomes of a lock that the inputs have left behind."""

    RENEW = "renew"
    REFUSE = "refuse"
    """``--locked``: it is an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """How a lock from an earlier run is to be taken."""

    upgrade: frozenset[str] = frozenset()
    """Normalised names whose pins are let go, or ``:all:``."""
    drift: Drift = Drift.RENEW


class Drifted(ResolutionError):
    """The lock was made for other inputs than these, and may not be renewed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The pins of an earlier lock that may be kept."""

    lock: Lock | None = None
    upgrade: frozenset[str] = frozenset()
    keeps_builds: bool = True
    """Whether the pins of build environments count."""

    def runtime(self, target: str) -> Mapping[NormalizedName, tuple[Version, ...]]:
        """For each project the version that is tried first on a target."""
        locked = next((one for one in self._targets() if one.name == target), None)
        return {pin.name: (pin.version,) for pin in (locked.pins if locked else ()) if self._keeps(pin)}

    def builds(self, builder: str) -> Mapping[NormalizedName, set[Version]]:
        """For each project the versions that the builder's environments held."""
        pins: dict[NormalizedName, set[Version]] = {}
        if self.lock is not None and self.keeps_builds and ALL not in self.upgrade:
            keys = {unit.environment for unit in self.lock.units if unit.builder == builder}
            for environment in self.lock.environments:
                for pin in environment.pins if environment.key in keys else ():
                    if self._keeps(pin):
                        pins.setdefault(pin.name, set()).add(pin.version)
        return pins

    def _targets(self) -> Sequence[LockedTarget]:
        return self.lock.targets if self.lock is not None and ALL not in self.upgrade else ()

    def _keeps(self, pin: Pin) -> bool:
        return pin.name not in self.upgrade


def earlier(lock: Lock | None, inputs: Inputs, following: Following, report: Reporter) -> Earlier:
    """What may be kept of a lock; where its pins were chosen by another rule than holds now, that is told."""
    if lock is None or ALL in following.upgrade:
        return Earlier()
    before, now = lock.inputs.options, locked_inputs(inputs).options
    ruled = {name: (before.get(name), now.get(name)) for name in (*_CHOOSING, *_CHOOSING_BUILDS)}
    changed = [name for name, (old, new) in ruled.items() if old != new]
    freed = [name for name in changed if name in _CHOOSING]
    if changed:
        told = " and ".join(f"--{name} was {_told(ruled[name][0])} and is {_told(ruled[name][1])}" for name in changed)
        whose = "no version" if freed else "no version of a build environment"
        report(Note(text=f"{told}: {whose} is kept from the earlier lock"))
    return Earlier(lock=None if freed else lock, upgrade=following.upgrade, keeps_builds=not changed)


def serves(lock: Lock, inputs: Inputs, targets: Sequence[Target]) -> bool:
    """Whether a lock answers these inputs, so that no index need be asked."""
    return not lock.incomplete and not any(drift(lock, inputs, targets))


def check_drift(lock: Lock | None, inputs: Inputs, targets: Sequence[Target], place: str) -> None:
    """For ``--locked``: the lock is there, and made for just this.

    Raises:
        Drifted: it is not.
    """
    if lock is None:
        raise Drifted(f"{place} has no lock to follow", hint="make it without --locked first")
    if reasons := list(drift(lock, inputs, targets)):
        raise Drifted(
            "\n".join([f"the lock in {place} was made for something else:", *(f"  {one}" for one in reasons)]),
            hint="without --locked it is made anew, and keeps the pins that still fit",
        )


def drift(lock: Lock, inputs: Inputs, targets: Sequence[Target]) -> Iterator[str]:
    """How the inputs differ from those that the lock was made for, each as a clause."""
    before, now = {one.name: one for one in lock.targets}, {one.name: one for one in targets}
    for name in sorted(now.keys() - before.keys()):
        yield f"the target {name} is new"
    for name in sorted(before.keys() - now.keys()):
        yield f"the target {name} is no longer asked for"
    for name in sorted(now.keys() & before.keys()):
        if dict(before[name].environment) != dict(now[name].environment):
            yield f"the target {name} has other markers"
    yield from _changed(lock.inputs, locked_inputs(inputs))


def differing(old: Lock, new: Lock) -> Iterator[str]:
    """Which files two locks have in another form, each as a clause."""
    before, now = ({file.filename: file.sha256 for file in lock.artifacts} for lock in (old, new))
    for name in sorted(before.keys() | now.keys()):
        if name not in before:
            yield f"{name} is new"
        elif name not in now:
            yield f"{name} is no longer needed"
        elif before[name] != now[name]:
            yield f"{name} has changed: sha256:{before[name]} was locked, and it is sha256:{now[name]}"


def tell_strange_upgrades(following: Following, standing: Lock | None, report: Reporter) -> None:
    """Warn of projects whose pins are to be let go, and that the lock in the folder does not have."""
    if standing is not None and (strange := following.upgrade - {ALL} - {file.name for file in standing.artifacts}):
        report(Warn(text=f"nothing to upgrade: the lock in the folder has no {', '.join(sorted(strange))}"))


def _changed(old: LockedInputs, new: LockedInputs) -> Iterator[str]:
    for noun in _LISTS:
        one, other = getattr(old, noun), getattr(new, noun)
        kind = noun.replace("_", " ").removesuffix("s")
        yield from (f"the {kind} {text} is new" for text in other if text not in one)
        yield from (f"the {kind} {text} is no longer there" for text in one if text not in other)
        if sorted(one) == sorted(other) and one != other:
            yield f"the {kind}s stand in another order"
    for name in sorted(old.options.keys() | new.options.keys()):
        if old.options.get(name) != new.options.get(name):
            yield f"--{name} was {_told(old.options.get(name))} and is {_told(new.options.get(name))}"


def _told(value: object) -> str:
    match value:
        case None:
            return "not given"
        case True:
            return "given"
        case tuple():
            return ", ".join(map(str, value))
        case _:
            return str(value)
