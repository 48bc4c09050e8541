"""Build environments of one generation share a version where one serves them all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from fakes import LINUX, FakeFacts, Offer, answer, asked, candidates, pins, problem
from plans import solution
from wheelforge.model.inputs import Formats, Inputs, Prefer
from wheelforge.plan.closure import plan_closure
from wheelforge.plan.rules import ClosureRules
from wheelforge.plan.sharing import shared_versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wheelforge.resolve.problem import Solution


def environment(requires: Sequence[str], *versions: str) -> tuple[list[Requirement], Solution]:
    """What a build requires, and the wheels ``name-version`` that serve it."""
    files = [f"{version}-py3-none-any.whl" for version in versions]
    return [Requirement(text) for text in requires], solution(*files)


def shared(*environments: tuple[list[Requirement], Solution]) -> dict[str, list[str]]:
    return {name: list(map(str, versions)) for name, versions in shared_versions(environments).items()}


def test_two_upper_bounds_share_the_lower_version() -> None:
    older = environment(["flit_core<4"], "flit_core-3.12")
    newer = environment(["flit_core<5"], "flit_core-4.1")
    assert shared(older, newer) == {"flit-core": ["3.12", "4.1"]}


def test_a_bounded_and_an_unbounded_one_share_what_the_bound_allows() -> None:
    bounded = environment(["setuptools<70"], "setuptools-69.5")
    free = environment(["setuptools"], "setuptools-80.9")
    assert shared(bounded, free) == {"setuptools": ["69.5", "80.9"]}


def test_where_no_version_serves_all_the_one_that_serves_most_comes_first() -> None:
    old = environment(["setuptools<60"], "setuptools-59.8")
    new = environment(["setuptools>=61"], "setuptools-80.9")
    free = environment(["setuptools"], "setuptools-80.9")
    assert shared(old, new, free) == {"setuptools": ["80.9", "59.8"]}


def test_of_versions_that_serve_equally_many_the_newest_comes_first() -> None:
    old = environment(["setuptools<60"], "setuptools-59.8")
    new = environment(["setuptools>=61"], "setuptools-80.9")
    assert shared(old, new) == shared(new, old) == {"setuptools": ["80.9", "59.8"]}


def test_what_all_chose_alike_is_not_spoken_of() -> None:
    assert shared(environment(["wheel"], "wheel-0.45"), environment(["wheel<1"], "wheel-0.45")) == {}


def test_all_that_one_build_says_of_a_project_counts_however_it_is_spelled() -> None:
    narrow = environment(["flit.core<4", "Flit_Core>=3"], "flit_core-3.12")
    wide = environment(["flit-core"], "flit_core-4.1")
    assert shared(narrow, wide) == {"flit-core": ["3.12", "4.1"]}


def test_what_only_others_require_is_left_as_it_was_chosen() -> None:
    indirect = [
        environment(["hatchling"], "hatchling-1.27", f"packaging-{version}") for version in ("24.0", "25.0", "25.0")
    ]
    direct = environment(["packaging<25"], "packaging-24.0")
    assert shared(*indirect, direct) == {"packaging": ["25.0", "24.0"]}


def test_a_prerelease_that_was_chosen_serves_whoever_does_not_forbid_it() -> None:
    early = environment(["wheel>=1.0a0"], "wheel-1.0a1")
    free = environment(["wheel>=0.40"], "wheel-0.45")
    assert shared(early, free, free) == {"wheel": ["1.0a1", "0.45"]}


def built_with(**build_requires: Sequence[str]) -> dict[str, dict[str, str]]:
    """The environment of each project's build, where flit_core 3.12 and 4.1 are to be had as wheels."""
    sdists = [Offer(f"{name}-1.0.tar.gz", build_requires=texts) for name, texts in build_requires.items()]
    cores = [Offer(f"flit_core-{version}-py3-none-any.whl") for version in ("3.12", "4.1")]
    runtime = answer(problem(*build_requires), sdists)
    inputs = Inputs(requirements=asked(*build_requires), formats=Formats(prefer=Prefer.SOURCE), build_deps=True)
    facts = FakeFacts(*sdists, *cores)
    closure = asyncio.run(
        plan_closure(candidates(runtime), ClosureRules(inputs=inputs, builder=LINUX, host=LINUX), facts)
    )
    return {unit.sdist.name: pins(unit.environment) for unit in closure.units}


def test_a_plan_shares_one_version_among_all_that_it_serves() -> None:
    found = built_with(a=["flit_core<4"], b=["flit_core<5"], c=["flit_core"])
    assert found == {name: {"flit-core": "3.12"} for name in "abc"}


def test_a_plan_holds_two_versions_where_one_cannot_serve_all() -> None:
    found = built_with(a=["flit_core<4"], b=["flit_core>=4"], c=["flit_core"])
    assert found == {"a": {"flit-core": "3.12"}, "b": {"flit-core": "4.1"}, "c": {"flit-core": "4.1"}}


def test_what_a_build_requires_elsewhere_keeps_no_version_from_being_shared() -> None:
    elsewhere = "flit_core>=4; sys_platform == 'win32'"
    found = built_with(a=["flit_core<4"], b=["flit_core", elsewhere], c=["flit_core", elsewhere])
    assert found == {name: {"flit-core": "3.12"} for name in "abc"}
