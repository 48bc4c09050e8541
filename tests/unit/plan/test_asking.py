"""Backends are asked again where their builds get other versions than those they were asked among, and only there."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from fakes import LINUX, FakeFacts, Offer, answer, asked, candidates, files, pins, problem
from wheelforge.model.inputs import Formats, Inputs, Prefer
from wheelforge.model.lock import Source
from wheelforge.plan.asking import ROUNDS
from wheelforge.plan.closure import plan_closure
from wheelforge.plan.facts import Unanswered
from wheelforge.plan.rules import ClosureRules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from wheelforge.model.treatment import Treatment
    from wheelforge.plan.units import BuildClosure, PlannedUnit
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Solution

    Says = Mapping[str, Sequence[str] | Unanswered]

LEAVES = [Offer("leaf-1-py3-none-any.whl"), Offer("leaf-2-py3-none-any.whl")]


class Shifting(FakeFacts):
    """Where backends ask for more with one version of ``tool`` than with another."""

    def __init__(self, says: Says, *offers: Offer, pause: Callable[[], int] = lambda: 0) -> None:
        super().__init__(*offers, pause=pause)
        self._says = says
        self.questions: dict[str, list[str]] = defaultdict(list)
        """The versions of ``tool`` with which each backend was asked."""

    async def hook_requires(
        self, sdist: Candidate, environment: Solution, treatment: Treatment
    ) -> tuple[str, ...] | Unanswered:
        """See `Facts`."""
        await super().hook_requires(sdist, environment, treatment)
        if unbuilt := [file for file in files(environment) if not file.endswith(".whl")]:
            return Unanswered(reason=f"there is no wheel of {', '.join(unbuilt)}")
        version = pins(environment)["tool"]
        self.questions[str(sdist)].append(version)
        said = self._says[version]
        return said if isinstance(said, Unanswered) else tuple(said)


def built(name: str, *requires: str) -> Offer:
    return Offer(f"{name}-1.tar.gz", build_requires=requires, backend="tool")


def tool(version: str, *kinds: str, needs: Sequence[str] = ()) -> list[Offer]:
    endings = {"sdist": ".tar.gz", "wheel": "-py3-none-any.whl"}
    return [Offer(f"tool-{version}{endings[kind]}", build_requires=needs) for kind in kinds or endings]


def plan(facts: FakeFacts, offers: Sequence[Offer], *roots: str, formats: Formats | None = None) -> BuildClosure:
    from_source = Formats(prefer=Prefer.SOURCE)
    runtime = answer(replace(problem(*roots), formats=from_source), offers)
    inputs = Inputs(requirements=asked(*roots), formats=formats or from_source, build_deps=True)
    rules = ClosureRules(inputs=inputs, builder=LINUX, host=LINUX)
    return asyncio.run(plan_closure(candidates(runtime), rules, facts))


def unit(closure: BuildClosure, name: str) -> PlannedUnit:
    [found] = [one for one in closure.units if one.sdist.name == canonicalize_name(name)]
    return found


def hooked(closure: BuildClosure, name: str) -> list[str]:
    return [one.requirement for one in unit(closure, name).requires if one.source is Source.HOOK]


SHARED = [built("a", "tool"), built("b", "tool<2"), *tool("2"), *tool("1"), *LEAVES]


def test_what_shares_an_older_version_is_asked_with_that() -> None:
    facts = Shifting({"2": [], "1": ["leaf"]}, *SHARED)
    closure = plan(facts, SHARED, "a", "b")
    assert pins(unit(closure, "a").environment) == {"tool": "1", "leaf": "2"}
    assert facts.questions == {"a 1": ["2", "1"], "b 1": ["1"]}
    assert closure.incomplete == ()
    asked_among = unit(closure, "a").need.hooks
    assert asked_among is not None
    assert files(asked_among) == ["tool-1-py3-none-any.whl"]


def test_what_was_asked_for_with_another_version_is_asked_for_no_more() -> None:
    closure = plan(Shifting({"2": ["leaf<2"], "1": []}, *SHARED), SHARED, "a", "b")
    assert hooked(closure, "a") == []
    assert pins(unit(closure, "a").environment) == {"tool": "1"}


def test_what_gets_the_versions_with_which_it_was_asked_is_asked_once() -> None:
    offers = [built("a", "tool"), built("b", "tool"), *tool("2"), *LEAVES]
    facts = Shifting({"2": ["leaf"]}, *offers)
    plan(facts, offers, "a", "b")
    assert facts.questions == {"a 1": ["2"], "b 1": ["2"]}


def test_an_answer_that_changes_the_version_it_was_given_for_is_asked_for_again() -> None:
    offers = [built("a", "tool"), *tool("2"), *tool("1"), *LEAVES]
    facts = Shifting({"2": ["tool<2"], "1": ["leaf", "tool<2"]}, *offers)
    closure = plan(facts, offers, "a")
    assert hooked(closure, "a") == ["leaf", "tool<2"]
    assert facts.questions == {"a 1": ["2", "1"]}


def test_answers_that_chase_each_other_are_put_together() -> None:
    offers = [built("a", "tool"), *tool("2"), *tool("1"), *LEAVES]
    closure = plan(Shifting({"2": ["tool<2"], "1": ["leaf"]}, *offers), offers, "a")
    assert pins(unit(closure, "a").environment) == {"tool": "1", "leaf": "2"}
    assert closure.incomplete == ()


def test_where_every_version_asks_for_another_one_that_is_told() -> None:
    versions = [str(version) for version in range(1, ROUNDS + 4)]
    offers = [built("a", "tool"), *(offer for version in versions for offer in tool(version))]
    says = {version: [f"tool<{version}"] for version in versions} | {"1": []}
    facts = Shifting(says, *offers)
    closure = plan(facts, offers, "a")
    assert len(facts.questions["a 1"]) == ROUNDS + 1
    assert closure.incomplete == ("a 1: what its backend asks for brings other versions, with which it asks for more",)


def test_where_the_version_has_no_wheel_the_answer_is_kept_and_that_is_told() -> None:
    offers = [built("a", "tool"), *tool("2", "wheel"), *tool("1", "sdist"), *LEAVES]
    facts = Shifting({"2": ["leaf"]}, *offers)
    closure = plan(facts, offers, "a", formats=Formats(no_binary=frozenset({"tool"})))
    assert pins(unit(closure, "a").environment) == {"tool": "1", "leaf": "2"}
    assert closure.incomplete == (
        "a 1: its backend cannot be asked among the versions that its build gets: there is no wheel of tool-1.tar.gz",
    )


def test_a_backend_that_cannot_be_asked_with_what_is_shared_keeps_its_answer() -> None:
    facts = Shifting({"2": ["leaf<2"], "1": Unanswered(reason="not today")}, *SHARED)
    closure = plan(facts, SHARED, "a", "b")
    assert hooked(closure, "a") == ["leaf<2"]
    assert closure.incomplete == (
        "a 1: its backend cannot be asked among the versions that its build gets: not today",
        "b 1: not today",
    )


def test_what_breaks_a_cycle_is_asked_too() -> None:
    offers = [built("a", "tool"), *tool("2", needs=["a"]), *tool("1"), *LEAVES]
    facts = Shifting({"2": [], "1": ["leaf"]}, *offers)
    closure = plan(facts, offers, "a")
    assert pins(unit(closure, "a").environment) == {"tool": "1", "leaf": "2"}
    assert [cycle.avoids for cycle in unit(closure, "a").cycles] == ["tool==2"]


@pytest.mark.parametrize(("shared", "hooked"), [("75", []), ("60", ["app-1.tar.gz"])])
def test_the_word_that_setuptools_asks_for_nothing_is_that_of_the_version_of_the_build(
    shared: str, hooked: list[str]
) -> None:
    app = Offer("app-1.tar.gz", build_requires=["setuptools"], backend="setuptools.build_meta", beside=())
    other = Offer("other-1.tar.gz", build_requires=[f"setuptools=={shared}"])
    offers = [app, other, *(Offer(f"setuptools-{version}-py3-none-any.whl") for version in ("80", shared))]
    facts = FakeFacts(*offers, hooks={"app-1.tar.gz": []})
    closure = plan(facts, offers, "app", "other")
    assert pins(unit(closure, "app").environment) == {"setuptools": shared}
    assert list(facts.hooked) == hooked


def test_the_plan_is_the_same_in_whatever_order_facts_arrive() -> None:
    offers = [*SHARED, built("c", "tool", "leaf"), built("d", "tool>1")]
    plans = [
        plan(Shifting({"2": ["leaf<2"], "1": ["leaf"]}, *offers, pause=turns(seed)), offers, "a", "b", "c", "d")
        for seed in range(10)
    ]
    assert all(one == plans[0] for one in plans)


def turns(seed: int) -> Callable[[], int]:
    """How long each answer takes, another time for each of them."""
    return partial(random.Random(seed).randrange, 30)  # noqa: S311 - shuffles answers, guards nothing
