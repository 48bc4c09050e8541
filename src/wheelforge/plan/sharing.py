"""Which versions of a project can serve several build environments of one generation."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.resolve.problem import Solution

Environment = tuple["Sequence[Requirement]", "Solution"]
"""What a build requires, and the versions that serve it when it is looked at alone."""


def shared_versions(environments: Iterable[Environment]) -> Mapping[NormalizedName, tuple[Version, ...]]:
    """For each project of which the environments chose several versions: these, the one that serves most first.

    So ``flit_core<4`` and ``flit_core<5`` share one version, though each alone would take the newest.
    """
    chosen: dict[NormalizedName, set[Version]] = defaultdict(set)
    admits: dict[NormalizedName, list[set[Version] | SpecifierSet]] = defaultdict(list)
    for requires, solution in environments:
        asked: dict[NormalizedName, SpecifierSet] = defaultdict(SpecifierSet)
        for requirement in requires:
            asked[canonicalize_name(requirement.name)] &= requirement.specifier
        for choice in solution.choices:
            name, version = choice.candidate.name, choice.candidate.version
            chosen[name].add(version)
            # What only others require is taken as it was chosen: who wants it how is not looked into.
            admits[name].append(asked.get(name, {version}))
    return {name: _ranked(versions, admits[name]) for name, versions in chosen.items() if len(versions) > 1}


def _ranked(versions: set[Version], admits: list[set[Version] | SpecifierSet]) -> tuple[Version, ...]:
    served = {version: sum(_admits(one, version) for one in admits) for version in versions}
    return tuple(sorted(versions, key=lambda version: (served[version], version), reverse=True))


def _admits(one: set[Version] | SpecifierSet, version: Version) -> bool:
    return one.contains(version, prereleases=True) if isinstance(one, SpecifierSet) else version in one
