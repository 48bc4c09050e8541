"""Of all versions that a folder has those that are pinned, and what they require that the folder does not have."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wheelforge.resolve.problem import Choice, applies, unmarked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName

    from wheelforge.model.metadata import Metadata
    from wheelforge.model.targets import Target
    from wheelforge.resolve.candidates import Candidate

    Extras = Mapping[NormalizedName, frozenset[NormalizedName]]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A file and what it says that it requires."""

    candidate: Candidate
    metadata: Metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What may be run of a folder."""

    choices: tuple[Choice, ...]
    """Of each project the newest version, a pre-release only where there is nothing else; sorted by name."""
    older: tuple[Choice, ...]
    """The other versions."""
    unserved: tuple[tuple[str, tuple[str, ...]], ...]
    """Requirements that no version in the folder serves, and who has them; both sorted."""
    is_closed: bool
    """Whether the choices serve each other."""


def standing(files: Sequence[Spoken], target: Target) -> Standing:
    """Choose among the files of a folder.

    Raises:
        ResolutionError: a marker compares what cannot be compared.
    """
    newest: dict[NormalizedName, Spoken] = {}
    for one in sorted(files, key=_age):
        newest[one.candidate.name] = one
    extras = _extras(newest, target)
    choices = {name: _choice(newest[name], extras.get(name, frozenset()), target) for name in sorted(newest)}
    unserved: dict[str, set[str]] = defaultdict(set)
    is_closed = True
    for one in files:
        asked = extras.get(one.candidate.name, frozenset()) if newest[one.candidate.name] is one else frozenset()
        for requirement in _required(one, asked, target):
            held = [other.candidate for other in files if other.candidate.name == canonicalize_name(requirement.name)]
            if not any(requirement.specifier.contains(other.version, prereleases=True) for other in held):
                unserved[unmarked(requirement)].add(str(one.candidate))
            if newest[one.candidate.name] is one:
                is_closed &= _serves(newest.get(canonicalize_name(requirement.name)), requirement)
    return Standing(
        choices=tuple(choices.values()),
        older=tuple(_choice(one, frozenset(), target) for one in files if newest[one.candidate.name] is not one),
        unserved=tuple((text, tuple(sorted(unserved[text]))) for text in sorted(unserved)),
        is_closed=is_closed,
    )


def _age(one: Spoken) -> tuple[bool, object]:
    version = one.candidate.version
    return not version.is_prerelease, version


def _extras(newest: Mapping[NormalizedName, Spoken], target: Target) -> Extras:
    """The extras that the newest versions ask of each other, and those that these ask for, and so on."""
    found: dict[NormalizedName, frozenset[NormalizedName]] = {}
    while True:
        asked: dict[NormalizedName, frozenset[NormalizedName]] = {}
        for name, one in newest.items():
            for requirement in _required(one, found.get(name, frozenset()), target):
                other = canonicalize_name(requirement.name)
                asked[other] = asked.get(other, frozenset()) | set(map(canonicalize_name, requirement.extras))
        asked = {name: extras for name, extras in asked.items() if extras}
        if asked == found:
            return found
        found = asked


def _required(one: Spoken, extras: Iterable[NormalizedName], target: Target) -> Iterator[Requirement]:
    return (requirement for requirement in one.metadata.requires if applies(requirement, target, extras))


def _choice(one: Spoken, extras: frozenset[NormalizedName], target: Target) -> Choice:
    required = {unmarked(requirement) for requirement in _required(one, extras, target)}
    return Choice(candidate=one.candidate, extras=tuple(sorted(extras)), requires=tuple(sorted(required)))


def _serves(one: Spoken | None, requirement: Requirement) -> bool:
    return one is not None and requirement.specifier.contains(one.candidate.version, prereleases=True)
