"""The search for versions that suit each other: depth first, and back to where a conflict comes from."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Identifier, Want

MAX_DECISIONS = 200_000
"""Far beyond what real requirements need; it ends a search that would go on for hours."""


class Pick(NamedTuple):
    """A candidate that was decided on, for a project or for one of its extras."""

    identifier: Identifier
    candidate: Candidate


class Cause(NamedTuple):
    """A requirement and the choice that brought it; ``None`` for what the problem itself asks for."""

    want: Want
    by: Pick | None


class Impossible(Exception):
    """No versions suit each other; ``causes`` are the requirements of the last conflict."""

    def __init__(self, causes: Sequence[Cause]) -> None:
        super().__init__("no versions suit each other")
        self.causes = causes


class TooLong(Exception):
    """No answer was found within `MAX_DECISIONS`."""


class Stock(Protocol):
    """What there is to choose from."""

    def matching(self, wants: Sequence[Want]) -> Iterator[Candidate]:
        """The candidates that serve all of these wants of one project, in the order to try them."""

    def requires(self, pick: Pick) -> Sequence[Want]:
        """What a pick brings with it; the same each time."""

    def admits(self, want: Want, candidate: Candidate) -> bool:
        """Whether a candidate serves a requirement."""


@dataclass(slots=True, kw_only=True)
class _Decision:
    """What is being decided, what is left to try, and whose fault it is that the rest would not do."""

    identifier: Identifier
    untried: Iterator[Candidate]
    blame: set[Identifier]
    causes: list[Cause]


@dataclass(slots=True)
class _Demand:
    """All that is wanted of one identifier at the moment."""

    causes: list[Cause] = field(default_factory=list)
    likely: Candidate | None = None
    """One that serves all of them; kept when some go, checked when one comes."""
    rank: tuple[bool, bool, int, Identifier] | None = None
    """Its place in the order of deciding; ``None``: to be found."""


class Search:
    """Conflict-directed backjumping (Prosser 1993): it finds an answer wherever there is one.

    A candidate that will not do is blamed on the earlier choices that it cannot stand beside. When none is left
    to try, the latest of these is changed, and what was decided since is decided anew.
    """

    def __init__(self, stock: Stock, order: Mapping[Identifier, int]) -> None:
        self._stock = stock
        self._order = order
        self._demands: dict[Identifier, _Demand] = defaultdict(_Demand)
        self._decisions: list[_Decision] = []
        self._trouble: Counter[Identifier] = Counter()
        self.chosen: dict[Identifier, Candidate] = {}

    def run(self, roots: Iterable[Want]) -> None:
        """Choose a candidate for each of the roots, and for all that the choices bring with them.

        Raises:
            Impossible: there is no answer.
            TooLong: there may be one.
        """
        for want in roots:
            if self._add(Cause(want, None)) is not None:
                raise Impossible(self._asking(want.identifier))
        for _ in range(MAX_DECISIONS):
            identifier = self._next()
            if identifier is None:
                return
            asking = self._asking(identifier)
            untried = self._stock.matching([cause.want for cause in asking])
            self._decisions.append(
                _Decision(identifier=identifier, untried=untried, blame=_blamed(asking), causes=asking)
            )
            while not self._try(self._decisions[-1]):
                self._back()
        raise TooLong

    def _next(self) -> Identifier | None:
        """What to decide next: what failed most often, then as pip does: pins, bounds, the user's order, names.

        Counting failures keeps a knot together (Boussemart et al. 2004): without it, hard problems take hours.
        """
        undecided = (one for one, demand in self._demands.items() if demand.causes and one not in self.chosen)
        return min(undecided, key=self._preference, default=None)

    def _preference(self, identifier: Identifier) -> tuple[int, tuple[bool, bool, int, Identifier]]:
        demand = self._demands[identifier]
        if demand.rank is None:
            clauses = [clause for cause in demand.causes for clause in cause.want.specifier]
            pinned = any(clause.operator in {"==", "==="} for clause in clauses)
            order = self._order.get(identifier, len(self._order))
            demand.rank = (not pinned, not clauses, order, identifier)
        return -self._trouble[identifier], demand.rank

    def _try(self, decision: _Decision) -> bool:
        """Take the next candidate that can stand beside all choices; false where none is left."""
        for candidate in decision.untried:
            pick = Pick(decision.identifier, candidate)
            wants = self._stock.requires(pick)
            self.chosen[decision.identifier] = candidate
            for place, want in enumerate(wants, start=1):
                blame = self._add(Cause(want, pick))
                if blame is not None:
                    decision.blame |= blame
                    decision.causes = self._asking(want.identifier)
                    self._forget(wants[:place])
                    break
            else:
                return True
        self.chosen.pop(decision.identifier, None)
        decision.blame.discard(decision.identifier)
        return False

    def _back(self) -> None:
        """Undo all down to the latest decision that is to blame, and that one's choice too."""
        failed = self._decisions.pop()
        self._trouble[failed.identifier] += 1
        while self._decisions:
            decision = self._decisions[-1]
            undone = Pick(decision.identifier, self.chosen.pop(decision.identifier))
            self._forget(self._stock.requires(undone))
            if decision.identifier in failed.blame:
                decision.blame |= failed.blame
                decision.causes = failed.causes
                return
            self._decisions.pop()
        raise Impossible(failed.causes)

    def _add(self, cause: Cause) -> set[Identifier] | None:
        """Take up a requirement; whose choice is to blame if it cannot be met, ``None`` if it can."""
        identifier = cause.want.identifier
        demand, chosen = self._demands[identifier], self.chosen.get(identifier)
        demand.causes.append(cause)
        demand.rank = None
        if chosen is not None:
            return None if self._stock.admits(cause.want, chosen) else {identifier}
        if demand.likely is None or not self._stock.admits(cause.want, demand.likely):
            asking = self._asking(identifier)
            demand.likely = next(self._stock.matching([one.want for one in asking]), None)
            if demand.likely is None:
                return _blamed(asking)
        return None

    def _asking(self, identifier: Identifier) -> list[Cause]:
        """Who wants something now; an extra must suit what is required of its project too."""
        name, extra = identifier
        return [*self._demands[identifier].causes, *(self._demands[name, ""].causes if extra else ())]

    def _forget(self, wants: Iterable[Want]) -> None:
        """Give up the latest requirements: they were taken up last, and in no other order."""
        for want in wants:
            demand = self._demands[want.identifier]
            demand.causes.pop()
            demand.rank = None


def _blamed(causes: Iterable[Cause]) -> set[Identifier]:
    return {cause.by.identifier for cause in causes if cause.by is not None}
