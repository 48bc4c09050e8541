"""A plan becomes the same lock however it was come by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.utils import NormalizedName

from fakes import LINUX, Offer, asked, digest
from plans import choice, sdist, solution, unit, wheel
from wheelforge.factory.locking import locked_inputs, make_lock
from wheelforge.formats.lock import dump_lock, load_lock
from wheelforge.model.inputs import Formats, Inputs, Prefer
from wheelforge.model.lock import BuildRequirement, Source
from wheelforge.plan.units import BuildClosure
from wheelforge.resolve.problem import Solution
from wheelforge.simple.index import Fetched

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


def fetched(filenames: Iterable[str] = FILES) -> dict[str, Fetched]:
    return {name: Fetched(path=Path(name), sha256=digest(name), size=len(name)) for name in filenames}


def lock_of(runtime: Solution = RUNTIME, closure: BuildClosure = CLOSURE) -> Lock:
    inputs = Inputs(requirements=asked("a"), build_deps=True)
    return make_lock(inputs=inputs, target=LINUX, runtime=runtime, closure=closure, fetched=fetched())


def test_a_requirement_is_remembered_with_its_extras_marker_and_sorted_hashes() -> None:
    one = replace(asked("a[y,x]<2,>=1; python_version >= '3.8'")[0], hashes=frozenset({"cd" * 32, "ab" * 32}))
    (text,) = locked_inputs(Inputs(requirements=(one,))).requirements
    hashes = f"--hash=sha256:{'ab' * 32} --hash=sha256:{'cd' * 32}"
    assert text == f'a[x,y]<2,>=1; python_version >= "3.8" {hashes}'


def test_requirements_stay_in_the_order_in_which_they_were_asked() -> None:
    inputs = Inputs(requirements=asked("b", "a"), constraints=asked("d<2", "c"), build_constraints=asked("e<3"))
    found = locked_inputs(inputs)
    assert (found.requirements, found.constraints, found.build_constraints) == (("b", "a"), ("d<2", "c"), ("e<3",))


def test_who_wrote_a_requirement_down_is_no_part_of_the_inputs() -> None:
    here = locked_inputs(Inputs(requirements=asked("a", origin="requirements.txt:3")))
    assert here == locked_inputs(Inputs(requirements=asked("a")))


def test_options_that_are_as_always_are_not_written() -> None:
    assert locked_inputs(Inputs(requirements=())).options == {}


def test_options_that_differ_are_written_and_sorted() -> None:
    inputs = Inputs(
        requirements=(),
        formats=Formats(prefer=Prefer.SOURCE, no_binary=frozenset("ba"), only_binary=frozenset({"c"})),
        seeds=frozenset(map(NormalizedName, ["y", "x"])),
        build_deps=True,
        allow_prereleases=True,
        require_hashes=True,
        indexes=("default=https://index.example/simple/",),
        no_deps=True,
    )
    options = locked_inputs(inputs).options
    assert list(options) == sorted(options)
    assert options == {
        "prefer": "source",
        "no-binary": ("a", "b"),
        "only-binary": ("c",),
        "seeds": ("x", "y"),
        "build-deps": True,
        "pre": True,
        "require-hashes": True,
        "indexes": ("default=https://index.example/simple/",),
        "no-deps": True,
    }


def test_a_lock_is_read_back_as_it_was_written() -> None:
    lock = lock_of()
    assert load_lock(dump_lock(lock), origin="wheelforge.lock") == lock


def test_the_order_in_which_files_came_does_not_show() -> None:
    inputs = Inputs(requirements=asked("a"), build_deps=True)
    found = [
        make_lock(inputs=inputs, target=LINUX, runtime=RUNTIME, closure=CLOSURE, fetched=fetched(names))
        for names in (FILES, FILES[::-1])
    ]
    assert dump_lock(found[0]) == dump_lock(found[1])


def test_every_file_stands_once_and_by_name() -> None:
    assert [file.filename for file in lock_of().artifacts] == sorted(FILES)


def test_what_is_needed_to_run_is_not_for_builds_only() -> None:
    only = {file.filename: file.build_only for file in lock_of().artifacts}
    assert only == {sdist("a"): False, wheel("b"): False, wheel("c"): True, sdist("d"): True}


def test_a_file_is_locked_with_the_hash_and_size_of_the_bytes_that_came() -> None:
    came = fetched() | {wheel("b"): Fetched(path=Path("b"), sha256="ab" * 32, size=7)}
    lock = make_lock(
        inputs=Inputs(requirements=asked("a")), target=LINUX, runtime=RUNTIME, closure=CLOSURE, fetched=came
    )
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
    lock = lock_of(closure=BuildClosure(units=units, incomplete=()))
    (environment,) = lock.environments
    assert {unit.environment for unit in lock.units} == {environment.key}


@pytest.mark.parametrize("other", ["c-2.0-py3-none-any.whl", "c-1.0.tar.gz", "e-1.0-py3-none-any.whl"])
def test_another_version_file_or_project_is_another_environment(other: str) -> None:
    units = (unit(sdist("d"), solution(wheel("c"))), unit(sdist("a"), solution(other)))
    closure = BuildClosure(units=units, incomplete=())
    lock = make_lock(
        inputs=Inputs(requirements=asked("a")),
        target=LINUX,
        runtime=RUNTIME,
        closure=closure,
        fetched=fetched((*FILES, other)),
    )
    assert len({environment.key for environment in lock.environments}) == 2


def test_what_could_not_be_known_is_locked_with_its_reason() -> None:
    lock = lock_of(closure=replace(CLOSURE, incomplete=("a 1.0: no sandbox",)))
    assert lock.incomplete == ("a 1.0: no sandbox",)
