"""One unit of work: an sdist becomes a checked wheel, in exactly its environment."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement
from packaging.utils import canonicalize_name

from wheelforge.errors import BuildError
from wheelforge.forge.bench import Work
from wheelforge.forge.checks import check_wheel
from wheelforge.model.inputs import Formats
from wheelforge.model.pep508 import parse_requirement
from wheelforge.model.treatment import PLAIN, Treatment
from wheelforge.resolve.problem import Problem, applies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.forge.bench import Bench
    from wheelforge.forge.checks import CheckedWheel, Expected
    from wheelforge.model.inputs import Asked
    from wheelforge.model.targets import Target
    from wheelforge.sandbox.wheels import EnvironmentWheel


class Asking(enum.Enum):
    """Whether a backend was asked at collect; each with what helps where its build needs more than is locked."""

    KNOWN = "collect again: its backend does not ask for what it asked for at collect"
    UNASKED = "collect again where its backend can be asked: without --static, in a sandbox or with --isolation venv"


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
    treatment: Treatment = PLAIN
    overrides: tuple[Asked, ...] = ()
    """What counted in the environment instead of all that was asked for of these projects."""
    asking: Asking = Asking.KNOWN


class UnlockedRequirement(BuildError):
    """At build the hook asks for what the locked environment does not hold."""


def build_unit(job: UnitJob, bench: Bench) -> tuple[Path, CheckedWheel]:
    """Ask the hook again, build, and check the wheel against what was planned.

    Raises:
        BuildError: a hook failed, asks for something new, or its wheel is not what was expected.
    """
    work = Work(sdist=job.sdist, wheels=job.wheels, subject=job.subject, log=job.log, treatment=job.treatment)
    with bench.backend(work) as backend:
        unmet = sorted(_unmet(backend.requires_for_wheel(), job))
        if unmet:
            raise UnlockedRequirement(
                f"{job.subject}: the backend asks for {', '.join(unmet)}, which its locked environment does not hold",
                hint=job.asking.value,
            )
        wheel = backend.build_wheel(job.output)
    return wheel, check_wheel(wheel, job.expected)


def _unmet(asked: Sequence[str], job: UnitJob) -> Iterable[str]:
    for text in asked:
        try:
            requirement = parse_requirement(text)
        except InvalidRequirement as fault:
            why = str(fault).partition("\n")[0]
            raise BuildError(f"{job.subject} asks for what is not PEP 508: {text[:200]!r}\n{why}") from None
        if canonicalize_name(requirement.name) in {*job.treatment.removes, *job.treatment.provided}:
            continue
        # As where the environment was planned, a requirement for other builders is nothing that could be overridden.
        if applies(requirement, job.builder) and not all(_served(requirement, job)):
            yield text


def _served(requirement: Requirement, job: UnitJob) -> Iterator[bool]:
    """Whether the environment serves what counts for a requirement: itself, or each of its overrides."""
    question = Problem(subject=job.subject, target=job.builder, roots=(), formats=Formats(), overrides=job.overrides)
    for stated in question.instead(requirement, None):
        if applies(stated.requirement, job.builder):
            version = job.environment.get(canonicalize_name(stated.requirement.name))
            yield version is not None and stated.requirement.specifier.contains(version, prereleases=True)
