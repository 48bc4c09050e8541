"""Where in an ordered row of versions a specifier can fit at all, so that a long row is not gone through for each."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from packaging.specifiers import Specifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

_FLOORS, _CEILINGS = frozenset({">=", ">"}), frozenset({"<=", "<"})


class Windows:
    """The windows of one row of versions, oldest first. A bound is looked for by halving, and remembered."""

    def __init__(self, versions: Sequence[Version]) -> None:
        self._versions = versions
        self._edges: dict[str, int] = {}

    def window(self, specifier: SpecifierSet) -> tuple[int, int]:
        """From and to where in the row versions can fit; those inside still have to be looked at one by one."""
        start, stop = 0, len(self._versions)
        for clause in specifier:
            for bound in _bounds(clause):
                edge = self._edge(bound)
                if bound.operator in _FLOORS:
                    start = max(start, edge)
                else:
                    stop = min(stop, edge)
        return start, max(start, stop)

    def _edge(self, bound: Specifier) -> int:
        """The first version from which a floor fits, or from which a ceiling fits no more."""
        key = str(bound)
        if key not in self._edges:
            # As bisect wants it, 0 comes before 1: what is below a floor, or within a ceiling.
            beyond = bound.operator in _FLOORS
            self._edges[key] = bisect_left(
                self._versions, 1, key=lambda one: int(bound.contains(one, prereleases=True) is beyond)
            )
        return self._edges[key]


def _bounds(clause: Specifier) -> Iterator[Specifier]:
    """What a clause implies that holds from some version on, or up to one (PEP 440)."""
    if clause.operator in _FLOORS | _CEILINGS:
        yield clause
    elif clause.operator == "~=" or (clause.operator == "==" and not clause.version.endswith(".*")):
        public = clause.version.partition("+")[0]
        yield Specifier(f">={public}")
        if clause.operator == "==":
            yield Specifier(f"<={public}")
