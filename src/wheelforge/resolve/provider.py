"""What resolvelib asks, answered from the catalog; what the catalog lacks ends the attempt."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from resolvelib import AbstractProvider

from wheelforge.resolve.problem import Lacks, Want, unmarked, wants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName
    from resolvelib.structs import RequirementInformation

    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.catalog import Catalog
    from wheelforge.resolve.problem import Problem


class Lacking(Exception):
    """Raised through resolvelib when the catalog does not know enough to go on."""

    def __init__(self, lacks: Lacks) -> None:
        super().__init__("the catalog lacks something")
        self.lacks = lacks


class Held:
    """A candidate as resolvelib holds it: a project's own part, or what one extra adds to it."""

    __slots__ = ("candidate", "extra")

    def __init__(self, candidate: Candidate, extra: NormalizedName | None) -> None:
        self.candidate = candidate
        self.extra = extra

    @property
    def identifier(self) -> str:
        """``name`` or ``name[extra]``."""
        name = self.candidate.name
        return name if self.extra is None else f"{name}[{self.extra}]"


class Provider(AbstractProvider[Want, Held, str]):
    """pip's order of preference over a `Catalog`, for one `Problem`."""

    def __init__(self, problem: Problem, catalog: Catalog) -> None:
        self._problem = problem
        self._catalog = catalog
        self._constraints: dict[NormalizedName, SpecifierSet] = defaultdict(SpecifierSet)
        for asked in problem.constraints:
            if problem.target.evaluate(asked.requirement.marker):
                self._constraints[canonicalize_name(asked.requirement.name)] &= asked.requirement.specifier
        self._asked_order: dict[str, int] = {}
        self.wanted_by: dict[str, list[tuple[Want, Held | None]]] = defaultdict(list)
        """Every requirement seen, by identifier, with who made it: the material of explanations."""

    def roots(self) -> list[Want]:
        """The problem's own requirements, those that apply to its target."""
        found = [
            want
            for asked in self._problem.roots
            if self._problem.target.evaluate(asked.requirement.marker)
            for want in wants(asked.requirement, asked.origin)
        ]
        self._asked_order = {want.identifier: place for place, want in reversed(list(enumerate(found)))}
        self._need_projects(found)
        for want in found:
            self.wanted_by[want.identifier].append((want, None))
        return found

    def identify(self, requirement_or_candidate: Want | Held) -> str:
        """See resolvelib."""
        return requirement_or_candidate.identifier

    def get_preference(
        self,
        identifier: str,
        resolutions: Mapping[str, Held],
        candidates: Mapping[str, Iterator[Held]],  # noqa: ARG002 - resolvelib's signature
        information: Mapping[str, Iterator[RequirementInformation[Want, Held]]],
        backtrack_causes: Sequence[RequirementInformation[Want, Held]],
    ) -> tuple[bool, bool, bool, int, str]:
        """What to decide next: what caused trouble, exact pins, what is bounded, the user's order, then names."""
        seen = list(information[identifier])
        clauses = [clause for info in seen for clause in info.requirement.specifier]
        causes = {cause.requirement.identifier for cause in backtrack_causes}
        causes |= {cause.parent.identifier for cause in backtrack_causes if cause.parent is not None}
        return (
            identifier not in causes,
            not any(clause.operator in {"==", "==="} for clause in clauses),
            not clauses,
            self._asked_order.get(identifier, len(self._asked_order) + len(resolutions)),
            identifier,
        )

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[Want]],
        incompatibilities: Mapping[str, Iterator[Held]],
    ) -> Callable[[], Iterator[Held]]:
        """Candidates that satisfy all requirements and constraints on a project, in the order to try them."""
        asked = list(requirements[identifier])
        name, _, extra = identifier.removesuffix("]").partition("[")
        extra = extra or None
        refused = {held.candidate.version for held in incompatibilities[identifier]}
        specifier = self.specifier(name, asked)

        def found() -> Iterator[Held]:
            for candidate in self.matching(name, specifier):
                if candidate.version not in refused:
                    yield Held(candidate, extra)

        return found

    def specifier(self, name: NormalizedName, asked: Iterable[Want]) -> SpecifierSet:
        """All that is asked of a project's version, constraints included."""
        specifier = SpecifierSet() & self._constraints[name]
        for want in asked:
            specifier &= want.specifier
        return specifier

    def matching(self, name: NormalizedName, specifier: SpecifierSet) -> Iterator[Candidate]:
        """The candidates of a project under the problem's rules."""
        if not self._catalog.knows_project(name):
            raise Lacking(Lacks(projects=frozenset({name})))
        shelf = self._catalog.shelf(name, self._problem)
        if shelf is None:
            return iter(())
        preferred = self._problem.preferences.get(name, ())
        return shelf.matching(specifier, prereleases=self._problem.allow_prereleases, preferred=preferred)

    def is_satisfied_by(self, requirement: Want, candidate: Held) -> bool:
        """See resolvelib. Pre-releases were judged when the candidate was offered."""
        return requirement.specifier.contains(candidate.candidate.version, prereleases=True)

    def get_dependencies(self, candidate: Held) -> Iterable[Want]:
        """What a candidate requires on the target."""
        found = list(self._dependencies(candidate))
        self._need_projects(found)
        for want in found:
            self.wanted_by[want.identifier].append((want, candidate))
        return found

    def _dependencies(self, held: Held) -> Iterator[Want]:
        if held.extra is not None:
            exact = SpecifierSet(f"==={held.candidate.version}")
            text = f"{held.candidate.name}=={held.candidate.version}"
            yield Want(name=held.candidate.name, extra=None, specifier=exact, text=text)
        if self._problem.follow:
            for requirement in self.requirements(held):
                yield from wants(requirement)

    def requirements(self, held: Held) -> Iterator[Requirement]:
        """The Requires-Dist of a candidate that apply: its own, or those that only its extra brings."""
        metadata = self._catalog.metadata(held.candidate)
        if metadata is None:
            raise Lacking(Lacks(candidates=(held.candidate,)))
        evaluate = self._problem.target.evaluate
        for requirement in metadata.requires:
            always = evaluate(requirement.marker)
            if always if held.extra is None else not always and evaluate(requirement.marker, (held.extra,)):
                yield requirement

    def _need_projects(self, found: Iterable[Want]) -> None:
        unknown = frozenset(want.name for want in found if not self._catalog.knows_project(want.name))
        if unknown:
            raise Lacking(Lacks(projects=unknown))


def active(provider: Provider, held: Held) -> list[str]:
    """What a candidate requires here, as text."""
    return [unmarked(requirement) for requirement in provider.requirements(held)]
