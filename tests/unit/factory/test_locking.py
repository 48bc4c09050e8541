"""A plan becomes the same lock however it was come by."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from fakes import LINUX, WINDOWS, Offer, asked, digest, vouched
from plans import candidate, choice, sdist, solution, unit, wheel
from wheelforge.errors import IntegrityError
from wheelforge.factory.layout import Layout
from wheelforge.factory.locking import Planned, Weight, chosen_files, make_lock
from wheelforge.factory.planning import Plan
from wheelforge.formats.lock import dump_lock, load_lock
from wheelforge.model.inputs import Inputs
from wheelforge.model.lock import BuildRequirement, Cycle, Source
from wheelforge.plan.units import BuildClosure
from wheelforge.resolve.problem import Solution

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wheelforge.model.lock import Lock

STATIC = BuildRequirement(requirement="c", source=Source.STATIC)
RUNTIME = Solution(choices=(choice(sdist("a"), "b>=1"), choice(wheel("b"))))
CLOSURE = BuildClosure(
    units=(
        unit(sdist("d"), solution(wheel("b"), wheel("c")), STATIC),
        unit(sdist("a"), solution(wheel("c"), sdist("d")), STATIC),
    ),
    incomplete=(),
)
FILES = (sdist("a"), wheel("b"), wheel("c"), sdist("d"))


INPUTS = Inputs(requirements=asked("a"), build_deps=True)


def weights(filenames: Iterable[str] = FILES) -> dict[str, Weight]:
    return {name: Weight(sha256=digest(name), size=len(name)) for name in filenames}


def lock_of(
    *plans: Plan,
    filenames: Iterable[str] = FILES,
    inputs: Inputs = INPUTS,
    layout: Layout = Layout.FLAT,
    left_out: Iterable[str] = (),
) -> Lock:
    whole = plans or (Plan(target=LINUX, runtime=RUNTIME, closure=CLOSURE),)
    planned = Planned(plans=whole, weights=weights(filenames), layout=layout, left_out=frozenset(left_out))
    return make_lock(inputs, planned)


def closed(closure: BuildClosure) -> Plan:
    return Plan(target=LINUX, runtime=RUNTIME, closure=closure)


def test_a_lock_is_read_back_as_it_was_written() -> None:
    lock = lock_of()
    assert load_lock(dump_lock(lock), origin="wheelforge.lock") == lock


def test_the_order_in_which_files_came_does_not_show() -> None:
    assert dump_lock(lock_of(filenames=FILES)) == dump_lock(lock_of(filenames=FILES[::-1]))


def test_every_file_stands_once_and_by_name() -> None:
    assert [file.filename for file in lock_of().artifacts] == sorted(FILES)


def test_what_is_needed_to_run_is_not_for_builds_only() -> None:
    only = {file.filename: file.build_only for file in lock_of().artifacts}
    assert only == {sdist("a"): False, wheel("b"): False, wheel("c"): True, sdist("d"): True}


def test_a_file_is_locked_with_the_hash_and_size_of_the_bytes_that_came() -> None:
    came = weights() | {wheel("b"): Weight(sha256="ab" * 32, size=7)}
    lock = make_lock(INPUTS, Planned(plans=(Plan(target=LINUX, runtime=RUNTIME, closure=CLOSURE),), weights=came))
    (file,) = [file for file in lock.artifacts if file.filename == wheel("b")]
    assert (file.sha256, file.size) == ("ab" * 32, 7)
    assert (file.url, file.index) == (Offer(wheel("b")).artifact.url, "example")


def test_the_target_is_locked_with_its_markers_and_pins() -> None:
    (target,) = lock_of().targets
    assert (target.name, target.environment) == (LINUX.name, LINUX.environment)
    assert [(pin.name, pin.artifact, pin.requires) for pin in target.pins] == [
        ("a", sdist("a"), ("b>=1",)),
        ("b", wheel("b"), ()),
    ]


def test_units_are_numbered_in_their_order_of_building() -> None:
    lock = lock_of()
    assert [(unit.artifact, unit.order, unit.builder) for unit in lock.units] == [
        (sdist("d"), 0, LINUX.name),
        (sdist("a"), 1, LINUX.name),
    ]
    assert lock.units[0].requires == (STATIC,)


def test_units_of_equal_environments_share_one() -> None:
    units = tuple(unit(sdist(name), solution(wheel("c"))) for name in "da")
    lock = lock_of(closed(BuildClosure(units=units, incomplete=())))
    (environment,) = lock.environments
    assert {unit.environment for unit in lock.units} == {environment.key}


def test_the_cycles_that_an_environment_breaks_are_locked_with_its_unit() -> None:
    met = (Cycle(path=("d 1.0", "c 1.0", "d 1.0"), avoids="c==2.0"),)
    broken = replace(unit(sdist("d"), solution(wheel("c"))), cycles=met)
    units = (broken, unit(sdist("a"), solution(wheel("c"))))
    lock = lock_of(closed(BuildClosure(units=units, incomplete=())))
    assert [one.cycles for one in lock.units] == [met, ()]


@pytest.mark.parametrize("other", ["c-2.0-py3-none-any.whl", "c-1.0.tar.gz", "e-1.0-py3-none-any.whl"])
def test_another_version_file_or_project_is_another_environment(other: str) -> None:
    units = (unit(sdist("d"), solution(wheel("c"))), unit(sdist("a"), solution(other)))
    closure = BuildClosure(units=units, incomplete=())
    lock = lock_of(closed(closure), filenames=(*FILES, other))
    assert len({environment.key for environment in lock.environments}) == 2


def test_what_could_not_be_known_is_locked_with_its_reason() -> None:
    lock = lock_of(closed(replace(CLOSURE, incomplete=("a 1.0: no sandbox",))))
    assert lock.incomplete == ("a 1.0: no sandbox",)


def test_each_target_has_its_own_pins_and_a_file_of_several_stands_once() -> None:
    windows = Plan(target=WINDOWS, runtime=solution(wheel("b")))
    lock = lock_of(Plan(target=LINUX, runtime=solution(sdist("a"), wheel("b"))), windows)
    assert [(target.name, [pin.name for pin in target.pins]) for target in lock.targets] == [
        (LINUX.name, ["a", "b"]),
        (WINDOWS.name, ["b"]),
    ]
    assert [file.filename for file in lock.artifacts] == [sdist("a"), wheel("b")]


def test_laid_out_per_target_a_file_stands_with_each_that_takes_it() -> None:
    plans = (
        Plan(target=LINUX, runtime=solution(sdist("a"), wheel("b"))),
        Plan(target=WINDOWS, runtime=solution(wheel("b"))),
    )
    lock = lock_of(*plans, layout=Layout.PER_TARGET)
    assert [file.paths for file in lock.artifacts] == [
        (f"{LINUX.name}/{sdist('a')}",),
        tuple(f"{name}/{wheel('b')}" for name in sorted([LINUX.name, WINDOWS.name])),
    ]
    assert load_lock(dump_lock(lock), origin="wheelforge.lock") == lock


def test_a_fall_back_is_told_from_what_is_taken() -> None:
    spoken = Solution(choices=(replace(choice(sdist("a")), candidate=candidate(sdist("a"), speaks=wheel("a"))),))
    inputs = replace(INPUTS, with_fallback=True)
    lock = lock_of(Plan(target=LINUX, runtime=spoken), inputs=inputs, filenames=(sdist("a"), wheel("a")))
    assert [(file.filename, file.fallback) for file in lock.artifacts] == [(wheel("a"), True), (sdist("a"), False)]


def test_without_being_asked_for_no_fall_back_is_taken() -> None:
    spoken = Solution(choices=(replace(choice(sdist("a")), candidate=candidate(sdist("a"), speaks=wheel("a"))),))
    assert list(chosen_files(INPUTS, [Plan(target=LINUX, runtime=spoken)])) == [sdist("a")]


@pytest.mark.parametrize("named", [[sdist("a")], [sdist("a"), wheel("a")]])
def test_a_wheel_is_a_fall_back_only_where_its_hash_was_written_down_if_any_was(named: list[str]) -> None:
    spoken = candidate(sdist("a"), speaks=wheel("a"))
    spoken = replace(spoken, evidence=replace(spoken.evidence, allowed=frozenset(map(vouched, named))))
    runtime = Solution(choices=(replace(choice(sdist("a")), candidate=spoken),))
    files = chosen_files(replace(INPUTS, with_fallback=True), [Plan(target=LINUX, runtime=runtime)])
    assert list(files) == named


def test_a_file_of_an_index_that_is_left_out_has_no_place() -> None:
    assert {file.paths for file in lock_of(left_out={"example"}).artifacts} == {()}


def test_two_files_of_one_name_cannot_both_be_chosen() -> None:
    other = candidate(wheel("b"))
    artifact = replace(other.artifact, sha256="ab" * 32, index="elsewhere")
    strange = Solution(choices=(replace(choice(wheel("b")), candidate=replace(other, artifact=artifact)),))
    plans = (Plan(target=LINUX, runtime=RUNTIME), Plan(target=WINDOWS, runtime=strange))
    with pytest.raises(IntegrityError, match="is another file on elsewhere than on example") as caught:
        chosen_files(INPUTS, plans)
    assert caught.value.hint == "take it from one of them: --pin b=example"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://index.example/a.whl?token=s3cret", "https://index.example/a.whl"),
        ("file:///srv/wheels/a.whl", ""),
    ],
)
def test_neither_a_token_nor_a_local_place_reaches_the_lock(url: str, told: str) -> None:
    taken = candidate(wheel("b"))
    local = replace(taken, artifact=replace(taken.artifact, url=url))
    runtime = Solution(choices=(replace(choice(wheel("b")), candidate=local),))
    assert [file.url for file in lock_of(Plan(target=LINUX, runtime=runtime)).artifacts] == [told]
