"""What there is to choose from: the catalog, seen through the rules of one problem."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from wheelforge.resolve.problem import Lacks, Want, applies, wants
from wheelforge.resolve.search import Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.utils import NormalizedName

    from wheelforge.resolve.candidates import Candidate, Shelf
    from wheelforge.resolve.catalog import Catalog
    from wheelforge.resolve.problem import Identifier, Problem
    from wheelforge.resolve.search import Pick


class Lacking(Exception):
    """Raised through the search when the catalog does not know enough to go on."""

    def __init__(self, lacks: Lacks) -> None:
        super().__init__("the catalog lacks something")
        self.lacks = lacks


class ProblemStock:
    """See `wheelforge.resolve.search.Stock`."""

    def __init__(self, problem: Problem, catalog: Catalog) -> None:
        self._problem = problem
        self._catalog = catalog
        self._constraints: dict[NormalizedName, SpecifierSet] = defaultdict(SpecifierSet)
        for asked in problem.constraints:
            if applies(asked.requirement, problem.target):
                self._constraints[canonicalize_name(asked.requirement.name)] &= asked.requirement.specifier
        self._shelves: dict[NormalizedName, Shelf | None] = {}
        self._required: dict[tuple[str, Identifier], Sequence[Want]] = {}
        self.wanted_by: dict[Identifier, list[Cause]] = defaultdict(list)
        """Every requirement seen, by identifier, with who made it: the material of explanations."""

    def roots(self) -> list[Want]:
        """The problem's own requirements, those that apply to its target."""
        found = [
            want
            for asked in self._problem.roots
            if applies(asked.requirement, self._problem.target)
            for want in wants(asked.requirement, asked.origin)
        ]
        # What is asked of a project counts for its extras, and must be known when these are looked at.
        found.sort(key=lambda want: want.extra is not None)
        self._seen(found, None)
        return found

    def matching(self, wants: Sequence[Want]) -> Iterator[Candidate]:
        """See `Stock`: pip's order of preference."""
        name = wants[0].name
        shelf = self._shelf(name)
        if shelf is None:
            return
        fitting = shelf.matching(
            self.specifier(name, wants),
            prereleases=self._problem.allow_prereleases,
            preferred=self._problem.preferences.get(name, ()),
        )
        for candidate in fitting:
            if self._catalog.runs_on(candidate, self._problem.target):
                yield candidate

    def specifier(self, name: NormalizedName, wants: Iterable[Want]) -> SpecifierSet:
        """All that is asked of a project's version, constraints included."""
        asked = chain.from_iterable(want.specifier for want in wants)
        return SpecifierSet(dict.fromkeys(chain(asked, self._constraints[name])))

    def admits(self, want: Want, candidate: Candidate) -> bool:
        """See `Stock`. Pre-releases were judged when the candidate was offered."""
        return want.specifier.contains(candidate.version, prereleases=True)

    def requires(self, pick: Pick) -> Sequence[Want]:
        """See `Stock`."""
        key = (pick.candidate.artifact.filename, pick.identifier)
        if key not in self._required:
            followed = self.declared(pick) if self._problem.follow else ()
            found = [*_own_project(pick), *followed]
            self._seen(found, pick)
            self._required[key] = found
        return self._required[key]

    def declared(self, pick: Pick) -> Sequence[Want]:
        """The Requires-Dist of a pick that apply: its own, or those that only its extra brings."""
        extra = canonicalize_name(pick.identifier[1]) or None
        found = self._catalog.wants(pick.candidate, extra, self._problem.target)
        if found is None:
            raise Lacking(Lacks(candidates=(pick.candidate,)))
        return found

    def _shelf(self, name: NormalizedName) -> Shelf | None:
        if name not in self._shelves:
            if not self._catalog.knows_project(name):
                raise Lacking(Lacks(projects=frozenset({name})))
            self._shelves[name] = self._catalog.shelf(name, self._problem)
        return self._shelves[name]

    def _seen(self, found: Sequence[Want], by: Pick | None) -> None:
        unknown = frozenset(want.name for want in found if not self._catalog.knows_project(want.name))
        if unknown:
            raise Lacking(Lacks(projects=unknown))
        for want in found:
            self.wanted_by[want.identifier].append(Cause(want, by))


def _own_project(pick: Pick) -> Iterator[Want]:
    """An extra goes with its project, in the same version."""
    candidate = pick.candidate
    if pick.identifier[1]:
        exact = SpecifierSet(f"==={candidate.version}")
        yield Want(name=candidate.name, extra=None, specifier=exact, text=f"{candidate.name}=={candidate.version}")
