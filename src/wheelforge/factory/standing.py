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
    from packaging.version import Version

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

    newest: tuple[Choice, ...]
    """Of each project the newest version, a pre-release only where there is nothing else; sorted by name."""
    files: tuple[Choice, ...]
    """All versions, without extras."""
    unserved: tuple[tuple[str, tuple[str, ...]], ...]
    """Requirements that no version in the folder serves, and who has them; both sorted."""


def standing(files: Sequence[Spoken], target: Target) -> Standing:
    """Choose among the files of a folder.

    Raises:
        ResolutionError: a marker compares what cannot be compared.
    """
    newest = {one.candidate.name: one for one in sorted(files, key=_age)}
    extras = _extras(newest, target)
    return Standing(
        newest=tuple(_choice(newest[name], extras.get(name, frozenset()), target) for name in sorted(newest)),
        files=tuple(_choice(one, frozenset(), target) for one in files),
        unserved=tuple(_unserved(files, newest, extras, target)),
    )


def _unserved(
    files: Sequence[Spoken], newest: Mapping[NormalizedName, Spoken], extras: Extras, target: Target
) -> Iterator[tuple[str, tuple[str, ...]]]:
    askers: dict[str, set[str]] = defaultdict(set)
    held: dict[NormalizedName, list[Version]] = defaultdict(list)
    for one in files:
        held[one.candidate.name].append(one.candidate.version)
    for one in files:
        name = one.candidate.name
        for requirement in _required(one, extras.get(name, ()) if newest[name] is one else (), target):
            versions = held[canonicalize_name(requirement.name)]
            if not any(requirement.specifier.contains(version, prereleases=True) for version in versions):
                askers[unmarked(requirement)].add(str(one.candidate))
    return ((text, tuple(sorted(askers[text]))) for text in sorted(askers))


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
