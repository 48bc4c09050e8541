"""Who asked for a distribution: the shortest path to it from what the user asked, for runtime and for each build."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wheelforge.plan.completeness import marker_target
from wheelforge.resolve.problem import applies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.utils import NormalizedName

    from wheelforge.model.lock import Lock, Pin, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a path."""

    subject: str
    """``flask 3.1.3``"""
    requirement: str
    """What was asked for, that this one serves."""
    reason: str
    """``asked for``, ``required``, or where a build requirement came from: ``static``, ``hook``, ``recipe``."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A distribution where it is used: at runtime (``unit`` is empty), or in the build environment of a unit."""

    unit: str
    name: NormalizedName


def paths_to(lock: Lock, name: NormalizedName) -> tuple[tuple[Step, ...], ...]:
    """The shortest path to ``name`` in each set that holds it: runtime first, then builds, the shortest first.

    Raises:
        ResolutionError: a marker in the lock compares what cannot be compared.
    """
    walk = _Walk(lock)
    found = [path for place, path in walk.paths.items() if place.name == name]
    return tuple(sorted(found, key=lambda path: (any(step.reason in _BUILD for step in path), len(path))))


_BUILD = frozenset({"static", "hook", "recipe"})


class _Walk:
    """Breadth first over all places of a lock."""

    def __init__(self, lock: Lock) -> None:
        self._units = {unit.artifact: unit for unit in lock.units}
        self._environments = {environment.key: environment.pins for environment in lock.environments}
        self._targets = list(map(marker_target, lock.targets))
        self._runtime = [pin for target in lock.targets for pin in target.pins]
        self.paths: dict[_Place, tuple[Step, ...]] = {}
        self._queue: deque[tuple[_Place, Pin]] = deque()
        self._reach("", self._runtime, ((text, "asked for") for text in _asked_for(lock)), ())
        while self._queue:
            place, pin = self._queue.popleft()
            path = self.paths[place]
            self._reach(place.unit, self._pins(place.unit), ((text, "required") for text in pin.requires), path)
            unit = self._units.get(pin.artifact)
            if unit is not None:
                self._reach(unit.artifact, self._pins(unit.artifact), _asked_by(unit), path)

    def _pins(self, unit: str) -> Iterable[Pin]:
        return self._environments[self._units[unit].environment] if unit else self._runtime

    def _reach(self, unit: str, pins: Iterable[Pin], wanted: Iterable[tuple[str, str]], path: tuple[Step, ...]) -> None:
        by_name = {pin.name: pin for pin in pins}
        for text, reason in wanted:
            requirement = Requirement(text)
            name = canonicalize_name(requirement.name)
            place, pin = _Place(unit, name), by_name.get(name)
            if pin is not None and place not in self.paths and self._applies(requirement):
                step = Step(subject=f"{pin.name} {pin.version}", requirement=text, reason=reason)
                self.paths[place] = (*path, step)
                self._queue.append((place, pin))

    def _applies(self, requirement: Requirement) -> bool:
        return any(applies(requirement, target) for target in self._targets)


def _asked_for(lock: Lock) -> Iterator[str]:
    """What the user wanted: by name, by place, or as what a lock that he gave is for, which is what nobody requires."""
    yield from (text.split(" --hash=")[0] for text in lock.inputs.requirements)
    placed = {file.filename for file in lock.artifacts if file.direct is not None}
    pins = [pin for target in lock.targets for pin in target.pins]
    required = {canonicalize_name(Requirement(text).name) for pin in pins for text in pin.requires}
    for pin in pins:
        if pin.artifact in placed or (lock.inputs.locks and pin.name not in required):
            yield f"{pin.name}[{','.join(pin.extras)}]" if pin.extras else pin.name


def _asked_by(unit: Unit) -> Iterator[tuple[str, str]]:
    for asked in unit.requires:
        yield asked.requirement, asked.source.value
