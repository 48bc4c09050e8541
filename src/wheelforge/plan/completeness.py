"""What a lock lacks: requirements that nothing in it serves, and sdists that nothing tells how to build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wheelforge.model.artifacts import Kind
from wheelforge.model.lock import Holding
from wheelforge.model.targets import Target
from wheelforge.resolve.problem import applies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wheelforge.model.lock import Lock, LockedTarget, Pin, Unit


def follows_dependencies(lock: Lock) -> bool:
    """Whether what is named was collected with all that it requires.

    It was not with pip's ``--no-deps``, nor where a lock alone was asked for: that is law, and not added to.
    """
    inputs = lock.inputs
    alone = bool(inputs.locks) and not inputs.requirements and not inputs.references
    return not (inputs.options.get("no-deps") or alone)


def runtime_gaps(lock: Lock) -> Iterator[str]:
    """What the runtime closure lacks on any target, each as a clause.

    Raises:
        ResolutionError: a marker in the lock compares what cannot be compared.
    """
    yield from (f"it is incomplete by its own word: {reason}" for reason in lock.incomplete)
    if not lock.targets:
        yield "it is for no target"
    for locked in lock.targets:
        for text in lock.inputs.requirements:
            requirement = Requirement(text.partition(" --hash=")[0])
            if applies(requirement, marker_target(locked)) and (gap := _gap(requirement, locked.pins)):
                yield f"{requirement} was asked for, {gap}"
        if follows_dependencies(lock):
            yield from _open_ends(locked.pins)


def build_gaps(lock: Lock) -> Iterator[str]:
    """What builds lack, each as a clause.

    Raises:
        ResolutionError: a marker in the lock compares what cannot be compared.
    """
    builders = {locked.name: marker_target(locked) for locked in lock.targets}
    environments = {environment.key: environment.pins for environment in lock.environments}
    for key, pins in environments.items():
        yield from (f"in the build environment {key}, {end}" for end in _open_ends(pins))
    for unit in lock.units:
        if builder := builders.get(unit.builder):
            yield from _unit_gaps(unit, environments[unit.environment], builder)
        else:
            yield f"{unit.name} {unit.version} is built by {unit.builder}, which is none of its targets"
    planned = {unit.artifact for unit in lock.units}
    made = {(wheel.name, wheel.version) for wheel in lock.built}
    for file in lock.artifacts:
        if file.kind is Kind.SDIST and lock.inputs.options.get("build-deps") and file.filename not in planned:
            yield f"nothing tells how {file.path} is built"
        if file.kind is Kind.SDIST and lock.holds is Holding.WHEELHOUSE and (file.name, file.version) not in made:
            yield f"no wheel of {file.name} {file.version} was built"


def marker_target(locked: LockedTarget) -> Target:
    """A target as its locked markers describe it, which are those that it was collected with.

    It judges markers only: which tags it takes, and which patch releases of its Python are meant, is not in the lock.
    """
    return Target(name=locked.name, environment=locked.environment, tags=())


def _unit_gaps(unit: Unit, pins: Iterable[Pin], builder: Target) -> Iterator[str]:
    for asked in unit.requires:
        requirement = Requirement(asked.requirement)
        if applies(requirement, builder) and (gap := _gap(requirement, pins)):
            yield f"the build of {unit.name} {unit.version} requires {requirement}, {gap}"


def _open_ends(pins: Iterable[Pin]) -> Iterator[str]:
    """Requirements of pins that no pin serves."""
    for pin in pins:
        for text in pin.requires:
            if gap := _gap(Requirement(text), pins):
                yield f"{pin.name} {pin.version} requires {text}, {gap}"


def _gap(requirement: Requirement, pins: Iterable[Pin]) -> str | None:
    name = canonicalize_name(requirement.name)
    pin = next((pin for pin in pins if pin.name == name), None)
    if pin is None:
        return "of which there is nothing"
    if not requirement.specifier.contains(pin.version, prereleases=True):
        return f"and {pin.version} is locked"
    if missing := set(map(canonicalize_name, requirement.extras)) - set(map(canonicalize_name, pin.extras)):
        return f"and {pin.version} is locked without {', '.join(sorted(missing))}"
    return None
