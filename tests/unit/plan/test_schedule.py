"""Units start when what they need is done, the longest path first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from plans import NAMES, acyclic_graphs, reachable
from wheelforge.plan.schedule import Schedule

if TYPE_CHECKING:
    from plans import Needs

seconds = st.dictionaries(st.sampled_from(NAMES), st.floats(0, 100))


def started(schedule: Schedule) -> list[str]:
    """All that can be started now."""
    return list(iter(schedule.start, None))


def dependants(graph: Needs, unit: str) -> list[str]:
    return sorted(name for name in graph if unit in reachable(graph, name))


@given(acyclic_graphs(), seconds, st.data())
def test_every_unit_starts_once_and_after_all_that_it_needs(
    graph: Needs, seconds: dict[str, float], data: st.DataObject
) -> None:
    schedule = Schedule(graph, seconds)
    running, done = started(schedule), list[str]()
    while running:
        assert all(set(graph[unit]) <= set(done) for unit in running)
        finished = data.draw(st.sampled_from(running))
        running.remove(finished)
        done.append(finished)
        schedule.done(finished)
        running += started(schedule)
    assert sorted(done) == sorted(graph)


@given(acyclic_graphs(), seconds)
def test_what_starts_first_has_no_shorter_path_behind_it_than_what_starts_later(
    graph: Needs, seconds: dict[str, float]
) -> None:
    def path(unit: str) -> float:
        behind = [path(name) for name in graph if unit in graph[name]]
        return seconds.get(unit, 1.0) + max(behind, default=0.0)

    paths = [path(unit) for unit in started(Schedule(graph, seconds))]
    assert paths == sorted(paths, reverse=True)


def test_the_head_of_a_long_chain_starts_before_a_short_unit() -> None:
    assert started(Schedule({"a": [], "z": [], "y": ["z"]}, {})) == ["z", "a"]


def test_one_long_unit_starts_before_a_chain_of_short_ones() -> None:
    assert started(Schedule({"a": [], "b": ["a"], "z": []}, {"z": 60.0})) == ["z", "a"]


def test_equals_start_by_name() -> None:
    assert started(Schedule({"b": [], "c": [], "a": []}, {})) == ["a", "b", "c"]


def test_nothing_starts_while_what_it_needs_is_not_done() -> None:
    schedule = Schedule({"a": [], "b": ["a"]}, {})
    assert started(schedule) == ["a"]
    assert schedule.start() is None
    schedule.done("a")
    assert started(schedule) == ["b"]


@given(acyclic_graphs(), st.data())
def test_a_lost_unit_takes_exactly_its_dependants_with_it(graph: Needs, data: st.DataObject) -> None:
    lost = data.draw(st.sampled_from(sorted(graph)))
    schedule = Schedule(graph, {})
    running, done = started(schedule), list[str]()
    while running:
        unit = running.pop()
        if unit == lost:
            assert schedule.lose(unit) == dependants(graph, lost)
        else:
            done.append(unit)
            schedule.done(unit)
        running += started(schedule)
    assert sorted(done) == sorted(set(graph) - {lost, *dependants(graph, lost)})
