"""What the build of one sdist asks for: statically, by its hook, and by recipes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement
from packaging.utils import canonicalize_name

from wheelforge.errors import BuildError
from wheelforge.model.lock import BuildRequirement, Source
from wheelforge.model.pep508 import parse_requirement
from wheelforge.model.told import printable
from wheelforge.plan.silent import is_silent, is_silent_among
from wheelforge.resolve.problem import applies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.model.metadata import BuildSystem
    from wheelforge.model.targets import Target
    from wheelforge.model.treatment import Treatment
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Solution


class NoRequirement(BuildError):
    """What the build of an sdist asks for is nothing that can be looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """An sdist, and all that its build asks for as far as it is known."""

    sdist: Candidate
    system: BuildSystem
    treatment: Treatment
    told: tuple[BuildRequirement, ...]
    """Who asks for what, whether it counts on the builder or not."""
    hooks: Solution | None = None
    """The environment in which its backend was asked; ``None`` where it was not."""
    incomplete: str = ""
    """Why its build may need more than that; empty where it does not."""

    @property
    def is_silent(self) -> bool:
        """Whether its backend is known to ask for nothing more; what is not built as it stands may always."""
        return not self.treatment.fingerprint and is_silent(self.system)

    def is_silent_among(self, environment: Solution) -> bool:
        """Whether it is known to ask for nothing more in this environment."""
        return not self.treatment.fingerprint and is_silent_among(self.system, _versions(environment))

    def is_known_among(self, environment: Solution) -> bool:
        """Whether all was done to learn what its backend asks for in this environment.

        It is asked among what its sdist requires statically, and what it asks for comes to that: so only the versions
        count of what stood there when it was asked.
        """
        if self.is_silent or self.incomplete or self.is_silent_among(environment):
            return True
        here = _versions(environment)
        return self.hooks is not None and all(
            here.get(name, version) == version for name, version in _versions(self.hooks).items()
        )

    @property
    def unasked(self) -> Need:
        """The same as if its backend had not been asked."""
        told = tuple(one for one in self.told if one.source is not Source.HOOK)
        return replace(self, told=told, hooks=None, incomplete="")

    @property
    def from_hook(self) -> tuple[str, ...]:
        """What its backend asked for beyond the rest."""
        return tuple(one.requirement for one in self.told if one.source is Source.HOOK)

    def requires_on(self, target: Target) -> tuple[Requirement, ...]:
        """What of it counts on a target."""
        read = (build_requirement(one.requirement, self.sdist) for one in self.told)
        return tuple(requirement for requirement in read if applies(requirement, target))

    def answered(self, answer: Iterable[str], environment: Solution) -> Need:
        """The same with what its hook asks for beyond that, which it was asked in an environment."""
        known = {str(build_requirement(one.requirement, self.sdist)) for one in self.told}
        more = [text for text in sorted(set(answer)) if str(build_requirement(text, self.sdist)) not in known]
        own = _kept(_told(more, Source.HOOK), self.treatment, self.sdist)
        static = [one for one in self.told if one.source is Source.STATIC]
        rest = [one for one in self.told if one.source is not Source.STATIC]
        return replace(self, told=(*static, *own, *rest), hooks=environment)


def static_need(sdist: Candidate, system: BuildSystem, treatment: Treatment) -> Need:
    """What an sdist asks for statically, as recipes change it.

    Raises:
        BuildError: it asks for what is no requirement.
    """
    own = _kept(_told(system.requires, Source.STATIC), treatment, sdist)
    told = (*own, *_told(treatment.adds, Source.RECIPE))
    return Need(sdist=sdist, system=system, treatment=treatment, told=told)


def wanted(texts: Iterable[str], treatment: Treatment, subject: object) -> tuple[str, ...]:
    """The requirements of a build as recipes change them, for who needs to know no more of them."""
    kept = _kept(_told(texts, Source.STATIC), treatment, subject)
    return (*(one.requirement for one in kept), *treatment.adds)


def build_requirement(text: str, subject: object) -> Requirement:
    """Read what the build of an sdist asks for.

    Raises:
        NoRequirement: it is no requirement, or one by URL.
    """
    try:
        requirement = parse_requirement(text)
    except InvalidRequirement as fault:
        why = printable(str(fault).partition("\n")[0])
        what = f"{subject} asks for a build requirement that is not PEP 508: {text[:200]!r}"
        raise NoRequirement(f"{what}\n{why}") from None
    if requirement.url is not None:
        raise NoRequirement(f"{subject} asks for a build requirement by URL, which is not taken: {text!r}")
    return requirement


def _versions(environment: Solution) -> dict[NormalizedName, Version]:
    return {choice.candidate.name: choice.candidate.version for choice in environment.choices}


def _kept(told: Iterable[BuildRequirement], treatment: Treatment, subject: object) -> Iterator[BuildRequirement]:
    """What is left of an sdist's own requirements; a tool that is provided is not collected."""
    dropped = {*treatment.removes, *treatment.provided}
    for one in told:
        if canonicalize_name(build_requirement(one.requirement, subject).name) not in dropped:
            yield one


def _told(texts: Iterable[str], source: Source) -> tuple[BuildRequirement, ...]:
    return tuple(BuildRequirement(requirement=_one_line(text), source=source) for text in texts)


def _one_line(text: str) -> str:
    """A requirement as written, but for line ends and tabs, which PEP 508 takes for blanks."""
    return " ".join(text.split())
