"""Units come after what they need, and where that cannot be, the cycle and what ends it are told."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans import NAMES, acyclic_graphs, choice, graphs, is_cyclic, reachable, sdist, solution, unit, units, wheel
from wheelforge.model.lock import BuildRequirement, Source
from wheelforge.plan.graph import BuildCycle, build_order, needs
from wheelforge.resolve.problem import Solution

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from random import Random

    from plans import Needs


def cycle(graph: Mapping[str, Iterable[str]], wheels: Collection[str] = NAMES) -> BuildCycle:
    """The cycle that is told of units that cannot be built."""
    with pytest.raises(BuildCycle) as caught:
        build_order(units(graph, wheels=wheels))
    return caught.value


def seeded(graph: Needs, seeds: Collection[str]) -> Needs:
    """What is still to be built first once the seeds come as wheels."""
    return {name: [need for need in needed if need not in seeds] for name, needed in graph.items()}


def paths(found: BuildCycle) -> list[list[str]]:
    return [[member.name for member in path] for path in found.paths]


def told(graph: Mapping[str, Iterable[str]], wheels: Collection[str] = NAMES) -> list[list[str]]:
    return paths(cycle(graph, wheels))


@given(acyclic_graphs())
def test_every_unit_is_built_once_and_after_all_that_it_needs(graph: Needs) -> None:
    order = [one.sdist.name for one in build_order(units(graph))]
    assert sorted(order) == sorted(graph)
    for place, name in enumerate(order):
        assert set(graph[name]) <= set(order[:place])


@given(acyclic_graphs(), st.randoms(use_true_random=False))
def test_the_order_in_which_units_were_found_does_not_matter(graph: Needs, random: Random) -> None:
    found = list(units(graph).items())
    before = build_order(dict(found))
    random.shuffle(found)
    assert build_order(dict(found)) == before


def test_units_that_could_be_built_at_once_go_by_file_name() -> None:
    order = build_order(units({"c": [], "a": ["d"], "b": [], "d": []}))
    assert [one.sdist.name for one in order] == ["b", "c", "d", "a"]


def test_only_sdists_of_the_environment_must_be_built_first() -> None:
    environment = solution(sdist("b"), wheel("c"), sdist("a"))
    assert needs(unit(sdist("d"), environment)) == [sdist("a"), sdist("b")]


@given(graphs())
def test_a_cycle_is_told_exactly_where_there_is_one(graph: Needs) -> None:
    if not is_cyclic(graph):
        assert len(build_order(units(graph))) == len(graph)
        return
    for path in told(graph):
        assert path[0] == path[-1]
        assert len(set(path[1:])) == len(path) - 1
        assert all(needed in graph[name] for name, needed in pairwise(path))


@given(graphs().filter(is_cyclic))
def test_whoever_stands_in_a_cycle_needs_one_that_is_told_and_is_needed_by_it(graph: Needs) -> None:
    found = [path[0] for path in told(graph)]
    for name in (name for name in graph if name in reachable(graph, name)):
        assert any(first in reachable(graph, name) and name in reachable(graph, first) for first in found)


@given(graphs().filter(is_cyclic), st.sets(st.sampled_from(NAMES)))
def test_what_is_offered_as_seeds_has_wheels_and_is_the_smallest_set_that_ends_all_cycles(
    graph: Needs, wheels: set[str]
) -> None:
    found = cycle(graph, wheels)
    if is_cyclic(seeded(graph, wheels)):
        assert found.seeds == ()
        assert not is_cyclic(seeded(graph, found.lacking))
        return
    assert set(found.seeds) <= wheels
    assert not is_cyclic(seeded(graph, found.seeds))
    smaller = combinations(sorted(graph), len(found.seeds) - 1)
    assert all(is_cyclic(seeded(graph, fewer)) for fewer in smaller if wheels.issuperset(fewer))


def test_a_cycle_is_told_as_a_path_with_the_option_that_ends_it() -> None:
    found = cycle({"a": ["b"], "b": ["c"], "c": ["a"]}, wheels={"b"})
    assert found.message.startswith("build cycle: a 1.0 -> b 1.0 -> c 1.0 -> a 1.0\n")
    assert found.hint is not None
    assert found.hint.endswith(": --seed b")


def test_a_unit_that_needs_itself_is_a_cycle_of_one() -> None:
    found = cycle({"a": ["a"], "b": ["a"]})
    assert paths(found) == [["a", "a"]]
    assert found.seeds == ("a",)


def test_the_unit_that_two_cycles_share_ends_both() -> None:
    assert cycle({"a": ["b"], "b": ["a", "c"], "c": ["b"]}).seeds == ("b",)


def test_of_cycles_that_share_a_unit_the_shortest_is_told() -> None:
    assert told({"a": ["b"], "b": ["c"], "c": ["a", "d"], "d": ["c"]}) == [["c", "d", "c"]]


def test_who_needs_itself_and_another_is_told_with_both() -> None:
    assert told({"a": ["b"], "b": ["a", "b"]}) == [["a", "b", "a"], ["b", "b"]]


def test_cycles_apart_from_each_other_are_all_told_with_a_seed_for_each() -> None:
    found = cycle({"a": ["b"], "b": ["a"], "c": ["d"], "d": ["c"]})
    assert paths(found) == [["a", "b", "a"], ["c", "d", "c"]]
    assert found.hint is not None
    assert found.hint.endswith(": --seed a --seed c")


@pytest.mark.parametrize(("wheels", "needed"), [("", "--seed a"), ("b", "--seed a"), ("d", "--seed a")])
def test_where_the_wheels_of_an_index_do_not_do_those_are_named_that_would(wheels: str, needed: str) -> None:
    found = cycle({"a": ["a", "b"], "b": ["a"], "d": []}, wheels=wheels)
    assert (found.seeds, found.lacking) == ((), ("a",))
    assert found.hint is not None
    assert found.hint.endswith(f"-f FOLDER {needed}")


def test_a_seed_stands_for_all_versions_of_its_project() -> None:
    older = {
        "a-0.9.tar.gz": unit("a-0.9.tar.gz", solution(sdist("b")), speaks="a-0.9-py3-none-any.whl"),
        sdist("b"): unit(sdist("b"), solution("a-0.9.tar.gz"), speaks=wheel("b")),
        sdist("c"): unit(sdist("c"), solution(sdist("a")), speaks=wheel("c")),
        sdist("a"): unit(sdist("a"), solution(sdist("c")), speaks=wheel("a")),
    }
    with pytest.raises(BuildCycle) as caught:
        build_order(older)
    assert caught.value.seeds == ("a",)


def test_a_cycle_through_what_a_build_requirement_needs_to_run_is_told_in_full() -> None:
    environment = Solution(choices=(choice(sdist("a")), choice(sdist("b"), "c"), choice(sdist("c"), "a>=1")))
    asked = BuildRequirement(requirement="b>=1", source=Source.STATIC)
    built = {
        sdist("a"): unit(sdist("a"), environment, asked, speaks=wheel("a")),
        sdist("b"): unit(sdist("b"), Solution(choices=())),
        sdist("c"): unit(sdist("c"), Solution(choices=())),
    }
    with pytest.raises(BuildCycle, match=r"build cycle: a 1\.0 -> b 1\.0 -> c 1\.0 -> a 1\.0\n"):
        build_order(built)
