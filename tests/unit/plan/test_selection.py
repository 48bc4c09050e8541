"""One target's part of a lock is what it would be alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes import LINUX, WINDOWS, asked, digest
from plans import sdist, solution, unit
from wheelforge.factory.layout import Layout
from wheelforge.factory.locking import Planned, Weight, make_lock
from wheelforge.factory.planning import Plan
from wheelforge.model.inputs import Inputs
from wheelforge.plan.selection import for_targets
from wheelforge.plan.units import BuildClosure

if TYPE_CHECKING:
    from wheelforge.model.lock import Lock
    from wheelforge.model.targets import Target


def plan_for(target: Target, tool: str) -> Plan:
    closure = BuildClosure(
        units=(unit(sdist(tool), solution()), unit(sdist("a"), solution(sdist(tool)))), incomplete=()
    )
    return Plan(target=target, runtime=solution(sdist("a")), closure=closure)


def lock_of(*plans: Plan, layout: Layout = Layout.FLAT) -> Lock:
    weights = {sdist(name): Weight(sha256=digest(sdist(name)), size=1) for name in ("a", "c", "d")}
    return make_lock(
        Inputs(requirements=asked("a"), build_deps=True), Planned(plans=plans, weights=weights, layout=layout)
    )


ON_LINUX, ON_WINDOWS = plan_for(LINUX, "c"), plan_for(WINDOWS, "d")


def test_all_targets_are_the_whole_lock() -> None:
    whole = lock_of(ON_LINUX, ON_WINDOWS)
    assert for_targets(whole, {LINUX.name, WINDOWS.name}) == whole


def test_one_target_keeps_its_own_pins_units_and_files() -> None:
    assert for_targets(lock_of(ON_LINUX, ON_WINDOWS), {WINDOWS.name}) == lock_of(ON_WINDOWS)


def test_a_file_keeps_its_place_in_the_folder_of_the_target() -> None:
    part = for_targets(lock_of(ON_LINUX, ON_WINDOWS, layout=Layout.PER_TARGET), {LINUX.name})
    assert [file.path for file in part.artifacts] == [f"{LINUX.name}/{sdist('a')}", f"build-deps/{sdist('c')}"]


def test_what_is_shipped_to_another_and_needed_by_builds_here_stands_with_what_they_need() -> None:
    ships = Plan(target=WINDOWS, runtime=solution(sdist("c")))
    whole = lock_of(ON_LINUX, ships, layout=Layout.PER_TARGET)
    places = {file.filename: file.paths for file in whole.artifacts}
    assert places[sdist("c")] == (f"{WINDOWS.name}/{sdist('c')}", f"build-deps/{sdist('c')}")
    part = for_targets(whole, {LINUX.name})
    assert {file.filename: file.paths for file in part.artifacts} == {
        sdist("a"): (f"{LINUX.name}/{sdist('a')}",),
        sdist("c"): (f"build-deps/{sdist('c')}",),
    }
