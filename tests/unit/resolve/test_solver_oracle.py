"""The solver against brute force: small random indexes, every combination of versions tried."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from hypothesis import event, given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.version import Version

from fakes import Offer, answer, pins, problem
from wheelforge.errors import ResolutionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NAMES = ("a", "b", "c", "d", "e")
VERSIONS = ("1", "2", "3")
EXTRA = "x"


@st.composite
def requirements(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(NAMES))
    extra = draw(st.sampled_from(["", "", "", f"[{EXTRA}]"]))
    operator = draw(st.sampled_from(["", "==", "!=", ">=", "<=", "<", ">"]))
    return f"{name}{extra}{operator}{draw(st.sampled_from(VERSIONS)) if operator else ''}"


@st.composite
def releases(draw: st.DrawFn) -> list[Offer]:
    found = []
    for name, version in itertools.product(NAMES, VERSIONS):
        if draw(st.booleans()) or version == VERSIONS[0]:
            always = draw(st.lists(requirements(), max_size=3))
            with_extra = [f'{text} ; extra == "{EXTRA}"' for text in draw(st.lists(requirements(), max_size=1))]
            found.append(Offer(f"{name}-{version}-py3-none-any.whl", [*always, *with_extra]))
    return found


def closure(roots: Iterable[str], chosen: Mapping[str, Offer]) -> set[str] | None:
    """The projects that the roots need when these versions are chosen; ``None`` where one of them does not fit."""
    waiting, seen, needed = list(roots), set[str](), set[str]()
    while waiting:
        text = waiting.pop()
        if text in seen:
            continue
        seen.add(text)
        requirement = Requirement(text)
        offer = chosen.get(requirement.name)
        if offer is None or offer.artifact.version not in requirement.specifier:
            return None
        needed.add(requirement.name)
        for below in map(Requirement, offer.requires):
            if below.marker is None or any(below.marker.evaluate({"extra": extra}) for extra in requirement.extras):
                below.marker = None
                waiting.append(str(below))
    return needed


def satisfiable(roots: Sequence[str], offers: Iterable[Offer]) -> bool:
    by_name = [[offer for offer in offers if offer.artifact.name == name] for name in NAMES]
    return any(
        closure(roots, dict(zip(NAMES, chosen, strict=True))) is not None for chosen in itertools.product(*by_name)
    )


@given(releases(), st.lists(requirements(), min_size=1, max_size=3))
def test_an_answer_serves_everyone_and_none_is_found_where_there_is_none(offers: list[Offer], roots: list[str]) -> None:
    try:
        found = pins(answer(problem(*roots), offers))
    except ResolutionError:
        # resolvelib misses an answer now and then (docs/decisions/0002-dependencies.md): no proof that there is none.
        event("missed" if satisfiable(roots, offers) else "impossible")
        return
    chosen: dict[str, Offer] = {
        offer.artifact.name: offer
        for offer in offers
        if found.get(offer.artifact.name) is not None and Version(found[offer.artifact.name]) == offer.artifact.version
    }
    assert closure(roots, chosen) == found.keys()
