"""A lock is complete when all that anybody in it asks for is served."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unit.formats.sample_lock import CLICK, ENVIRONMENT, FLASK, FLIT, KEY, TARGET, UNIT, built, pin, sample, wheelhouse
from wheelforge.errors import ResolutionError
from wheelforge.model.lock import BuildEnvironment, BuildRequirement, Lock, LockedTarget, Pin, Source
from wheelforge.plan.completeness import build_gaps, runtime_gaps

HASH = f" --hash=sha256:{'ab' * 32}"


def asking(*requirements: str, **options: bool) -> Lock:
    inputs = replace(sample().inputs, requirements=requirements)
    return sample(inputs=replace(inputs, options={**inputs.options, **options}))


def pinning(*pins: Pin) -> Lock:
    return sample(targets=(LockedTarget(name=TARGET, environment=ENVIRONMENT, pins=pins),))


def needing(*texts: str) -> Lock:
    requires = tuple(BuildRequirement(requirement=text, source=Source.HOOK) for text in texts)
    return sample(units=(replace(UNIT, requires=requires),))


def test_a_lock_that_is_right_lacks_nothing() -> None:
    for lock in (sample(), wheelhouse(built("flask-3.0.3-py3-none-any.whl"))):
        assert list(runtime_gaps(lock)) == list(build_gaps(lock)) == []


@pytest.mark.parametrize(
    ("requirement", "gaps"),
    [
        ("Flask>=3", []),
        (f"flask>=3{HASH}{HASH}", []),
        ('numpy>=2; sys_platform == "win32"', []),
        ("numpy>=2", ["numpy>=2 was asked for, of which there is nothing"]),
        (f"numpy>=2{HASH}", ["numpy>=2 was asked for, of which there is nothing"]),
        (
            'numpy; sys_platform == "linux"',
            ['numpy; sys_platform == "linux" was asked for, of which there is nothing'],
        ),
        ("flask<3", ["flask<3 was asked for, and 3.0.3 is locked"]),
        ("flask[Async_IO,b]", ["flask[Async_IO,b] was asked for, and 3.0.3 is locked without async-io, b"]),
    ],
)
def test_what_was_asked_for_must_be_pinned(requirement: str, gaps: list[str]) -> None:
    assert list(runtime_gaps(asking(requirement))) == gaps


@pytest.mark.parametrize(
    ("requires", "gaps"),
    [
        ("click>=8", []),
        ("click[color]", ["flask 3.0.3 requires click[color], and 8.1.7 is locked without color"]),
        ("click>=9", ["flask 3.0.3 requires click>=9, and 8.1.7 is locked"]),
        ("numpy", ["flask 3.0.3 requires numpy, of which there is nothing"]),
    ],
)
def test_what_a_pin_requires_must_be_pinned(requires: str, gaps: list[str]) -> None:
    assert list(runtime_gaps(pinning(pin(CLICK), pin(FLASK, requires)))) == gaps


def test_an_extra_that_is_pinned_serves() -> None:
    extra = replace(pin(CLICK), extras=("Color",))
    assert list(runtime_gaps(pinning(extra, pin(FLASK, "click[color]")))) == []


def test_without_dependencies_only_what_was_named_must_be_there() -> None:
    lock = asking("flask", "numpy", **{"no-deps": True})
    alone = replace(lock, targets=(replace(lock.targets[0], pins=(pin(FLASK, "click>=9"),)),))
    assert list(runtime_gaps(alone)) == ["numpy was asked for, of which there is nothing"]


def test_a_lock_that_was_taken_alone_is_not_added_to() -> None:
    ends = replace(pinning(pin(FLASK, "click>=9")), inputs=replace(sample().inputs, requirements=()))
    [gap] = runtime_gaps(ends)
    assert gap == "flask 3.0.3 requires click>=9, of which there is nothing"
    inputs = replace(ends.inputs, locks=("pylock.toml sha256:00",))
    assert list(runtime_gaps(replace(ends, inputs=inputs))) == []
    for beside in (replace(inputs, requirements=("flask",)), replace(inputs, references=("./app",))):
        assert list(runtime_gaps(replace(ends, inputs=beside))) == [gap]


def test_a_lock_for_no_target_promises_nothing() -> None:
    assert list(runtime_gaps(sample(targets=()))) == ["it is for no target"]


def test_what_a_lock_says_that_it_lacks_is_believed() -> None:
    assert list(runtime_gaps(sample(incomplete=("a hook was not asked",)))) == [
        "it is incomplete by its own word: a hook was not asked"
    ]


def test_a_marker_without_meaning_is_told() -> None:
    with pytest.raises(ResolutionError, match="has no meaning"):
        list(runtime_gaps(asking('flask; python_version ~= "x"')))


@pytest.mark.parametrize(
    ("requires", "gaps"),
    [
        ('flit_core<4; python_version == "3.11"', []),
        ('setuptools; python_version < "3"', []),
        ("setuptools", ["the build of flask 3.0.3 requires setuptools, of which there is nothing"]),
        ("flit_core>=4", ["the build of flask 3.0.3 requires flit_core>=4, and 3.9.0 is locked"]),
    ],
)
def test_what_a_build_requires_must_be_in_its_environment(requires: str, gaps: list[str]) -> None:
    assert list(build_gaps(needing(requires))) == gaps


def test_build_environments_are_closed() -> None:
    lock = sample(environments=(BuildEnvironment(key=KEY, pins=(pin(FLIT, "tomli"),)),))
    assert list(build_gaps(lock)) == [
        f"in the build environment {KEY}, flit-core 3.9.0 requires tomli, of which there is nothing"
    ]


def test_a_builder_that_is_no_target_is_told() -> None:
    lock = sample(units=(replace(UNIT, builder="cp39-any"),))
    assert list(build_gaps(lock)) == ["flask 3.0.3 is built by cp39-any, which is none of its targets"]


def test_an_sdist_comes_with_its_plan_where_builds_were_asked_for() -> None:
    assert list(build_gaps(sample(units=()))) == ["nothing tells how flask-3.0.3.tar.gz is built"]
    assert list(build_gaps(replace(asking("flask", **{"build-deps": False}), units=()))) == []


def test_a_wheelhouse_has_a_wheel_of_every_sdist() -> None:
    assert list(build_gaps(wheelhouse())) == ["no wheel of flask 3.0.3 was built"]
