"""One target's part of a lock is what it would be alone."""

from __future__ import annotations

from dataclasses import replace
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
    planned = Planned(plans=plans, weights=weights_of("a", "c", "d"), layout=layout)
    return make_lock(Inputs(requirements=asked("a"), build_deps=True), planned)


def weights_of(*names: str) -> dict[str, Weight]:
    return {sdist(name): Weight(sha256=digest(sdist(name)), size=1) for name in names}


ON_LINUX, ON_WINDOWS = plan_for(LINUX, "c"), plan_for(WINDOWS, "d")


def test_all_targets_are_the_whole_lock() -> None:
    whole = lock_of(ON_LINUX, ON_WINDOWS)
    assert for_targets(whole, {LINUX.name, WINDOWS.name}) == whole


def test_one_target_keeps_its_own_pins_units_and_files() -> None:
    assert for_targets(lock_of(ON_LINUX, ON_WINDOWS), {WINDOWS.name}) == lock_of(ON_WINDOWS)


def test_what_is_not_known_for_another_target_is_no_concern_of_this_one() -> None:
    closure = replace(ON_WINDOWS.closure, incomplete=("builds for windows are a guess",))
    plans = (ON_LINUX, replace(ON_WINDOWS, closure=closure))
    inputs, weights = Inputs(requirements=asked("a"), build_deps=True), weights_of("a", "c", "d")
    foreign = {LINUX.name: ["a 1 was asked elsewhere"]}
    planned = Planned(plans=plans, weights=weights, incomplete=("a 1 is believed",), foreign=foreign)
    whole = make_lock(inputs, planned)
    assert whole.incomplete == ("a 1 is believed", "a 1 was asked elsewhere", "builds for windows are a guess")
    assert for_targets(whole, {LINUX.name}).incomplete == ("a 1 is believed", "a 1 was asked elsewhere")
    assert for_targets(whole, {WINDOWS.name}).incomplete == ("a 1 is believed", "builds for windows are a guess")


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
