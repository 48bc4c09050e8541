"""The part of a lock that concerns some of its targets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from wheelforge.model.lock import Lock, LockedArtifact, LockedTarget


def for_targets(lock: Lock, names: Collection[str]) -> Lock:
    """The same lock for these targets alone: their pins, their units, the files of both, and what is not known there.

    The order of the units stays; their numbers are made anew.
    """
    targets = tuple(target for target in lock.targets if target.name in names)
    if targets == lock.targets:
        return lock
    units = [unit for unit in lock.units if unit.builder in names]
    keys = {unit.environment for unit in units}
    environments = tuple(environment for environment in lock.environments if environment.key in keys)
    shipped = {pin.artifact for target in targets for pin in target.pins}
    needed = {pin.artifact for environment in environments for pin in environment.pins}
    artifacts = tuple(_files(lock, shipped, needed, names))
    kept = {file.filename for file in artifacts}
    return replace(
        lock,
        targets=targets,
        incomplete=tuple(_reasons(lock, targets)),
        artifacts=artifacts,
        environments=environments,
        units=tuple(replace(unit, order=order) for order, unit in enumerate(sorted(units, key=lambda one: one.order))),
        expected=tuple(one for one in lock.expected if one.artifact in kept),
    )


def _reasons(lock: Lock, targets: Iterable[LockedTarget]) -> Iterator[str]:
    """Why the set may be incomplete, for all or for one of these."""
    somewhere = {reason for target in lock.targets for reason in target.incomplete}
    here = {reason for target in targets for reason in target.incomplete}
    return (reason for reason in lock.incomplete if reason in here or reason not in somewhere)


def _files(
    lock: Lock, shipped: Collection[str], needed: Collection[str], names: Collection[str]
) -> Iterator[LockedArtifact]:
    """What is shipped or needed, and the fall-backs of that, each in its place."""
    kept = {(file.name, file.version) for file in lock.artifacts if file.filename in {*shipped, *needed}}
    for file in lock.artifacts:
        if file.filename in shipped or file.filename in needed or (file.fallback and (file.name, file.version) in kept):
            own = tuple(name for name in file.targets if name in names)
            # What is shipped to others only is needed by builds here, and stands with what they need.
            alone = bool(file.targets) and not own
            yield replace(
                file, targets=own, build_only=file.build_only or alone, for_builds=file.for_builds and not alone
            )
