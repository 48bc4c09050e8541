"""What resolvelib asks, answered from the catalog; what the catalog lacks ends the attempt."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import reduce
from itertools import chain, dropwhile, islice
from math import inf
from operator import and_
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from resolvelib import AbstractProvider

from wheelforge.resolve.candidates import Remembered
from wheelforge.resolve.problem import Identifier, Lacks, Want

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName
    from resolvelib.structs import RequirementInformation

    from wheelforge.resolve.candidates import Candidate, Shelf
    from wheelforge.resolve.catalog import Catalog
    from wheelforge.resolve.problem import Problem


NEXT = 64
"""Candidates that are told beside the one that is lacking."""
CAPS = frozenset({"<", "<=", "~="})
"""Operators that exclude newer versions. What has one is decided early, lest the newest of it is tried in vain."""
TROUBLES = 5
"""What was in the way this often before it was decided is decided before the rest, as in pip."""


class Lacking(Exception):
    """Raised through resolvelib when the catalog does not know enough to go on."""

    def __init__(self, lacks: Lacks, of: Held | None = None) -> None:
        super().__init__("the catalog lacks something")
        self.lacks = lacks
        self.of = of
        """Whose metadata it is."""


class Held:
    """A candidate as resolvelib holds it: a project's own part, or what one extra adds to it."""

    __slots__ = ("candidate", "extra")

    def __init__(self, candidate: Candidate, extra: NormalizedName | None) -> None:
        self.candidate = candidate
        self.extra = extra

    @property
    def identifier(self) -> Identifier:
        """See `Want.identifier`."""
        return self.candidate.name, self.extra or ""


