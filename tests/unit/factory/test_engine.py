"""Units run in threads, as many as there are places; a failure is kept with its unit, an interruption ends all."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans import NAMES, acyclic_graphs, reachable
from wheelforge.errors import BuildError
from wheelforge.factory.engine import OnFailure, run_units
from wheelforge.plan.schedule import Schedule
from wheelforge.process.runner import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from plans import Needs

LONG = 30
"""Seconds after which a wait is given up: the test has failed then."""


class Work:
    """Does what it is told for some units, and notes which are done and how many it was on at once."""

    def __init__(self, **deeds: Callable[[], object]) -> None:
        self._deeds = deeds
        self._lock = threading.Lock()
        self._running = 0
        self.most = 0
        self.done: list[str] = []

    def __call__(self, unit: str) -> None:
        """Make one unit."""
        with self._lock:
            self._running += 1
            self.most = max(self.most, self._running)
        try:
            self._deeds.get(unit, lambda: None)()
            self.done.append(unit)
        finally:
            with self._lock:
                self._running -= 1


def failing(fault: BaseException, after: Callable[[], object] = lambda: None) -> Callable[[], object]:
    def fail() -> object:
        after()
        raise fault

    return fail


def meeting(parties: int) -> Callable[[], object]:
    """Come back when so many are there at once."""
    return threading.Barrier(parties, timeout=LONG).wait


def run(
    needs: Mapping[str, Sequence[str]], work: Work, *, places: int = 2, on_failure: OnFailure = OnFailure.STOP
) -> dict[str, Exception]:
    return asyncio.run(run_units(Schedule(needs, {}), work, places=places, on_failure=on_failure))


def test_nothing_to_do_is_done_at_once() -> None:
    assert run({}, Work()) == {}


def test_one_place_takes_the_longest_path_first() -> None:
    work = Work()
    assert run({"short": [], "long": [], "end": ["long"]}, work, places=1) == {}
    assert work.done == ["long", "end", "short"]


@given(acyclic_graphs(), st.integers(1, 3))
def test_every_unit_is_made_once_and_after_all_that_it_needs(graph: Needs, places: int) -> None:
    work = Work()
    assert run(graph, work, places=places) == {}
    assert sorted(work.done) == sorted(graph)
    for place, unit in enumerate(work.done):
        assert set(graph[unit]) <= set(work.done[:place])


@pytest.mark.parametrize("places", [1, 2, 3])
def test_as_many_units_run_at_once_as_there_are_places_and_never_more(places: int) -> None:
    together = meeting(places)
    names = [f"unit{number}" for number in range(4 * places)]
    work = Work(**dict.fromkeys(names, together))
    assert run({name: [] for name in names}, work, places=places) == {}
    assert work.most == places
    assert sorted(work.done) == sorted(names)


@pytest.mark.parametrize("on_failure", OnFailure)
def test_a_failure_is_given_back_with_its_unit(on_failure: OnFailure) -> None:
    fault = BuildError("a does not build")
    assert run({"a": []}, Work(a=failing(fault)), on_failure=on_failure) == {"a": fault}


def test_after_a_failure_nothing_more_is_started() -> None:
    work = Work(a=failing(BuildError("a does not build")))
    assert set(run({"a": [], "b": [], "c": []}, work, places=1)) == {"a"}
    assert work.done == []


def test_after_a_failure_what_runs_is_let_finish() -> None:
    together = meeting(2)
    work = Work(a=failing(BuildError("a does not build"), after=together), b=together)
    assert set(run({"a": [], "b": []}, work)) == {"a"}
    assert work.done == ["b"]


@given(acyclic_graphs(), st.sets(st.sampled_from(NAMES)), st.integers(1, 3))
def test_going_on_makes_exactly_what_does_not_need_what_failed(graph: Needs, broken: set[str], places: int) -> None:
    faults = {name: BuildError(f"{name} does not build") for name in broken}
    work = Work(**{name: failing(fault) for name, fault in faults.items()})
    failures = run(graph, work, places=places, on_failure=OnFailure.GO_ON)
    able = {name for name in graph if not reachable(graph, name) & broken}
    assert failures == {name: faults[name] for name in able & broken}
    assert sorted(work.done) == sorted(able - broken)


@pytest.mark.parametrize("on_failure", OnFailure)
@pytest.mark.parametrize("interruption", [KeyboardInterrupt, Stopped, SystemExit])
def test_an_interruption_is_no_failure_but_ends_all(interruption: type[BaseException], on_failure: OnFailure) -> None:
    work = Work(a=failing(interruption()))
    with pytest.raises(interruption):
        run({"a": [], "b": []}, work, places=1, on_failure=on_failure)
    assert work.done == []


def test_an_interruption_waits_for_what_still_runs() -> None:
    together = meeting(2)
    work = Work(a=failing(Stopped(), after=together), b=together)
    with pytest.raises(Stopped):
        run({"a": [], "b": []}, work)
    assert work.done == ["b"]


def test_several_interruptions_are_told_as_one() -> None:
    together = meeting(2)
    with pytest.raises(Stopped):
        run({"a": [], "b": []}, Work(a=failing(Stopped(), after=together), b=failing(Stopped(), after=together)))


@pytest.mark.parametrize(("end", "done"), [(lambda: None, ["a"]), (failing(Stopped()), [])], ids=["done", "stopped"])
def test_who_cancels_waits_for_what_runs_and_nothing_more_is_started(
    end: Callable[[], object], done: list[str]
) -> None:
    begun, ended = threading.Event(), threading.Event()

    def take_long() -> None:
        begun.set()
        assert ended.wait(LONG)
        end()

    work = Work(a=take_long)

    async def main() -> bool:
        schedule = Schedule({"a": [], "b": []}, {})
        task = asyncio.create_task(run_units(schedule, work, places=1, on_failure=OnFailure.GO_ON))
        await asyncio.to_thread(begun.wait, LONG)
        task.cancel()
        await asyncio.sleep(0)
        waits = not task.done()
        ended.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        return waits

    assert asyncio.run(main())
    assert work.done == done
