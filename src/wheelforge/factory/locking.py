"""From a plan to the lock: what was asked, what was chosen, and where each file came from."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from wheelforge.model.inputs import Prefer, Resolution
from wheelforge.model.lock import (
    BuildEnvironment,
    Lock,
    LockedArtifact,
    LockedInputs,
    LockedTarget,
    Pin,
    Unit,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.inputs import Asked, Inputs
    from wheelforge.model.targets import Target
    from wheelforge.plan.units import BuildClosure, PlannedUnit
    from wheelforge.resolve.problem import Solution
    from wheelforge.simple.index import Fetched


def locked_inputs(inputs: Inputs) -> LockedInputs:
    """What was asked, as text; only options that differ from the defaults are named."""
    formats = inputs.formats
    cutoff = inputs.uploaded_prior_to
    options: dict[str, bool | str | tuple[str, ...]] = {
        "prefer": formats.prefer.value if formats.prefer is not Prefer.WHEEL else "",
        "no-binary": tuple(sorted(formats.no_binary)),
        "only-binary": tuple(sorted(formats.only_binary)),
        "seeds": tuple(sorted(inputs.seeds)),
        "build-deps": inputs.build_deps,
        "pre": inputs.allow_prereleases,
        "no-deps": inputs.no_deps,
        "require-hashes": inputs.require_hashes,
        "resolution": inputs.resolution.value if inputs.resolution is not Resolution.HIGHEST else "",
        "uploaded-prior-to": cutoff.isoformat() if cutoff is not None else "",
        "with-fallback": inputs.with_fallback,
        "align": inputs.align,
        "indexes": inputs.indexes,
        "index-pins": inputs.index_pins,
    }
    return LockedInputs(
        requirements=_texts(inputs.requirements),
        constraints=_texts(inputs.constraints),
        build_constraints=_texts(inputs.build_constraints),
        options={name: value for name, value in sorted(options.items()) if value},
    )


def _texts(asked: Iterable[Asked]) -> tuple[str, ...]:
    return tuple(
        " ".join([str(one.requirement), *(f"--hash=sha256:{digest}" for digest in sorted(one.hashes))]) for one in asked
    )


def make_lock(
    *, inputs: Inputs, target: Target, runtime: Solution, closure: BuildClosure, fetched: Mapping[str, Fetched]
) -> Lock:
    """The lock of a plan; ``fetched`` holds every chosen file, by name."""
    shipped = {choice.candidate.artifact.filename: choice.candidate.artifact for choice in runtime.choices}
    needed = {
        choice.candidate.artifact.filename: choice.candidate.artifact
        for unit in closure.units
        for choice in unit.environment.choices
    }
    environments = {environment.key: environment for unit in closure.units if (environment := _environment(unit))}
    return Lock(
        inputs=locked_inputs(inputs),
        targets=(LockedTarget(name=target.name, environment=dict(target.environment), pins=_pins(runtime)),),
        artifacts=tuple(
            _artifact(file, fetched[filename], build_only=filename not in shipped)
            for filename, file in sorted({**needed, **shipped}.items())
        ),
        environments=tuple(environments[key] for key in sorted(environments)),
        units=tuple(_unit(unit, target, order) for order, unit in enumerate(closure.units)),
        incomplete=closure.incomplete,
    )


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


def _artifact(file: Artifact, fetched: Fetched, *, build_only: bool) -> LockedArtifact:
    return LockedArtifact(
        filename=file.filename,
        name=file.name,
        version=file.version,
        kind=file.kind,
        sha256=fetched.sha256,
        size=fetched.size,
        url=file.url,
        index=file.index,
        upload_time=file.upload_time,
        build_only=build_only,
    )


def _environment(unit: PlannedUnit) -> BuildEnvironment:
    pins = _pins(unit.environment)
    lines = [f"{pin.name}=={pin.version} {pin.artifact}\n" for pin in pins]
    return BuildEnvironment(key=hashlib.sha256("".join(lines).encode()).hexdigest()[:16], pins=pins)


def _unit(unit: PlannedUnit, builder: Target, order: int) -> Unit:
    return Unit(
        artifact=unit.sdist.artifact.filename,
        name=unit.sdist.name,
        version=unit.sdist.version,
        builder=builder.name,
        backend=unit.backend,
        requires=unit.requires,
        environment=_environment(unit).key,
        order=order,
    )
