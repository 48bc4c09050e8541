"""Which versions several targets can share: what to prefer when each is solved again."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from wheelforge.model.artifacts import Kind
from wheelforge.model.inputs import Resolution

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.resolve.problem import Solution


def shared_preferences(
    solutions: Iterable[Solution], *, resolution: Resolution, besides: Collection[NormalizedName] = ()
) -> Mapping[NormalizedName, tuple[Version, ...]]:
    """For each project of which targets took several versions: these, the one that most can take first.

    Each target took the highest that it can, so that none can take more than what it has and all may take less: the
    lowest is tried first. With lowest versions it is the other way round. ``besides`` are left as they are.
    """
    chosen: dict[NormalizedName, set[Version]] = defaultdict(set)
    for solution in solutions:
        for choice in solution.choices:
            chosen[choice.candidate.name].add(choice.candidate.version)
    downwards = resolution is Resolution.LOWEST
    return {
        name: tuple(sorted(versions, reverse=downwards))
        for name, versions in sorted(chosen.items())
        if len(versions) > 1 and name not in besides
    }


def became_sources(alone: Solution, shared: Solution) -> set[NormalizedName]:
    """The projects that a target would have to build for the sake of sharing: of these it had a wheel alone."""
    wheels = {one.candidate.name for one in alone.choices if one.candidate.artifact.kind is Kind.WHEEL}
    return {
        one.candidate.name
        for one in shared.choices
        if one.candidate.artifact.kind is Kind.SDIST and one.candidate.name in wheels
    }
