"""One attempt to solve a problem from what the catalog knows. It reads nothing itself."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from resolvelib import BaseReporter, ResolutionImpossible, ResolutionTooDeep
from resolvelib.resolvers import Resolution

from wheelforge.errors import ResolutionError
from wheelforge.resolve.derivation import way_to
from wheelforge.resolve.explain import explain
from wheelforge.resolve.problem import Choice, Identifier, Solution, Want
from wheelforge.resolve.provider import Held, Lacking, Provider

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from packaging.utils import NormalizedName
    from packaging.version import Version
    from resolvelib.providers import Preference
    from resolvelib.resolvers import Criterion
    from resolvelib.structs import RequirementInformation

    from wheelforge.resolve.catalog import Catalog
    from wheelforge.resolve.problem import Lacks, Problem

MAX_ROUNDS = 200_000
"""pip's bound on resolvelib's rounds."""


def solve(problem: Problem, catalog: Catalog) -> Solution | Lacks:
    """The set of versions that serves the problem, or what must be learnt before that can be said.

    Raises:
        UnknownProject: a project that no index has.
        NoVersion: a project of which nothing fits.
        Conflict: requirements that no set satisfies.
    """
    provider, refused = Provider(problem, catalog), _Refused()
    try:
        roots = provider.roots()
        state = _Resolution(provider, refused).resolve(roots, max_rounds=MAX_ROUNDS)
        return _solution(provider, _reached(provider, roots, state.mapping))
    except Lacking as lacking:
        return replace(lacking.lacks, way="" if lacking.of is None else way_to(provider, lacking.of))
    except ResolutionImpossible as impossible:
        raise explain(problem, catalog, provider, refused.besides(impossible.causes)) from None
    except ResolutionTooDeep:
        raise ResolutionError(
            f"no answer for {problem.subject} after {MAX_ROUNDS} rounds of the solver",
            hint="narrow the requirements or add constraints (-c FILE)",
        ) from None


class _Resolution(Resolution[Want, Held, Identifier]):
    """resolvelib's, but a pin goes where its requirements go, and what nothing can mend ends the search.

    resolvelib forgets what a pin requires when the pin stops fitting, and may then find that it fits again. And where
    all versions of one root exclude another root, it would go through all versions of that one too.

    And in each round it asks of every project anew whether its pin fits, and how soon it is to be decided: what it is
    told is remembered for as long as it asks of the very same pin and criterion, of which neither ever changes.
    """

    def __init__(self, provider: Provider, reporter: _Refused) -> None:
        super().__init__(provider, reporter)
        self._fits: dict[Identifier, tuple[Held, Criterion[Want, Held], bool]] = {}
        self._preferences: dict[Identifier, tuple[Criterion[Want, Held], Preference]] = {}

    def _is_current_pin_satisfying(self, name: Identifier, criterion: Criterion[Want, Held]) -> bool:
        pin = self.state.mapping.get(name)
        if pin is None:
            return False
        known = self._fits.get(name)
        if known is None or known[0] is not pin or known[1] is not criterion:
            self._fits[name] = known = (pin, criterion, super()._is_current_pin_satisfying(name, criterion))
        return known[2]

    def _get_preference(self, name: Identifier) -> Preference:
        criterion = self.state.criteria[name]
        known = self._preferences.get(name)
        if known is None or known[0] is not criterion:
            self._preferences[name] = known = (criterion, super()._get_preference(name))
        return known[1]

    def _attempt_to_pin_criterion(self, name: Identifier) -> list[Criterion[Want, Held]]:
        causes = super()._attempt_to_pin_criterion(name)
        if causes and _hold_anyway(self.state.criteria[name], causes, name):
            raise ResolutionImpossible(self._extract_causes(causes))
        return causes

    def _remove_information_from_criteria(
        self, criteria: dict[Identifier, Criterion[Want, Held]], parents: Collection[Identifier]
    ) -> None:
        super()._remove_information_from_criteria(criteria, parents)
        for name in parents:
            del self.state.mapping[name]


class _Refused(BaseReporter[Want, Held, Identifier]):
    """Remembers why candidates were passed over: the last conflict of a search tells of the last of them only."""

    def __init__(self) -> None:
        self._why: dict[str, dict[Version, Iterable[RequirementInformation[Want, Held]]]] = defaultdict(dict)

    def rejecting_candidate(self, criterion: Criterion[Want, Held], candidate: Held) -> None:
        """See resolvelib."""
        self._why[candidate.candidate.name][candidate.candidate.version] = criterion.information

    def besides(self, causes: Iterable[RequirementInformation[Want, Held]]) -> list[RequirementInformation[Want, Held]]:
        """The causes, and those for which other versions of the same projects were passed over."""
        found = {id(cause): cause for cause in causes}
        for name in sorted({cause.parent.candidate.name for cause in found.values() if cause.parent is not None}):
            found |= {id(cause): cause for why in self._why[name].values() for cause in why}
        return list(found.values())


def _hold_anyway(criterion: Criterion[Want, Held], causes: Iterable[Criterion[Want, Held]], name: Identifier) -> bool:
    """Whether roots alone, and what the candidates of one of them require, are in each other's way."""
    informations = [information for cause in causes for information in cause.information]
    return (
        not any(one.incompatibilities for one in (criterion, *causes))
        and all(information.parent is None for information in criterion.information)
        and all(one.parent is None or one.parent.identifier == name for one in informations)
        # What an extra must suit is asked of its project, and stands elsewhere.
        and not any(one.requirement.extra for one in (*criterion.information, *informations))
    )


def _reached(provider: Provider, roots: Iterable[Want], mapping: Mapping[Identifier, Held]) -> list[Held]:
    """What the roots lead to; attempts that were given up leave more behind."""
    found: dict[Identifier, Held] = {}
    waiting = list(roots)
    while waiting:
        identifier = waiting.pop().identifier
        if identifier not in found:
            found[identifier] = mapping[identifier]
            waiting += provider.get_dependencies(mapping[identifier])
    return list(found.values())


def _solution(provider: Provider, found: Iterable[Held]) -> Solution:
    parts: dict[NormalizedName, list[Held]] = defaultdict(list)
    for held in found:
        parts[held.candidate.name].append(held)
    return Solution(
        choices=tuple(
            Choice(
                candidate=held[0].candidate,
                extras=tuple(sorted(part.extra for part in held if part.extra is not None)),
                requires=tuple(sorted({want.text for part in held for want in provider.told(part)})),
            )
            for _, held in sorted(parts.items())
        )
    )
