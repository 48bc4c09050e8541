"""When a lock answers for the inputs, and which of its pins are kept when it does not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from fakes import LINUX, WINDOWS, asked, digest
from places import place
from plans import sdist, solution, unit, wheel
from wheelforge.events import Event, Note, Warn
from wheelforge.factory.following import (
    Drifted,
    Earlier,
    Following,
    check_drift,
    differing,
    drift,
    earlier,
    serves,
    tell_strange_upgrades,
)
from wheelforge.factory.locking import Planned, Weight, make_lock
from wheelforge.factory.planning import Plan
from wheelforge.model.building import AsOf
from wheelforge.model.inputs import ALL, Inputs, Resolution
from wheelforge.plan.units import BuildClosure

if TYPE_CHECKING:
    from wheelforge.model.lock import Lock

INPUTS = Inputs(requirements=asked("a"))
PLACE = replace(place("https://files.example/c.zip", name="c"), written="URL")
A, TOOL = NormalizedName("a"), NormalizedName("tool")


def lock(inputs: Inputs = INPUTS) -> Lock:
    closure = BuildClosure(units=(unit(sdist("a"), solution(wheel("tool"))),), incomplete=())
    plan = Plan(target=LINUX, runtime=solution(sdist("a")), closure=closure)
    weights = {name: Weight(sha256=digest(name), size=1) for name in (sdist("a"), wheel("tool"))}
    return make_lock(inputs, Planned(plans=(plan,), weights=weights))


def test_a_lock_serves_the_inputs_that_it_was_made_for() -> None:
    assert serves(lock(), INPUTS, [LINUX])
    assert serves(lock(), replace(INPUTS, requirements=asked("a", origin="requirements.txt:1")), [LINUX])


def test_a_lock_that_lacks_something_serves_nobody() -> None:
    assert not serves(replace(lock(), incomplete=("a 1.0: no sandbox",)), INPUTS, [LINUX])


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        (replace(INPUTS, requirements=asked("a", "b")), "the requirement b is new"),
        (replace(INPUTS, requirements=()), "the requirement a is no longer there"),
        (replace(INPUTS, constraint_places=(PLACE,)), "the constraint reference c @ URL is new"),
        (replace(INPUTS, build_constraints=asked("c<2")), "the build constraint c<2 is new"),
        (replace(INPUTS, resolution=Resolution.LOWEST), "--resolution was not given and is lowest"),
        (replace(INPUTS, build_deps=True), "--build-deps was not given and is given"),
        (
            replace(INPUTS, indexes=("x=https://index.example/",)),
            "--indexes was not given and is x=https://index.example/",
        ),
    ],
)
def test_each_difference_is_told(inputs: Inputs, reason: str) -> None:
    assert list(drift(lock(), inputs, [LINUX])) == [reason]


def test_the_order_of_requirements_counts() -> None:
    made = lock(replace(INPUTS, requirements=asked("a", "b")))
    turned = replace(INPUTS, requirements=asked("b", "a"))
    assert list(drift(made, turned, [LINUX])) == ["the requirements stand in another order"]


def test_other_targets_are_another_question() -> None:
    assert list(drift(lock(), INPUTS, [WINDOWS])) == [
        f"the target {WINDOWS.name} is new",
        f"the target {LINUX.name} is no longer asked for",
    ]


def test_a_target_of_the_same_name_may_have_other_markers() -> None:
    patched = replace(LINUX, environment={**LINUX.environment, "python_full_version": "3.12.9"})
    assert list(drift(lock(), INPUTS, [patched])) == [f"the target {LINUX.name} has other markers"]


def test_a_locked_folder_may_not_drift() -> None:
    check_drift(lock(), INPUTS, [LINUX], "folder")
    with pytest.raises(Drifted, match=r"the lock in folder was made for something else:\n  the requirement b is new"):
        check_drift(lock(), replace(INPUTS, requirements=asked("a", "b")), [LINUX], "folder")
    with pytest.raises(Drifted, match="folder has no lock to follow"):
        check_drift(None, INPUTS, [LINUX], "folder")


def test_pins_are_kept_for_their_own_target_and_builder() -> None:
    kept = Earlier(lock=lock())
    assert kept.runtime(LINUX.name) == {A: (Version("1.0"),)}
    assert kept.builds(LINUX.name) == {TOOL: {Version("1.0")}}
    assert kept.runtime(WINDOWS.name) == {}
    assert kept.builds(WINDOWS.name) == {}


@pytest.mark.parametrize("upgrade", [frozenset({ALL}), frozenset({"a", "tool"})])
def test_what_is_upgraded_is_let_go(upgrade: frozenset[str]) -> None:
    kept = Earlier(lock=lock(), upgrade=upgrade)
    assert (kept.runtime(LINUX.name), kept.builds(LINUX.name)) == ({}, {})


def test_what_is_not_named_is_kept_in_an_upgrade() -> None:
    kept = Earlier(lock=lock(), upgrade=frozenset({"tool"}))
    assert (kept.runtime(LINUX.name), kept.builds(LINUX.name)) == ({A: (Version("1.0"),)}, {})


NO_BUILDS = "no version of a build environment is kept from the earlier lock"
LOWEST = replace(INPUTS, resolution=Resolution.LOWEST)
RELEASE = replace(INPUTS, building=replace(INPUTS.building, as_of=AsOf(moment=None, written="release")))


@pytest.mark.parametrize(
    ("inputs", "runtime", "builds", "notes"),
    [
        (replace(INPUTS, requirements=asked("a", "b")), {A}, {TOOL}, []),
        (LOWEST, set(), set(), ["--resolution was not given and is lowest: no version is kept from the earlier lock"]),
        (
            replace(INPUTS, allow_prereleases=True),
            set(),
            set(),
            ["--pre was not given and is given: no version is kept from the earlier lock"],
        ),
        (
            RELEASE,
            {A},
            set(),
            [f"--build-deps-as-of was not given and is release: {NO_BUILDS}"],
        ),
    ],
)
def test_pins_that_another_rule_chose_are_let_go_and_that_is_told(
    inputs: Inputs, runtime: set[NormalizedName], builds: set[NormalizedName], notes: list[str]
) -> None:
    events: list[Event] = []
    kept = earlier(lock(), inputs, Following(), events.append)
    assert (set(kept.runtime(LINUX.name)), set(kept.builds(LINUX.name))) == (runtime, builds)
    assert events == [Note(text=text) for text in notes]


def test_an_upgrade_keeps_nothing_and_says_nothing() -> None:
    events: list[Event] = []
    assert earlier(lock(), LOWEST, Following(upgrade=frozenset({ALL})), events.append) == Earlier()
    assert earlier(None, LOWEST, Following(), events.append) == Earlier()
    assert events == []


def test_a_name_that_the_lock_does_not_have_is_told() -> None:
    events: list[Event] = []
    for names in ({"a", "tool", ALL}, {"a", "other"}):
        tell_strange_upgrades(Following(upgrade=frozenset(names)), lock(), events.append)
    tell_strange_upgrades(Following(upgrade=frozenset({"other"})), None, events.append)
    assert events == [Warn(text="nothing to upgrade: the lock in the folder has no other")]


def test_the_files_that_differ_are_named() -> None:
    old = lock()
    source, tool = old.artifacts
    other = replace(source, sha256=digest("other"))
    new = replace(old, artifacts=(other, replace(tool, filename=wheel("new"))))
    changed = f"sha256:{source.sha256} was locked, and it is sha256:{other.sha256}"
    assert list(differing(old, new)) == [
        f"{sdist('a')} has changed: {changed}",
        f"{wheel('new')} is new",
        f"{wheel('tool')} is no longer needed",
    ]
