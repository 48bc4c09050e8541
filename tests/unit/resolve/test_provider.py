"""What is decided next: pip's order, seen in what is chosen where not everyone can have the newest."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar

import pytest
from packaging.utils import canonicalize_name
from resolvelib.structs import RequirementInformation

from fakes import Offer, answer, catalog, pins, problem
from wheelforge.resolve import solver
from wheelforge.resolve.problem import Solution
from wheelforge.resolve.provider import TROUBLES, Held, Provider

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wheelforge.resolve.problem import Identifier, Want

    Cause = RequirementInformation[Want, Held]


def wheel(name: str, version: str, *requires: str) -> Offer:
    return Offer(f"{name}-{version}-py3-none-any.whl", requires)


RIVALS = [
    wheel("top", "1", "first>=1", "second<3"),
    *(wheel(name, "1") for name in ("first", "second")),
    wheel("first", "2", "judge==1"),
    wheel("second", "2", "judge==2"),
    wheel("judge", "1"),
    wheel("judge", "2"),
]
"""Of ``first`` and ``second`` one alone can have its newest version: whichever is decided before the other."""


@pytest.mark.parametrize(
    ("roots", "newest"),
    [
        (("first", "second"), "first"),
        (("second", "first"), "second"),
        (("second", "first>=1"), "second"),
        (("first", "second<3"), "second"),
        (("first>=1", "second==2.*"), "second"),
        (("first!=3.*", "second<=2"), "second"),
        (("first<3", "second==2"), "second"),
        (("first<3", "second>=1"), "first"),
        (("top",), "second"),
    ],
)
def test_pins_go_first_then_what_has_an_upper_bound_then_the_order_of_the_user(
    roots: tuple[str, ...], newest: str
) -> None:
    chosen = pins(answer(problem(*roots), RIVALS))
    assert [name for name in ("first", "second") if chosen[name] == "2"] == [newest]


def test_of_what_a_dependency_requires_what_has_any_bound_goes_first_and_then_the_name_decides() -> None:
    bounded = [wheel("top", "1", "first", "second>=1"), *RIVALS[1:]]
    bare = [wheel("top", "1", "second", "first"), *RIVALS[1:]]
    assert pins(answer(problem("top"), bounded))["second"] == "2"
    assert pins(answer(problem("top"), bare))["first"] == "2"


def causes(provider: Provider) -> list[Cause]:
    """Trouble between what was asked for."""
    return [RequirementInformation(want, None) for want in provider.roots()]


def narrowed(
    provider: Provider, names: Sequence[str], trouble: Sequence[Cause], decided: Mapping[Identifier, Held]
) -> list[str]:
    identifiers = [(name, "") for name in names]
    return [name for name, _ in provider.narrow_requirement_selection(identifiers, decided, {}, {}, trouble)]


def test_what_is_in_the_way_is_decided_before_all_else_where_it_is_open() -> None:
    provider = Provider(problem("first"), catalog(*RIVALS))
    trouble = causes(provider)
    assert narrowed(provider, ["judge", "first"], trouble, {}) == ["first"]
    assert narrowed(provider, ["judge", "second"], trouble, {}) == ["judge", "second"]


def test_what_was_in_the_way_again_and_again_is_decided_early_from_then_on() -> None:
    provider = Provider(problem("first"), catalog(*RIVALS))
    trouble = causes(provider)
    for _ in range(TROUBLES):
        assert narrowed(provider, ["first", "judge"], [], {}) == ["first", "judge"]
        narrowed(provider, ["judge"], trouble, {})
    assert narrowed(provider, ["first", "judge"], [], {}) == ["first"]


def test_what_was_decided_when_trouble_came_does_not_count_as_in_the_way() -> None:
    known = catalog(*RIVALS)
    provider = Provider(problem("first"), known)
    trouble, shelf = causes(provider), known.shelf(canonicalize_name("first"), problem("first"))
    assert shelf is not None
    candidate = next(iter(shelf.matching(trouble[0].requirement.specifier, prereleases=False)))
    for _ in range(TROUBLES):
        narrowed(provider, ["judge"], trouble, {("first", ""): Held(candidate, None)})
    assert narrowed(provider, ["first", "judge"], [], {}) == ["first", "judge"]


class Counting(Provider):
    """Counts what the solver asks."""

    asked: ClassVar[Counter[str]] = Counter()

    def get_preference(
        self,
        identifier: Identifier,
        resolutions: Mapping[Identifier, Held],
        candidates: Mapping[Identifier, Iterator[Held]],
        information: Mapping[Identifier, Iterator[Cause]],
        backtrack_causes: Sequence[Cause],
    ) -> tuple[bool, bool, float, bool, Identifier]:
        self.asked["preference"] += 1
        return super().get_preference(identifier, resolutions, candidates, information, backtrack_causes)

    def is_satisfied_by(self, requirement: Want, candidate: Held) -> bool:
        self.asked["fit"] += 1
        return super().is_satisfied_by(requirement, candidate)


def test_what_has_not_changed_is_not_asked_again_in_each_round(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"p{number:02}" for number in range(40)]
    monkeypatch.setattr(solver, "Provider", Counting)
    assert isinstance(solver.solve(problem(*names), catalog(*(wheel(name, "1") for name in names))), Solution)
    assert 0 < Counting.asked["preference"] <= len(names)
    assert 0 < Counting.asked["fit"] <= 2 * len(names)
