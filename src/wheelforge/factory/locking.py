"""From plans to the lock: what was chosen for each target, and where each file came from."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wheelforge.errors import IntegrityError
from wheelforge.factory.layout import Layout
from wheelforge.factory.remembering import locked_inputs
from wheelforge.model.artifacts import Kind
from wheelforge.model.lock import (
    BuildEnvironment,
    HookEnvironment,
    HookWheel,
    Lock,
    LockedArtifact,
    LockedTarget,
    Pin,
    Unit,
)
from wheelforge.simple.address import redact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from wheelforge.factory.planning import Plan
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.inputs import Inputs
    from wheelforge.model.lock import ExpectedShape
    from wheelforge.model.secrets import Secrets
    from wheelforge.model.targets import Target
    from wheelforge.plan.units import PlannedUnit
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Solution


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """The bytes of a file, as far as a lock tells of them."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The plans of all targets, and what was learnt of their files."""

    plans: tuple[Plan, ...]
    weights: Mapping[str, Weight]
    """Of every file that was chosen, by its name."""
    hook_weights: Mapping[str, Weight] = field(default_factory=dict)
    """Of every file that stood in an environment in which a backend was asked, by its name."""
    expected: tuple[ExpectedShape, ...] = ()
    incomplete: tuple[str, ...] = ()
    """What had to be believed for all targets, beside what the closures tell."""
    foreign: Mapping[str, Collection[str]] = field(default_factory=dict)
    """What had to be believed for one target alone, by its name."""
    layout: Layout = Layout.FLAT
    left_out: frozenset[str] = frozenset()
    """Names of indexes whose files are not written."""


def make_lock(inputs: Inputs, planned: Planned) -> Lock:
    """The lock of plans.

    Raises:
        IntegrityError: two targets take different files of one name.
    """
    plans = sorted(planned.plans, key=lambda plan: plan.target.name)
    environments = {one.key: one for plan in plans for unit in plan.closure.units if (one := _environment(unit))}
    asked = [unit.need.hooks for plan in plans for unit in plan.closure.units if unit.need.hooks is not None]
    hooks = {one.key: one for one in (_hook_environment(found, planned.hook_weights) for found in asked)}
    targets = tuple(_target(plan, planned.foreign.get(plan.target.name, ())) for plan in plans)
    incomplete = {*planned.incomplete, *(reason for target in targets for reason in target.incomplete)}
    units = [(unit, plan.target) for plan in plans for unit in plan.closure.units]
    return Lock(
        inputs=locked_inputs(inputs),
        targets=targets,
        artifacts=tuple(_artifacts(inputs, planned)),
        environments=tuple(environments[key] for key in sorted(environments)),
        hook_environments=tuple(hooks[key] for key in sorted(hooks)),
        units=tuple(_unit(unit, builder, order, planned.hook_weights) for order, (unit, builder) in enumerate(units)),
        expected=planned.expected,
        incomplete=tuple(sorted(incomplete)),
    )


def chosen_files(inputs: Inputs, plans: Iterable[Plan]) -> dict[str, Artifact]:
    """Every file that plans take, by its name, the fall-backs with them.

    Raises:
        IntegrityError: two targets take different files of one name.
    """
    files: dict[str, Artifact] = {}
    for plan in plans:
        for file in _taken(inputs, plan, plan.candidates()):
            if files.setdefault(file.filename, file).sha256 != file.sha256:
                other = files[file.filename]
                raise IntegrityError(
                    f"{file.filename} is another file on {file.index} than on {other.index}, and both were chosen",
                    hint=f"take it from one of them: --pin {file.name}={other.index}",
                )
    return files


def _taken(inputs: Inputs, plan: Plan, candidates: Iterable[Candidate]) -> Iterator[Artifact]:
    """The files of candidates, and what is to be fallen back on where wheels are not forbidden."""
    for candidate in candidates:
        yield candidate.artifact
        wheel = plan.fallback(candidate) if inputs.with_fallback else None
        if wheel is not None and Kind.WHEEL in inputs.formats.allowed(candidate.name):
            yield wheel


def _target(plan: Plan, believed: Iterable[str]) -> LockedTarget:
    return LockedTarget(
        name=plan.target.name,
        environment=dict(plan.target.environment),
        pins=_pins(plan.runtime),
        incomplete=tuple(sorted({*plan.closure.incomplete, *believed})),
    )


def _artifacts(inputs: Inputs, planned: Planned) -> Iterator[LockedArtifact]:
    shipped: dict[str, set[str]] = defaultdict(set)
    for plan in planned.plans:
        for file in _taken(inputs, plan, plan.shipped()):
            shipped[file.filename].add(plan.target.name)
    needed = {
        choice.candidate.artifact.filename
        for plan in planned.plans
        for unit in plan.closure.units
        for choice in unit.environment.choices
    }
    taken = {candidate.artifact.filename for plan in planned.plans for candidate in plan.candidates()}
    for filename, file in sorted(chosen_files(inputs, planned.plans).items()):
        weight, build_only = planned.weights[filename], filename not in shipped
        yield LockedArtifact(
            filename=filename,
            name=file.name,
            version=file.version,
            kind=file.kind,
            sha256=weight.sha256,
            size=weight.size,
            url=_public(file.url, inputs.secrets),
            index=file.index,
            upload_time=file.upload_time,
            build_only=build_only,
            targets=tuple(sorted(shipped[filename])) if planned.layout is Layout.PER_TARGET else (),
            for_builds=planned.layout is Layout.PER_TARGET and not build_only and filename in needed,
            fallback=filename not in taken,
            left_out=file.index in planned.left_out,
            provenance=_public(file.provenance or "", inputs.secrets) or None,
            direct=file.direct,
        )


def _public(url: str, secrets: Secrets) -> str:
    """An address that others may see: none on this machine or with a secret, and no query, which may hold a token."""
    return redact(url) if url.startswith(("https://", "http://")) and not secrets.are_in(url) else ""


def _pins(solution: Solution) -> tuple[Pin, ...]:
    return tuple(
        Pin(
            name=choice.candidate.name,
            version=choice.candidate.version,
            artifact=choice.candidate.artifact.filename,
            extras=tuple(choice.extras),
            requires=choice.requires,
        )
        for choice in solution.choices
    )


def _environment(unit: PlannedUnit) -> BuildEnvironment:
    pins = _pins(unit.environment)
    lines = [f"{pin.name}=={pin.version} {pin.artifact}\n" for pin in pins]
    return BuildEnvironment(key=hashlib.sha256("".join(lines).encode()).hexdigest()[:16], pins=pins)


def _hook_environment(solution: Solution, weights: Mapping[str, Weight]) -> HookEnvironment:
    files = sorted(choice.candidate.artifact.filename for choice in solution.choices)
    wheels = tuple(HookWheel(filename=file, sha256=weights[file].sha256) for file in files)
    lines = [f"{wheel.filename} {wheel.sha256}\n" for wheel in wheels]
    return HookEnvironment(key=hashlib.sha256("".join(lines).encode()).hexdigest()[:16], wheels=wheels)


def _unit(unit: PlannedUnit, builder: Target, order: int, weights: Mapping[str, Weight]) -> Unit:
    return Unit(
        artifact=unit.sdist.artifact.filename,
        name=unit.sdist.name,
        version=unit.sdist.version,
        builder=builder.name,
        backend=unit.need.system.backend,
        requires=unit.requires,
        environment=_environment(unit).key,
        order=order,
        treatment=unit.need.treatment.planned,
        hooks="" if unit.need.hooks is None else _hook_environment(unit.need.hooks, weights).key,
        cycles=unit.cycles,
    )
