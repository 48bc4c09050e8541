"""Where graphs turn in circles, and what ends that."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from plans import graphs, is_cyclic, reachable
from wheelforge.plan.components import components, edges_within, fewest_that_end, shortest_cycle

if TYPE_CHECKING:
    from plans import Needs


@given(graphs())
def test_a_component_is_all_that_needs_each_other(graph: Needs) -> None:
    needed = {name: reachable(graph, name) for name in graph}
    cyclic = sorted(name for name in graph if name in needed[name])
    together = {tuple(other for other in cyclic if other in needed[name] and name in needed[other]) for name in cyclic}
    assert list(map(tuple, components(graph))) == sorted(together)


def test_a_component_may_be_long() -> None:
    names = [f"{number:05}" for number in range(20_000)]
    ring = {name: [needed] for name, needed in pairwise([*names, names[0]])}
    assert components(ring) == [names]


def test_what_is_needed_and_unknown_stands_in_no_cycle() -> None:
    assert components({"a": ["elsewhere"]}) == []


def test_edges_that_lead_out_of_a_component_do_not_hold_it_together() -> None:
    assert edges_within({"a": ["a", "b", "c"], "b": ["a"], "c": []}, ["a", "b"]) == 3


@pytest.mark.parametrize(
    ("graph", "cycle"),
    [
        ({"a": ["b"], "b": ["c"], "c": ["a"]}, "abca"),
        ({"a": ["b"], "b": ["c"], "c": ["a", "b"]}, "bcb"),
        ({"a": ["b"], "b": ["a", "b"]}, "bb"),
        ({"a": ["c"], "b": ["c"], "c": ["a", "b"]}, "aca"),
    ],
)
def test_the_shortest_cycle_of_a_component_begins_with_its_first_node(graph: Needs, cycle: str) -> None:
    [component] = components(graph)
    assert "".join(shortest_cycle(graph, component)) == cycle


@given(graphs().filter(is_cyclic))
def test_the_fewest_that_end_all_cycles_are_sorted_and_none_too_many(graph: Needs) -> None:
    chosen = fewest_that_end(graph, {name: [name] for name in graph})
    assert chosen == sorted(chosen)
    for kept in chosen:
        gone = set(chosen) - {kept}
        assert is_cyclic({name: [one for one in needed if one not in gone] for name, needed in graph.items()})


def test_where_sets_are_too_many_to_be_looked_through_a_small_one_is_found() -> None:
    pairs = [(f"a{number:02}", f"b{number:02}") for number in range(12)]
    graph = {one: [other] for pair in pairs for one, other in (pair, reversed(pair))}
    assert len(fewest_that_end(graph, {name: [name] for name in graph})) == len(pairs)
