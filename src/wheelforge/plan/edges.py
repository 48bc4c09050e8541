"""From a lock to its graph: for every requirement in it, who asked and what serves it, at runtime and in each build."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wheelforge.model.artifacts import Kind
from wheelforge.model.graph import Edge, Graph, Node, Reason
from wheelforge.plan.completeness import marker_target
from wheelforge.resolve.problem import applies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wheelforge.model.direct import DirectUrl
    from wheelforge.model.lock import Lock, LockedTarget, Pin, Unit
    from wheelforge.model.targets import Target


_HASHES = " --hash="
_BEHIND = re.compile(r"[\[;#?]")
"""What stands behind a path: extras, a marker, a fragment."""


def graph_of(lock: Lock) -> Graph:
    """The whole graph.

    Raises:
        ResolutionError: a marker in the lock compares what cannot be compared.
    """
    return Graph(nodes=tuple(_nodes(lock)), edges=(*_runtime(lock), *_builds(lock)))


def _nodes(lock: Lock) -> Iterator[Node]:
    shipped = {pin.artifact for locked in lock.targets for pin in locked.pins}
    used = {pin.artifact: pin for environment in lock.environments for pin in environment.pins}
    used |= {pin.artifact: pin for locked in lock.targets for pin in locked.pins}
    # Of a folder without a lock all versions are built, and one of each project is what it holds.
    built_here: dict[str, Pin | Unit] = {unit.artifact: unit for unit in lock.units}
    built = {(wheel.name, wheel.version): wheel.filename for wheel in lock.built}
    for filename, pin in sorted((built_here | used).items()):
        kind = Kind.WHEEL if filename.endswith(".whl") else Kind.SDIST
        yield Node(
            filename=filename,
            name=pin.name,
            version=pin.version,
            kind=kind,
            build_only=filename not in shipped,
            built=built.get((pin.name, pin.version), "") if kind is Kind.SDIST else "",
        )


@dataclass(frozen=True, slots=True)
class _Set:
    """The distributions of one scope."""

    scope: str
    pins: Sequence[Pin]
    targets: Sequence[Target]
    """Whose markers count."""

    def serve(self, source: str, texts: Iterable[str], reason: Reason) -> Iterator[Edge]:
        """An edge for each requirement that counts here and that a pin serves."""
        by_name = {pin.name: pin for pin in self.pins}
        for text in texts:
            requirement = Requirement(text)
            served = by_name.get(canonicalize_name(requirement.name))
            if served is None or not requirement.specifier.contains(served.version, prereleases=True):
                continue
            if any(applies(requirement, target) for target in self.targets):
                yield self.edge(source, served.artifact, text, reason)

    def edge(self, source: str, needs: str, requirement: str, reason: Reason) -> Edge:
        """One between two files here."""
        return Edge(scope=self.scope, source=source, needs=needs, requirement=requirement, reason=reason)

    def among(self) -> Iterator[Edge]:
        """What they require of each other."""
        for pin in self.pins:
            yield from self.serve(pin.artifact, pin.requires, Reason.REQUIRED)


def _runtime(lock: Lock) -> Iterator[Edge]:
    for locked in lock.targets:
        shipped = _Set(locked.name, locked.pins, [marker_target(locked)])
        yield from shipped.serve("", (text.split(_HASHES)[0] for text in lock.inputs.requirements), Reason.ASKED)
        yield from (shipped.edge("", pin.artifact, text, Reason.ASKED) for pin, text in _brought(lock, locked))
        yield from shipped.among()


def _builds(lock: Lock) -> Iterator[Edge]:
    targets = {locked.name: marker_target(locked) for locked in lock.targets}
    environments = {environment.key: environment.pins for environment in lock.environments}
    for unit in lock.units:
        builder = targets.get(unit.builder)
        # Where a builder is no target itself, whatever one of the targets takes is taken to count for it.
        seen = _Set(unit.artifact, environments[unit.environment], [builder] if builder else list(targets.values()))
        for asked in unit.requires:
            yield from seen.serve(unit.artifact, [asked.requirement], Reason(asked.source.value))
        yield from seen.among()


def _brought(lock: Lock, locked: LockedTarget) -> Iterator[tuple[Pin, str]]:
    """What the user wanted by its place, or as what a lock that he gave is for, which is what nobody requires."""
    placed = {file.filename: file.direct for file in lock.artifacts if file.direct is not None}
    # A constraint says where a project is, and not that it is wanted.
    bound = {text.partition(" @ ")[0] for text in lock.inputs.constraint_references}
    required = {canonicalize_name(Requirement(text).name) for pin in locked.pins for text in pin.requires}
    for pin in locked.pins:
        if pin.name in required and pin.name in bound:
            continue
        named = f"{pin.name}[{','.join(pin.extras)}]" if pin.extras else pin.name
        if pin.artifact in placed:
            found = (text for text in lock.inputs.references if _is_of(text, pin, placed[pin.artifact]))
            yield pin, next(found, named).split(_HASHES)[0]
        elif lock.inputs.locks and pin.name not in required:
            yield pin, named


def _is_of(text: str, pin: Pin, place: DirectUrl) -> bool:
    """Whether a reference, as it was written, is the one that brought a file which came from this place."""
    text = text.removeprefix("-e ")
    head, at, _ = text.partition(" @ ")
    if at:
        return canonicalize_name(head.partition("[")[0].strip()) == pin.name
    if "://" in place.url:
        return place.url in text
    written = _BEHIND.split(text)[0].strip()
    return PurePosixPath(written.removeprefix("git+").removeprefix("file:")) == PurePosixPath(place.url)
