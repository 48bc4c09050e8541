"""One attempt to solve a problem from what the catalog knows. It reads nothing itself."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from resolvelib import BaseReporter, ResolutionImpossible, ResolutionTooDeep, Resolver

from wheelforge.errors import ResolutionError
from wheelforge.resolve.explain import explain
from wheelforge.resolve.problem import Choice, Solution
from wheelforge.resolve.provider import Held, Lacking, Provider, active

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.utils import NormalizedName

    from wheelforge.resolve.catalog import Catalog
    from wheelforge.resolve.problem import Lacks, Problem, Want

MAX_ROUNDS = 200_000
"""pip's bound on resolvelib's rounds."""


def solve(problem: Problem, catalog: Catalog) -> Solution | Lacks:
    """The set of versions that serves the problem, or what must be learnt before that can be said.

    Raises:
        UnknownProject: a project that no index has.
        NoVersion: a project of which nothing fits.
        Conflict: requirements that no set satisfies.
    """
    provider = Provider(problem, catalog)
    resolver: Resolver[Want, Held, str] = Resolver(provider, BaseReporter())
    try:
        roots = provider.roots()
        from resolvelib.resolvers import Resolution
        state = Resolution(provider, BaseReporter()).resolve(roots, max_rounds=MAX_ROUNDS)
        needed = {}
        waiting = list(roots)
        while waiting:
            w = waiting.pop()
            if w.identifier not in needed:
                needed[w.identifier] = state.mapping[w.identifier]
                waiting += provider.get_dependencies(needed[w.identifier])
        return _solution(provider, needed)
    except Lacking as lacking:
        return lacking.lacks
    except ResolutionImpossible as impossible:
        raise explain(problem, catalog, provider, list(impossible.causes)) from None
    except ResolutionTooDeep:
        raise ResolutionError(
            f"no answer for {problem.subject} after {MAX_ROUNDS} rounds of the solver",
            hint="narrow the requirements or add constraints (-c FILE)",
        ) from None


def _solution(provider: Provider, mapping: Mapping[str, Held]) -> Solution:
    parts: dict[NormalizedName, list[Held]] = defaultdict(list)
    for held in mapping.values():
        parts[held.candidate.name].append(held)
    return Solution(
        choices=tuple(
            Choice(
                candidate=held[0].candidate,
                extras=tuple(sorted(part.extra for part in held if part.extra is not None)),
                requires=tuple(sorted({text for part in held for text in active(provider, part)})),
            )
            for _, held in sorted(parts.items())
        )
    )
