"""Who asked for a distribution: at runtime, and for which build."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from unit.formats.sample_lock import CLICK, FLASK, FLIT, KEY, UNIT, file, pin, sample
from wheelforge.model.direct import DirectUrl
from wheelforge.model.lock import BuildEnvironment, BuildRequirement, Lock, LockedInputs, LockedTarget, Source, Unit
from wheelforge.plan.paths import paths_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wheelforge.model.lock import LockedArtifact, Pin

LINUX = {"python_version": "3.11", "sys_platform": "linux"}
A, B, C = (file(f"{name}-1.0-py3-none-any.whl") for name in "abc")
CORE = file("core-2.0.tar.gz", build_only=True)


def told(lock: Lock, name: str) -> list[list[tuple[str, str, str]]]:
    """Each path as its steps: subject, requirement, reason."""
    paths = paths_to(lock, canonicalize_name(name))
    return [[(step.subject, step.requirement, step.reason.value) for step in path] for path in paths]


def runtime(asked: Sequence[str], *pins: Pin) -> Lock:
    """A lock of what is needed to run, and nothing to build."""
    inputs = LockedInputs(requirements=tuple(asked), constraints=(), build_constraints=(), options={})
    targets = (LockedTarget(name="cp311-linux", environment=LINUX, pins=pins),)
    return sample(inputs=inputs, targets=targets, environments=(), units=())


def build(sdist: LockedArtifact, key: str, order: int, *requires: tuple[str, Source]) -> Unit:
    asked = tuple(BuildRequirement(requirement=text, source=source) for text, source in requires)
    return Unit(
        artifact=sdist.filename,
        name=sdist.name,
        version=sdist.version,
        builder="cp311-linux",
        backend="flit_core.buildapi",
        requires=asked,
        environment=key,
        order=order,
    )


def test_what_was_asked_for_is_a_path_of_one_step() -> None:
    assert told(sample(), "Flask") == [[("flask 3.0.3", "flask", "asked for")]]


def test_what_another_one_requires_is_told_with_its_requirement() -> None:
    lock = runtime(["a<2"], pin(A, "b>=1"), pin(B))
    assert told(lock, "b") == [[("a 1.0", "a<2", "asked for"), ("b 1.0", "b>=1", "required")]]


def test_the_shortest_path_is_told_and_only_that() -> None:
    lock = runtime(["a", "c"], pin(A, "b"), pin(B), pin(C, "a"))
    assert told(lock, "b") == [[("a 1.0", "a", "asked for"), ("b 1.0", "b", "required")]]


def test_what_was_asked_for_with_a_hash_is_told_without_it() -> None:
    lock = runtime([f"a==1.0 --hash=sha256:{'ab' * 32} --hash=sha256:{'cd' * 32}"], pin(A))
    assert told(lock, "a") == [[("a 1.0", "a==1.0", "asked for")]]


def test_what_does_not_count_here_is_no_reason() -> None:
    lock = runtime(["a<1; python_version < '3.8'", "a>=1; python_version >= '3.8'"], pin(A))
    assert told(lock, "a") == [[("a 1.0", "a>=1; python_version >= '3.8'", "asked for")]]


def test_distributions_that_require_each_other_have_an_end() -> None:
    lock = runtime(["a"], pin(A, "b"), pin(B, "a"))
    assert told(lock, "a") == [[("a 1.0", "a", "asked for")]]


def test_nobody_asked_for_what_is_not_there() -> None:
    assert told(sample(), "django") == []


def test_what_a_build_requires_is_told_from_the_users_requirement_on() -> None:
    found = told(sample(), "flit.core")
    assert found == [[("flask 3.0.3", "flask", "asked for"), ("flit-core 3.9.0", "flit_core<4", "static")]]


def test_what_a_hook_asked_for_says_so() -> None:
    unit = build(FLASK, KEY, 0, ("click", Source.HOOK))
    lock = sample(environments=(BuildEnvironment(key=KEY, pins=(pin(CLICK),)),), units=(unit,))
    assert [path[-1] for path in told(lock, "click")] == [
        ("click 8.1.7", "click<9", "asked for"),
        ("click 8.1.7", "click", "hook"),
    ]


def test_runtime_comes_before_builds_even_where_its_path_is_longer() -> None:
    unit = build(A, KEY, 0, ("c", Source.STATIC))
    lock = runtime(["a"], pin(A, "b"), pin(B, "c"), pin(C))
    built = sample(
        inputs=lock.inputs,
        targets=lock.targets,
        environments=(BuildEnvironment(key=KEY, pins=(pin(C),)),),
        units=(unit,),
    )
    assert [path[-1][2] for path in told(built, "c")] == ["required", "static"]


def test_a_build_of_a_build_is_followed_all_the_way_down() -> None:
    other = "f" * 16
    lock = sample(
        artifacts=(CLICK, CORE, FLASK, FLIT),
        environments=(
            BuildEnvironment(key=KEY, pins=(pin(CORE),)),
            BuildEnvironment(key=other, pins=(pin(CLICK), pin(FLIT, "click"))),
        ),
        units=(
            build(CORE, other, 0, ("flit_core", Source.STATIC)),
            build(FLASK, KEY, 1, ("core>=2", Source.STATIC)),
        ),
    )
    assert told(lock, "click")[1] == [
        ("flask 3.0.3", "flask", "asked for"),
        ("core 2.0", "core>=2", "static"),
        ("flit-core 3.9.0", "flit_core", "static"),
        ("click 8.1.7", "click", "required"),
    ]


def test_each_build_that_uses_a_distribution_has_a_path_of_its_own() -> None:
    second = file("b-1.0.tar.gz")
    lock = runtime(["flask", "b"], pin(FLASK), pin(second))
    both = sample(
        inputs=lock.inputs,
        targets=lock.targets,
        artifacts=(second, FLASK, FLIT),
        units=(UNIT, build(second, KEY, 1, ("flit_core", Source.STATIC))),
    )
    assert [path[0][0] for path in told(both, "flit-core")] == ["flask 3.0.3", "b 1.0"]


def test_what_was_named_by_its_place_is_asked_for() -> None:
    placed = replace(A, direct=DirectUrl(url="src/a", directory=True))
    lock = replace(runtime([], pin(A, "b"), pin(B)), artifacts=(placed, B))
    assert told(lock, "b") == [[("a 1.0", "a", "asked for"), ("b 1.0", "b", "required")]]


def test_a_lock_that_was_given_is_for_what_nobody_in_it_requires() -> None:
    lock = runtime([], pin(A, "b"), pin(B), pin(C))
    given = replace(lock, inputs=replace(lock.inputs, locks=("uv.lock sha256:" + "0" * 64,)))
    assert told(given, "b") == [[("a 1.0", "a", "asked for"), ("b 1.0", "b", "required")]]
    assert told(given, "c") == [[("c 1.0", "c", "asked for")]]
    assert told(lock, "c") == []
