"""Which detours are tried to break build cycles, in which order, and when that ends."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from plans import choice, sdist, solution, unit, units
from wheelforge.model.lock import BuildRequirement, Cycle, Source
from wheelforge.plan.cycles import ATTEMPTS, break_cycles, tell
from wheelforge.resolve.problem import Solution

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wheelforge.plan.cycles import Detour
    from wheelforge.plan.graph import Units


class World:
    """Which units come of a detour, told as ``UNIT without MEMBER``; what is not told has no solution."""

    def __init__(self, found: Mapping[str, Mapping[str, Iterable[str]]]) -> None:
        self._found = found
        self.tried: list[str] = []
        self.bans: list[frozenset[str]] = []
        """What was forbidden in each attempt, as ``UNIT NAME==VERSION``."""

    async def __call__(self, plan: Units, detour: Detour) -> Units | None:
        """See `Replan`."""
        told = f"{detour.unit[0]} without {detour.cycle.avoids.partition('==')[0]}"
        self.tried.append(told)
        before = {f"{name} {cycle.avoids}" for name, one in plan.items() for cycle in one.cycles}
        self.bans.append(frozenset({*before, f"{detour.unit} {detour.cycle.avoids}"}))
        if told not in self._found:
            return None
        cycles = {name: one.cycles for name, one in plan.items()}
        cycles[detour.unit] = (*cycles[detour.unit], detour.cycle)
        return {name: replace(one, cycles=cycles.get(name, ())) for name, one in units(self._found[told]).items()}


def broken(plan: Units, world: World) -> Units:
    return asyncio.run(break_cycles(plan, world))


CIRCLE = units({"a": ["b"], "b": ["c"], "c": ["a"]})


def test_units_without_a_cycle_stay_as_they_are() -> None:
    plan, world = units({"a": ["b"], "b": []}), World({})
    assert broken(plan, world) is plan
    assert world.tried == []


def test_each_edge_of_a_cycle_is_tried_until_one_breaks_it_and_that_is_told() -> None:
    world = World({"b without c": {"a": ["b"], "b": []}})
    plan = broken(CIRCLE, world)
    assert world.tried == ["a without b", "b without c"]
    path = ("a 1.0", "b 1.0", "c 1.0", "a 1.0")
    assert plan[sdist("b")].cycles == (Cycle(path=path, avoids="c==1.0"),)
    assert plan[sdist("a")].cycles == ()


def test_where_nothing_breaks_a_cycle_the_units_stay_as_they_were() -> None:
    world = World({"a without b": {"a": ["c"], "c": ["a"]}})
    assert broken(CIRCLE, world) is CIRCLE
    assert world.tried[:3] == ["a without b", "a without c", "c without a"]


TANGLE = {"a": ["b", "c"], "b": ["a", "c"], "c": ["a", "b"]}


def test_a_plan_with_less_of_cycles_is_gone_on_with_and_keeps_its_bans() -> None:
    world = World({"a without b": {"a": ["c"], "b": [], "c": ["a"]}, "a without c": {"a": [], "b": [], "c": ["a"]}})
    plan = broken(units(TANGLE), world)
    assert world.tried == ["a without b", "a without c"]
    assert [cycle.avoids for cycle in plan[sdist("a")].cycles] == ["b==1.0", "c==1.0"]


def test_a_ban_that_leads_nowhere_is_forgotten_for_the_next() -> None:
    world = World({"a without b": TANGLE, "b without a": {"a": ["b"], "b": []}})
    plan = broken(units(TANGLE), world)
    assert world.tried == ["a without b", "b without a"]
    assert plan[sdist("a")].cycles == ()


def test_no_set_of_bans_is_tried_twice_and_not_very_many_are() -> None:
    world = World({f"{one} without {other}": TANGLE for one in TANGLE for other in TANGLE})
    plan = units(TANGLE)
    assert broken(plan, world) is plan
    assert len(world.bans) == len(set(world.bans)) <= ATTEMPTS


def test_what_became_of_a_cycle_is_told() -> None:
    cycles = tuple(Cycle(path=("a 1.0", "b 2.0", "a 1.0"), avoids=avoids) for avoids in ("b==2.0", "c==2.0"))
    built = replace(unit(sdist("a"), solution(sdist("b"))), cycles=cycles)
    assert list(tell(built)) == [
        "build cycle a 1.0 -> b 2.0 -> a 1.0: a 1.0 is built with b 1.0 instead",
        "build cycle a 1.0 -> b 2.0 -> a 1.0: a 1.0 is built without c",
    ]


def test_what_leads_to_a_member_of_a_cycle_is_done_without_before_the_member() -> None:
    environment = Solution(choices=(choice(sdist("a")), choice(sdist("b"), "a")))
    asked = BuildRequirement(requirement="b", source=Source.STATIC)
    world = World({})
    broken({sdist("a"): unit(sdist("a"), environment, asked), sdist("b"): unit(sdist("b"), solution())}, world)
    assert world.tried == ["a without b", "a without a"]
