"""One unit of work: an sdist becomes a checked wheel, in exactly its environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from wheelforge.errors import BuildError
from wheelforge.forge.checks import check_wheel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.forge.bench import Bench
    from wheelforge.forge.checks import CheckedWheel, Expected
    from wheelforge.model.targets import Target
    from wheelforge.sandbox.wheels import EnvironmentWheel


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitJob:
    """All that one build needs; every file was checked against its hash."""

    subject: str
    """``flask 3.1.3``, for messages."""
    sdist: Path
    wheels: tuple[EnvironmentWheel, ...]
    environment: Mapping[NormalizedName, Version]
    """What the wheels provide."""
    builder: Target
    expected: Expected
    log: Path
    output: Path
    """A folder of its own; the wheel is left there."""


class UnlockedRequirement(BuildError):
    """At build the hook asks for what the locked environment does not hold."""


def build_unit(job: UnitJob, bench: Bench) -> tuple[Path, CheckedWheel]:
    """Ask the hook again, build, and check the wheel against what was planned.

    Raises:
        BuildError: a hook failed, asks for something new, or its wheel is not what was expected.
    """
    with bench.backend(job.sdist, job.wheels, subject=job.subject, log=job.log) as backend:
        unmet = sorted(_unmet(backend.requires_for_wheel(), job))
        if unmet:
            raise UnlockedRequirement(
                f"{job.subject}: the backend asks for {', '.join(unmet)}, which its locked environment does not hold",
                hint="collect again where hooks can be asked: in a sandbox, or with --isolation venv",
            )
        wheel = backend.build_wheel(job.output)
    return wheel, check_wheel(wheel, job.expected)


def _unmet(asked: Sequence[str], job: UnitJob) -> Iterable[str]:
    for text in asked:
        try:
            requirement = Requirement(text)
        except InvalidRequirement as fault:
            raise BuildError(f"{job.subject} asks for what is not PEP 508: {text!r}\n{fault}") from None
        version = job.environment.get(canonicalize_name(requirement.name))
        served = version is not None and requirement.specifier.contains(version, prereleases=True)
        if job.builder.evaluate(requirement.marker) and not served:
            yield text
