"""One attempt to solve a problem from what the catalog knows. It reads nothing itself."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wheelforge.errors import ResolutionError
from wheelforge.resolve.explain import explain
from wheelforge.resolve.problem import Choice, Solution
from wheelforge.resolve.search import MAX_DECISIONS, Impossible, Pick, Search, TooLong
from wheelforge.resolve.stock import Lacking, ProblemStock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.utils import NormalizedName

    from wheelforge.resolve.catalog import Catalog
    from wheelforge.resolve.problem import Lacks, Problem


def solve(problem: Problem, catalog: Catalog) -> Solution | Lacks:
    """The set of versions that serves the problem, or what must be learnt before that can be said.

    Raises:
        UnknownProject: a project that no index has.
        NoVersion: a project of which nothing fits.
        Conflict: requirements that no set satisfies.
    """
    stock = ProblemStock(problem, catalog)
    try:
        roots = stock.roots()
        order = {want.identifier: place for place, want in reversed(list(enumerate(roots)))}
        search = Search(stock, order)
        search.run(roots)
        return _solution(stock, [Pick(*one) for one in search.chosen.items()])
    except Lacking as lacking:
        return lacking.lacks
    except Impossible as impossible:
        raise explain(problem, catalog, stock, impossible.causes) from None
    except TooLong:
        raise ResolutionError(
            f"no answer for {problem.subject} after {MAX_DECISIONS} decisions of the solver",
            hint="narrow the requirements or add constraints (-c FILE)",
        ) from None


def _solution(stock: ProblemStock, found: Iterable[Pick]) -> Solution:
    parts: dict[NormalizedName, list[Pick]] = defaultdict(list)
    for pick in found:
        parts[pick.candidate.name].append(pick)
    return Solution(
        choices=tuple(
            Choice(
                candidate=picks[0].candidate,
                extras=tuple(sorted(canonicalize_name(pick.identifier[1]) for pick in picks if pick.identifier[1])),
                requires=tuple(sorted({want.text for pick in picks for want in stock.declared(pick)})),
            )
            for _, picks in sorted(parts.items())
        )
    )