class Provider(AbstractProvider[Want, Held, Identifier]):
    """pip's order of preference over a `Catalog`, for one `Problem`."""

    def __init__(self, problem: Problem, catalog: Catalog) -> None:
        self._problem = problem
        self._catalog = catalog
        self._asked_order: dict[Identifier, int] = {}
        self._troubles: Counter[Identifier] = Counter()
        self._required: dict[tuple[str, NormalizedName | None], Sequence[Want]] = {}
        self._shelves: dict[NormalizedName, Shelf | None] = {}
        self._fits: dict[tuple[NormalizedName, frozenset[str]], Remembered] = {}
        self._latest: dict[NormalizedName, Remembered] = {}
        self.wanted_by: dict[Identifier, list[tuple[Want, Held | None]]] = defaultdict(list)
        """Every requirement seen, by identifier, with who made it: the material of explanations."""

    def roots(self) -> list[Want]:
        """The problem's own requirements, those that apply to its target."""
        found = self._problem.wanted()
        self._asked_order = {want.identifier: place for place, want in reversed(list(enumerate(found)))}
        # What is asked of a project counts for its extras, and must be known when these are looked at.
        found.sort(key=lambda want: want.extra is not None)
        self._seen(found, None)
        return found

    def identify(self, requirement_or_candidate: Want | Held) -> Identifier:
        """See resolvelib."""
        return requirement_or_candidate.identifier

    def narrow_requirement_selection(
        self,
        identifiers: Iterable[Identifier],
        resolutions: Mapping[Identifier, Held],
        candidates: Mapping[Identifier, Iterator[Held]],  # noqa: ARG002 - resolvelib's signature
        information: Mapping[Identifier, Iterator[RequirementInformation[Want, Held]]],  # noqa: ARG002 - as above
        backtrack_causes: Sequence[RequirementInformation[Want, Held]],
    ) -> Sequence[Identifier]:
        """What to decide next: what is in the way; of that, or else of all, what was in the way again and again."""
        causes = [one.identifier for cause in backtrack_causes for one in cause if one is not None]
        self._troubles.update(identifier for identifier in causes if identifier not in resolutions)
        troubled, waiting = set(causes), list(identifiers)
        waiting = [identifier for identifier in waiting if identifier in troubled] or waiting
        return [identifier for identifier in waiting if self._troubles[identifier] >= TROUBLES] or waiting

    def get_preference(
        self,
        identifier: Identifier,
        resolutions: Mapping[Identifier, Held],  # noqa: ARG002 - resolvelib's signature
        candidates: Mapping[Identifier, Iterator[Held]],  # noqa: ARG002 - resolvelib's signature
        information: Mapping[Identifier, Iterator[RequirementInformation[Want, Held]]],
        backtrack_causes: Sequence[RequirementInformation[Want, Held]],  # noqa: ARG002 - resolvelib's signature
    ) -> tuple[bool, bool, float, bool, Identifier]:
        """What to decide next of those: exact pins, what has an upper bound, the user's order, what has any, names.

        It depends on ``information`` alone: the solver asks again only when that has changed.
        """
        clauses = [clause for info in information[identifier] for clause in info.requirement.specifier]
        exact = {"*" in clause.version for clause in clauses if clause.operator in {"==", "==="}}
        pinned, capped = False in exact, True in exact or any(clause.operator in CAPS for clause in clauses)
        return not pinned, not capped, self._asked_order.get(identifier, inf), not clauses, identifier

    def find_matches(
        self,
        identifier: Identifier,
        requirements: Mapping[Identifier, Iterator[Want]],
        incompatibilities: Mapping[Identifier, Iterator[Held]],
    ) -> Sequence[Held] | Callable[[], Iterator[Held]]:
        """Candidates that satisfy all requirements and constraints on a project, in the order to try them.

        An extra must suit what is required of its project too.
        """
        name, extra = canonicalize_name(identifier[0]), canonicalize_name(identifier[1]) or None
        asked = requirements[identifier] if extra is None else chain(requirements[identifier], requirements[name, ""])
        fitting = self._fitting(name, list(asked))
        if next(iter(fitting), None) is None:
            return ()
        refused = {held.candidate.version for held in incompatibilities[identifier]}

        def found() -> Iterator[Held]:
            for candidate in fitting:
                if candidate.version not in refused:
                    yield Held(candidate, extra)

        return found

    def _fitting(self, name: NormalizedName, asked: Sequence[Want]) -> Remembered:
        """Remembered by what is asked: a search asks the same in ever other places."""
        key = (name, frozenset(want.text for want in asked))
        if key not in self._fits:
            self._fits[key] = Remembered(self.matching(name, self.specifier(name, asked)))
        self._latest[name] = self._fits[key]
        return self._fits[key]

    def specifier(self, name: NormalizedName, asked: Iterable[Want]) -> SpecifierSet:
        """All that is asked of a project's version, constraints included."""
        return reduce(and_, (want.specifier for want in asked), self._problem.bound(name))

    def matching(self, name: NormalizedName, specifier: SpecifierSet) -> Iterator[Candidate]:
        """The candidates of a project under the problem's rules."""
        shelf = self._shelf(name)
        if shelf is None:
            return
        preferred = self._problem.preferences.get(name, ())
        for candidate in shelf.matching(specifier, prereleases=self._problem.allow_prereleases, preferred=preferred):
            if self._catalog.runs_on(candidate, self._problem.target):
                yield candidate

    def _shelf(self, name: NormalizedName) -> Shelf | None:
        if name not in self._shelves:
            if not self._catalog.knows(name, self._problem):
                raise Lacking(Lacks(projects=frozenset({name})))
            self._shelves[name] = self._catalog.shelf(name, self._problem)
        return self._shelves[name]

    def is_satisfied_by(self, requirement: Want, candidate: Held) -> bool:
        """See resolvelib. Pre-releases were judged when the candidate was offered."""
        return requirement.specifier.contains(candidate.candidate.version, prereleases=True)

    def get_dependencies(self, candidate: Held) -> Sequence[Want]:
        """What a candidate requires on the target."""
        key = (candidate.candidate.artifact.filename, candidate.extra)
        if key not in self._required:
            followed = self.requirements(candidate) if self._problem.follow else ()
            found = [*self._own_project(candidate), *followed]
            self._seen(found, candidate)
            self._required[key] = found
        return self._required[key]

    def told(self, held: Held) -> Sequence[Want]:
        """What a candidate requires, for the record; where nothing is followed, nobody is asked for that."""
        if self._problem.follow:
            return self.requirements(held)
        return self._catalog.stated(held.candidate, held.extra, self._problem)

    def requirements(self, held: Held) -> Sequence[Want]:
        """The Requires-Dist of a candidate that apply: its own, or those that only its extra brings."""
        found = self._catalog.wants(held.candidate, held.extra, self._problem)
        if found is None:
            raise Lacking(Lacks(candidates=(held.candidate, *self._next(held.candidate))), held)
        return found

    def _next(self, candidate: Candidate) -> Iterator[Candidate]:
        """What would be tried after a candidate, as far as its metadata is not known either."""
        following = dropwhile(lambda other: other is not candidate, self._latest[candidate.name])
        target = self._problem.target
        unknown = (other for other in following if self._catalog.metadata(other, target) is None)
        return islice((other for other in unknown if other is not candidate), NEXT)

    def _own_project(self, held: Held) -> Iterator[Want]:
        if held.extra is not None:
            exact = SpecifierSet(f"==={held.candidate.version}")
            text = f"{held.candidate.name}==={held.candidate.version}"
            yield Want(name=held.candidate.name, extra=None, specifier=exact, text=text)

    def _seen(self, found: Sequence[Want], by: Held | None) -> None:
        unknown = frozenset(want.name for want in found if not self._catalog.knows(want.name, self._problem))
        if unknown:
            raise Lacking(Lacks(projects=unknown))
        for want in found:
            self.wanted_by[want.identifier].append((want, by))
