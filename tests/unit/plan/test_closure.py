"""Everything that builds need: which hooks are asked, what is shared, and that timing changes nothing."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name
from packaging.version import Version

from fakes import LINUX, FakeFacts, Offer, answer, asked, candidates, files, pins, problem, project, vouched
from plans import NAMES
from wheelforge.errors import BuildError, ResolutionError, WheelforgeError
from wheelforge.model.building import Building, Hooks
from wheelforge.model.direct import DirectUrl
from wheelforge.model.inputs import Formats, Inputs, Prefer
from wheelforge.model.lock import BuildRequirement, Source
from wheelforge.plan.closure import GENERATIONS, Unplannable, plan_closure, plan_unit
from wheelforge.plan.environments import HASHES_HINT
from wheelforge.plan.facts import Unanswered
from wheelforge.plan.graph import BuildCycle
from wheelforge.plan.rules import ClosureRules
from wheelforge.plan.units import PlannedUnit
from wheelforge.resolve.explain import UnknownProject

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wheelforge.model.metadata import BuildSystem
    from wheelforge.model.treatment import Treatment
    from wheelforge.plan.units import BuildClosure
    from wheelforge.resolve.candidates import Candidate

SETUPTOOLS = "setuptools.build_meta"
NO_HOOKS = Unanswered(reason="nothing is run here")


def source(
    name: str, version: str, *build: str, backend: str = "flit_core.buildapi", requires: Sequence[str] = ()
) -> Offer:
    return Offer(f"{name}-{version}.tar.gz", requires, build_requires=build, backend=backend)


def wheel(name: str, version: str, *requires: str) -> Offer:
    return Offer(f"{name}-{version}-py3-none-any.whl", requires)


def inputs(*roots: str, seeds: Sequence[str] = ()) -> Inputs:
    return Inputs(
        requirements=asked(*roots),
        formats=Formats(prefer=Prefer.SOURCE),
        seeds=frozenset(map(canonicalize_name, seeds)),
        build_deps=True,
    )


def rules(wanted: Inputs) -> ClosureRules:
    return ClosureRules(inputs=wanted, builder=LINUX, host=LINUX)


def plan(facts: FakeFacts, offers: Sequence[Offer], wanted: Inputs) -> BuildClosure:
    roots = [str(one.requirement) for one in wanted.requirements]
    runtime = answer(replace(problem(*roots), formats=wanted.formats), offers)
    return asyncio.run(plan_closure(candidates(runtime), rules(wanted), facts))


def planned(*offers: Offer, roots: Sequence[str] = ("app",), seeds: Sequence[str] = ()) -> BuildClosure:
    return plan(FakeFacts(*offers), offers, inputs(*roots, seeds=seeds))


def unit(closure: BuildClosure, name: str) -> PlannedUnit:
    [found] = [one for one in closure.units if one.sdist.name == name]
    return found


def order(closure: BuildClosure) -> list[str]:
    return [str(one.sdist) for one in closure.units]


def test_wheels_need_no_build() -> None:
    assert planned(wheel("app", "1")).units == ()


def test_what_builds_need_is_built_too_and_before_it_is_needed() -> None:
    closure = planned(source("app", "1", "tool"), source("tool", "1", "base"), source("base", "1"))
    assert order(closure) == ["base 1", "tool 1", "app 1"]
    assert pins(unit(closure, "app").environment) == {"tool": "1"}
    assert closure.incomplete == ()


def test_an_environment_holds_what_its_members_require_to_run() -> None:
    offers = [source("app", "1", "tool"), source("tool", "1", requires=["lib"]), source("lib", "1", "base")]
    closure = planned(*offers, source("base", "1"))
    assert pins(unit(closure, "app").environment) == {"tool": "1", "lib": "1"}
    assert order(closure) == ["base 1", "tool 1", "lib 1", "app 1"]


def test_the_runtime_closure_is_built_in_environments_of_its_own() -> None:
    closure = planned(source("app", "1", "tool<2", requires=["tool"]), source("tool", "2"), source("tool", "1"))
    assert pins(unit(closure, "app").environment) == {"tool": "1"}
    assert order(closure) == ["tool 1", "tool 2", "app 1"]


def test_a_hook_adds_to_what_is_required_statically() -> None:
    offers = [source("app", "1", "setuptools", backend=SETUPTOOLS), wheel("setuptools", "80"), source("scm", "1")]
    facts = FakeFacts(*offers, hooks={"app-1.tar.gz": ["scm >=1", "setuptools"]})
    closure = plan(facts, offers, inputs("app"))
    assert pins(unit(closure, "app").environment) == {"scm": "1", "setuptools": "80"}
    assert unit(closure, "app").requires == (
        BuildRequirement(requirement="setuptools", source=Source.STATIC),
        BuildRequirement(requirement="scm >=1", source=Source.HOOK),
    )
    assert order(closure) == ["scm 1", "app 1"]


def test_a_hook_is_asked_in_an_environment_of_wheels_though_builds_prefer_sdists() -> None:
    offers = [
        source("app", "1", "setuptools", backend=SETUPTOOLS),
        source("setuptools", "80"),
        wheel("setuptools", "80"),
    ]
    facts = FakeFacts(*offers)
    closure = plan(facts, offers, inputs("app"))
    assert facts.hooked == {"app-1.tar.gz": ["setuptools-80-py3-none-any.whl"]}
    assert files(unit(closure, "app").environment) == ["setuptools-80.tar.gz"]


@pytest.mark.parametrize("backend", ["flit_core.buildapi", "poetry.core.masonry.api"])
def test_a_backend_that_never_asks_for_more_is_not_asked(backend: str) -> None:
    offers = [source("app", "1", backend=backend)]
    facts = FakeFacts(*offers)
    plan(facts, offers, inputs("app"))
    assert facts.hooked == {}


def test_a_backend_of_such_a_name_in_the_tree_itself_is_asked() -> None:
    offers = [Offer("demo-1.tar.gz", backend="flit_core.of_our_own", backend_path=["own"])]
    facts = FakeFacts(*offers)
    plan(facts, offers, inputs("demo"))
    assert facts.hooked == {"demo-1.tar.gz": []}


def test_a_hook_that_cannot_be_asked_makes_the_plan_incomplete_and_says_why() -> None:
    offers = [source("app", "1", backend=SETUPTOOLS), source("other", "2", backend=SETUPTOOLS)]
    facts = FakeFacts(*offers, hooks=dict.fromkeys(["app-1.tar.gz", "other-2.tar.gz"], NO_HOOKS))
    closure = plan(facts, offers, inputs("other", "app"))
    assert closure.incomplete == ("app 1: nothing is run here", "other 2: nothing is run here")
    assert order(closure) == ["app 1", "other 2"]


def test_equal_environments_are_solved_once() -> None:
    offers = [
        source("a", "1", "tool", "base"),
        source("b", "1", "base", "tool"),
        wheel("tool", "1"),
        wheel("base", "1"),
    ]
    facts = FakeFacts(*offers)
    closure = plan(facts, offers, inputs("a", "b"))
    assert len(facts.solved) == 1
    assert unit(closure, "a").environment is unit(closure, "b").environment


def test_builds_of_one_generation_share_a_version_where_one_serves_both() -> None:
    closure = planned(
        source("a", "1", "flit_core<4"),
        source("b", "1", "flit_core"),
        source("flit_core", "4"),
        source("flit_core", "3"),
        roots=("a", "b"),
    )
    assert pins(unit(closure, "b").environment) == {"flit-core": "3"}
    assert order(closure) == ["flit-core 3", "a 1", "b 1"]


def test_a_later_generation_prefers_what_finished_ones_have_chosen() -> None:
    closure = planned(
        source("app", "1", "tool", "base<2"),
        source("tool", "1", "base"),
        source("base", "2"),
        source("base", "1"),
    )
    assert pins(unit(closure, "tool").environment) == {"base": "1"}
    assert order(closure) == ["base 1", "tool 1", "app 1"]


def test_builds_prefer_the_versions_of_the_runtime_closure() -> None:
    closure = planned(source("app", "1", "lib", requires=["lib<2"]), source("lib", "2"), source("lib", "1"))
    assert pins(unit(closure, "app").environment) == {"lib": "1"}


def test_builds_that_need_other_versions_get_them_side_by_side() -> None:
    closure = planned(
        source("a", "1", "tool==1"),
        source("b", "1", "tool==2"),
        *(source("tool", version) for version in ("1", "2", "3")),
        roots=("a", "b"),
    )
    assert pins(unit(closure, "a").environment) == {"tool": "1"}
    assert pins(unit(closure, "b").environment) == {"tool": "2"}
    assert order(closure) == ["tool 1", "tool 2", "a 1", "b 1"]


def test_a_build_requirement_for_other_builders_is_told_and_not_followed() -> None:
    closure = planned(source("app", "1", "gone ; sys_platform == 'win32'"))
    assert [one.requirement for one in unit(closure, "app").requires] == ["gone ; sys_platform == 'win32'"]
    assert pins(unit(closure, "app").environment) == {}


def test_a_bound_for_other_builders_does_not_hinder_sharing() -> None:
    closure = planned(
        source("a", "1", "tool<4"),
        source("b", "1", "tool", "tool>=4 ; sys_platform == 'win32'"),
        source("tool", "4"),
        source("tool", "3"),
        roots=("a", "b"),
    )
    assert pins(unit(closure, "b").environment) == {"tool": "3"}


def test_build_constraints_bound_build_environments() -> None:
    offers = [source("app", "1", "tool", backend=SETUPTOOLS), wheel("tool", "1"), wheel("tool", "2")]
    facts = FakeFacts(*offers)
    wanted = replace(inputs("app"), build_constraints=asked("tool<2", origin="build-constraints.txt:1"))
    assert pins(unit(plan(facts, offers, wanted), "app").environment) == {"tool": "1"}
    assert facts.hooked == {"app-1.tar.gz": ["tool-1-py3-none-any.whl"]}


def test_a_seed_is_taken_as_a_wheel_for_builds() -> None:
    closure = planned(source("app", "1", "tool"), source("tool", "1"), wheel("tool", "1"), seeds=["tool"])
    assert files(unit(closure, "app").environment) == ["tool-1-py3-none-any.whl"]
    assert order(closure) == ["app 1"]


def test_a_seed_is_a_wheel_though_all_is_to_be_built_from_source() -> None:
    offers = [source("app", "1", "tool"), source("tool", "1"), wheel("tool", "1")]
    wanted = replace(inputs("app", seeds=["tool"]), formats=Formats(no_binary=frozenset({":all:"})))
    closure = plan(FakeFacts(*offers), offers, wanted)
    assert files(unit(closure, "app").environment) == ["tool-1-py3-none-any.whl"]


CIRCLE = [
    source("setuptools", "69", "wheel"),
    wheel("setuptools", "69"),
    source("wheel", "0.37", "setuptools"),
    wheel("wheel", "0.37"),
]


def test_builds_that_need_each_other_are_an_error_and_a_seed_helps() -> None:
    with pytest.raises(BuildCycle) as caught:
        planned(*CIRCLE, roots=["wheel"])
    assert caught.value.seeds == ("setuptools",)
    closure = planned(*CIRCLE, roots=["wheel"], seeds=["setuptools"])
    assert order(closure) == ["wheel 0.37"]


HEN = [
    source("hen", "2", "nest"),
    source("hen", "1"),
    source("nest", "1", "hen"),
]


@pytest.mark.parametrize(("root", "built"), [("hen", ["hen 1", "nest 1", "hen 2"]), ("nest", ["hen 1", "nest 1"])])
def test_a_cycle_is_broken_by_another_version_in_one_environment(root: str, built: list[str]) -> None:
    closure = planned(*HEN, roots=[root])
    assert order(closure) == built
    assert pins(unit(closure, "nest").environment) == {"hen": "1"}
    [cycle] = unit(closure, "nest").cycles
    assert sorted(set(cycle.path)) == ["hen 2", "nest 1"]
    assert cycle.avoids == "hen==2"


def test_the_same_version_is_kept_where_it_closes_no_cycle() -> None:
    closure = planned(*HEN, source("app", "1", "nest", "hen"), roots=["app"])
    assert order(closure) == ["hen 1", "nest 1", "hen 2", "app 1"]
    assert pins(unit(closure, "app").environment) == {"hen": "2", "nest": "1"}


def test_what_a_broken_cycle_no_longer_needs_is_not_built() -> None:
    offers = [
        source("wheel", "1", "setuptools<3", "lib"),
        source("setuptools", "2", "old-tool", "wheel"),
        source("setuptools", "1"),
        source("old-tool", "1", backend=SETUPTOOLS),
        source("lib", "1"),
    ]
    facts = FakeFacts(*offers, hooks={"old-tool-1.tar.gz": NO_HOOKS})
    closure = plan(facts, offers, inputs("wheel"))
    assert order(closure) == ["lib 1", "setuptools 1", "wheel 1"]
    assert closure.incomplete == ()


def test_a_cycle_over_what_a_build_requirement_needs_to_run_is_broken_there() -> None:
    closure = planned(
        source("tomli", "2", "flit_core<4"),
        source("tomli", "1", "flit_core<3"),
        source("flit_core", "3.4", requires=["tomli"]),
        source("flit_core", "3.3"),
        source("flit_core", "2", requires=["tomli"]),
        roots=["tomli"],
    )
    assert order(closure) == ["flit-core 3.3", "tomli 2"]
    assert [cycle.path for cycle in unit(closure, "tomli").cycles] == [("tomli 2", "flit-core 3.4", "tomli 2")]


def test_several_cycles_over_one_unit_are_all_broken() -> None:
    """As wheel and setuptools need each other, and wheel itself too, where an old one is shipped."""
    closure = planned(
        source("wheel", "0.37", "setuptools", "wheel"),
        source("wheel", "0.45", "flit_core"),
        source("flit_core", "3"),
        source("setuptools", "69", "wheel"),
        roots=["wheel<0.38"],
    )
    assert order(closure) == ["flit-core 3", "wheel 0.45", "setuptools 69", "wheel 0.37"]


def test_many_versions_are_gone_through_to_break_a_cycle() -> None:
    newer = [source("hen", str(version), "nest") for version in range(2, 9)]
    closure = planned(*newer, *HEN[1:], roots=["nest"])
    assert order(closure) == ["hen 1", "nest 1"]
    assert [cycle.avoids for cycle in unit(closure, "nest").cycles] == [
        f"hen=={version}" for version in range(8, 1, -1)
    ]


@pytest.mark.parametrize(
    "older",
    [
        source("hen", "1", "gone"),
        source("hen", "1", "not a requirement"),
        source("hen", "1", "fox"),
    ],
    ids=["its build wants what is not there", "its build is wrong", "what it needs wants what is not there"],
)
def test_a_version_that_cannot_be_built_breaks_no_cycle(older: Offer) -> None:
    with pytest.raises(BuildCycle, match=r"build cycle: hen 2 -> nest 1 -> hen 2\n"):
        planned(HEN[0], older, HEN[2], source("fox", "1", "gone"), roots=["hen"])


def test_the_users_own_pin_is_kept_though_another_version_would_break_the_cycle() -> None:
    wanted = replace(inputs("hen"), build_constraints=asked("hen==2", origin="build-constraints.txt:1"))
    with pytest.raises(BuildCycle):
        plan(FakeFacts(*HEN), HEN, wanted)


def test_a_broken_cycle_is_the_same_in_whatever_order_facts_arrive() -> None:
    offers = [*HEN, source("app", "1", "hen", "nest", backend=SETUPTOOLS), source("hen", "1.5", "nest", "egg")]
    offers += [source("egg", "2", "hen"), source("egg", "1")]
    plans = [
        plan(FakeFacts(*offers, hooks={"app-1.tar.gz": ["egg"]}, pause=turns(seed)), offers, inputs("app"))
        for seed in range(10)
    ]
    assert [one.cycles for one in plans[0].units if one.cycles]
    assert all(one == plans[0] for one in plans)


@st.composite
def worlds(draw: st.DrawFn) -> list[Offer]:
    """A few projects in a few versions, whose builds need any of them."""
    names = st.sampled_from(NAMES[:4])
    return [
        source(name, str(version), *sorted(draw(st.sets(names, max_size=2))))
        for name in NAMES[:4]
        for version in range(1, draw(st.integers(2, 4)))
    ]


def outcome(offers: Sequence[Offer], root: str) -> BuildClosure | BuildCycle:
    try:
        return planned(*offers, roots=[root])
    except BuildCycle as fault:
        return fault


@given(worlds(), st.sampled_from(NAMES[:4]))
def test_every_plan_can_be_built_from_first_to_last_or_the_cycle_is_told(offers: list[Offer], root: str) -> None:
    found = outcome(offers, root)
    if isinstance(found, BuildCycle):
        assert found.lacking
        return
    built: set[str] = set()
    for one in found.units:
        assert built.issuperset(files(one.environment))
        held = {f"{name}=={version}" for name, version in pins(one.environment).items()}
        assert held.isdisjoint(cycle.avoids for cycle in one.cycles)
        built.add(one.sdist.artifact.filename)


@pytest.mark.parametrize("text", ["not a requirement", "tool @ https://files.example/tool-1.tar.gz"])
@pytest.mark.parametrize("from_hook", [False, True])
def test_a_build_requirement_that_cannot_be_followed_is_an_error_that_names_the_sdist(
    text: str, *, from_hook: bool
) -> None:
    offers = [source("app", "1", *([] if from_hook else [text]), backend=SETUPTOOLS)]
    facts = FakeFacts(*offers, hooks={"app-1.tar.gz": [text] if from_hook else []})
    with pytest.raises(BuildError, match=r"app 1 .*tool|app 1 .*not a requirement"):
        plan(facts, offers, inputs("app"))


def test_a_build_requirement_that_is_not_to_be_had_tells_whose_it_is() -> None:
    with pytest.raises(WheelforgeError, match="wanted by the build environment of app 1\n  the build of app 1 -> gone"):
        planned(source("app", "1", "gone"))


def turns(seed: int) -> Callable[[], int]:
    """How long each answer takes, another time for each of them."""
    return partial(random.Random(seed).randrange, 30)  # noqa: S311 - shuffles answers, guards nothing


TANGLE = [
    source("app", "1", "tool<3", "setuptools", backend=SETUPTOOLS, requires=["lib", "other"]),
    source("lib", "1", "setuptools>=2", "scm", backend=SETUPTOOLS),
    source("other", "1", "tool", "flit_core<4"),
    source("tool", "3", "flit_core", "base"),
    source("tool", "2", "flit_core", "base==1"),
    source("scm", "1", "setuptools", "base", backend=SETUPTOOLS),
    source("base", "2", "flit_core"),
    source("base", "1", "flit_core"),
    source("extra", "1", "flit_core<5"),
    source("flit_core", "5"),
    source("flit_core", "4"),
    source("flit_core", "3"),
    source("setuptools", "3"),
    wheel("setuptools", "3"),
    wheel("scm", "1"),
]


def test_the_plan_is_the_same_in_whatever_order_facts_arrive() -> None:
    hooks: dict[str, Sequence[str] | Unanswered] = {"app-1.tar.gz": ["extra"], "lib-1.tar.gz": NO_HOOKS}
    plans = [plan(FakeFacts(*TANGLE, hooks=hooks, pause=turns(seed)), TANGLE, inputs("app")) for seed in range(20)]
    assert len(plans[0].units) > 8
    assert all(one == plans[0] for one in plans)


def test_a_hook_is_not_asked_among_wheels_without_a_hash_where_hashes_are_required() -> None:
    offers = [source("app", "1", "setuptools", backend=SETUPTOOLS), wheel("setuptools", "80"), source("scm", "1")]
    digests = frozenset({vouched("setuptools-80-py3-none-any.whl")})
    vouching = (replace(asked("setuptools")[0], hashes=digests),)
    wanted = replace(inputs("app"), require_hashes=True)
    bare, named = (
        (FakeFacts(*offers, hooks={"app-1.tar.gz": ["scm"]}), replace(wanted, build_constraints=constraints))
        for constraints in ((), vouching)
    )
    closure = plan(bare[0], offers, bare[1])
    assert bare[0].hooked == {}
    assert closure.incomplete == (f"app 1: hashes are required, and none is given for setuptools 80 ({HASHES_HINT})",)
    assert plan(named[0], offers, named[1]).incomplete == ()
    assert list(named[0].hooked) == ["app-1.tar.gz"]


@pytest.mark.parametrize(("direct", "version"), [(DirectUrl(url="tool", directory=True), "1"), (None, "9")])
def test_builds_take_what_the_user_names_by_its_place_and_nothing_of_his_locks(
    direct: DirectUrl | None, version: str
) -> None:
    offers = [source("app", "1", "tool"), source("tool", "9"), source("tool", "1")]
    facts, own = FakeFacts(*offers), replace(offers[2].artifact, direct=direct)
    given = {own.name: replace(project(offers[2]), releases={own.version: (own,)})}
    runtime = answer(replace(problem("app"), formats=Formats(prefer=Prefer.SOURCE)), offers)
    closure = asyncio.run(plan_closure(candidates(runtime), replace(rules(inputs("app")), given=given), facts))
    assert order(closure) == [f"tool {version}", "app 1"]


def test_builds_take_a_pinned_project_from_its_index() -> None:
    offers = [source("app", "1", "tool"), wheel("tool", "9"), wheel("tool", "1")]
    pinned = {canonicalize_name("tool"): project(offers[2])}
    runtime = answer(replace(problem("app"), formats=Formats(prefer=Prefer.SOURCE)), offers)
    closure = asyncio.run(
        plan_closure(candidates(runtime), replace(rules(inputs("app")), pinned=pinned), FakeFacts(*offers))
    )
    assert pins(unit(closure, "app").environment) == {"tool": "1"}


def test_a_hook_that_asks_for_its_own_project_is_a_cycle_that_is_told() -> None:
    offers = [source("app", "1", backend=SETUPTOOLS)]
    with pytest.raises(BuildCycle, match="app 1"):
        plan(FakeFacts(*offers, hooks={"app-1.tar.gz": ["app"]}), offers, inputs("app"))


@pytest.mark.parametrize("text", ["not a requirement", "x @ https://files.example/x-1.tar.gz", "\x1b[31mred"])
def test_a_hook_that_asks_for_what_is_no_requirement_is_told(text: str) -> None:
    offers = [source("app", "1", backend=SETUPTOOLS)]
    with pytest.raises(BuildError, match="app 1 asks for a build requirement") as caught:
        plan(FakeFacts(*offers, hooks={"app-1.tar.gz": [text]}), offers, inputs("app"))
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize(("version", "hooked"), [("70.1", []), ("70", ["app-1.tar.gz"])])
def test_whether_setuptools_is_asked_depends_on_its_version(version: str, hooked: list[str]) -> None:
    app = Offer("app-1.tar.gz", build_requires=["setuptools"], backend=SETUPTOOLS, beside=())
    offers = [app, wheel("setuptools", version)]
    facts = FakeFacts(*offers)
    closure = plan(facts, offers, inputs("app"))
    assert list(facts.hooked) == hooked
    assert pins(unit(closure, "app").environment) == {"setuptools": version}


SPECULATIVE = [
    source("app", "1", "tool", backend=SETUPTOOLS),
    source("tool", "2", backend=SETUPTOOLS),
    source("tool", "1", backend=SETUPTOOLS),
    wheel("tool", "2"),
]


def test_while_a_hook_is_asked_that_of_what_it_needs_is_asked_too() -> None:
    facts = FakeFacts(*SPECULATIVE, pause=lambda: 3)
    closure = plan(facts, SPECULATIVE, inputs("app"))
    assert list(facts.hooked) == ["app-1.tar.gz", "tool-2.tar.gz"]
    assert order(closure) == ["tool 2", "app 1"]


@pytest.mark.parametrize("said", [NO_HOOKS, ["not a requirement"], ["tool==9"]])
def test_what_was_asked_ahead_in_vain_counts_for_nothing(said: Sequence[str] | Unanswered) -> None:
    facts = FakeFacts(*SPECULATIVE, hooks={"app-1.tar.gz": ["tool<2"], "tool-2.tar.gz": said})
    closure = plan(facts, SPECULATIVE, inputs("app"))
    assert "tool-2.tar.gz" in facts.hooked
    assert order(closure) == ["tool 1", "app 1"]
    assert closure.incomplete == ()


class SlowFacts(FakeFacts):
    """Never done with the build system of one project, and told when that is no longer waited for."""

    stopped = False

    async def build_system(self, sdist: Candidate, treatment: Treatment) -> BuildSystem:
        """See `Facts`."""
        if sdist.name != "slow":
            return await super().build_system(sdist, treatment)
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped = True
        raise AssertionError


def test_after_one_failure_the_others_are_not_gone_on_with() -> None:
    offers = [source("slow", "1"), source("bad", "1", "not a requirement")]
    facts = SlowFacts(*offers)

    async def stopped() -> bool:
        runtime = answer(replace(problem("slow", "bad"), formats=Formats(prefer=Prefer.SOURCE)), offers)
        with pytest.raises(BuildError, match="bad 1"):
            await plan_closure(candidates(runtime), rules(inputs("slow", "bad")), facts)
        return facts.stopped

    assert asyncio.run(stopped())


def test_all_that_cannot_be_planned_is_told_in_one_go() -> None:
    offers = [source("app", "1", "gone"), source("lib", "1", "tool>=2"), source("tool", "1", "lost"), source("ok", "1")]
    with pytest.raises(Unplannable) as told:
        planned(*offers, roots=("app", "lib", "tool", "ok"))
    assert [fault.message.partition("\n")[0] for fault in told.value.faults] == [
        "no project 'gone' on the index, wanted by the build environment of app 1",
        "no project 'lost' on the index, wanted by the build environment of tool 1",
        "no version of tool fits >=2",
    ]
    assert told.value.message == "\n".join(fault.message for fault in told.value.faults)


def test_what_several_lack_alike_is_told_once_and_as_it_is() -> None:
    with pytest.raises(UnknownProject, match="no project 'gone'"):
        planned(source("app", "1", "gone"), source("lib", "1", "gone"), roots=("app", "lib"))


@pytest.mark.parametrize(
    ("hooks", "asked_among"),
    [
        (Hooks.WHEELS, ["tool-1-py3-none-any.whl"]),
        (Hooks.FROM_SOURCE, ["tool-1.tar.gz"]),
        (Hooks.AS_BUILDS, ["tool-1.tar.gz"]),
    ],
)
def test_among_what_backends_are_asked_is_the_users_to_say(hooks: Hooks, asked_among: list[str]) -> None:
    offers = [source("app", "1", "tool", backend="asked"), source("tool", "1"), wheel("tool", "1")]
    facts = FakeFacts(*offers)
    plan(facts, offers, replace(inputs("app"), building=Building(hooks=hooks)))
    assert facts.hooked["app-1.tar.gz"] == asked_among


def test_from_source_means_no_wheel_but_those_that_are_named() -> None:
    offers = [source("app", "1", "tool", backend="asked"), wheel("tool", "1")]
    from_source = Building(hooks=Hooks.FROM_SOURCE)
    with pytest.raises(ResolutionError, match="tool"):
        plan(FakeFacts(*offers), offers, replace(inputs("app"), building=from_source))
    facts = FakeFacts(*offers)
    plan(facts, offers, replace(inputs("app", seeds=("tool",)), building=from_source))
    assert facts.hooked["app-1.tar.gz"] == ["tool-1-py3-none-any.whl"]


def test_one_build_by_itself_prefers_nothing() -> None:
    offers = [source("app", "1", "tool"), source("tool", "1"), source("tool", "2")]
    [app] = candidates(answer(replace(problem("app"), formats=Formats(prefer=Prefer.SOURCE)), offers))
    before = {canonicalize_name("tool"): [Version("1")]}
    found = asyncio.run(plan_unit(app, rules(inputs("app")), FakeFacts(*offers)))
    assert isinstance(found, PlannedUnit)
    assert pins(found.environment) == {"tool": "2"}
    closure = asyncio.run(plan_closure([app], replace(rules(inputs("app")), before=before), FakeFacts(*offers)))
    assert pins(unit(closure, "app").environment) == {"tool": "1"}


def chain(length: int) -> list[Offer]:
    """Projects of which each is needed to build the one before it."""
    links = [source(f"p{place}", "1", f"p{place + 1}") for place in range(length)]
    return [source("app", "1", "p0"), *links, wheel(f"p{length}", "1")]


def test_builds_that_need_ever_another_project_are_given_up_and_the_end_of_the_chain_is_told() -> None:
    assert len(planned(*chain(GENERATIONS - 1)).units) == GENERATIONS
    with pytest.raises(ResolutionError) as told:
        planned(*chain(GENERATIONS + 5))
    assert told.value.message == (
        "what builds need goes on without end: after 100 steps still p94 1 -> p95 1 -> p96 1 -> p97 1 -> p98 1 -> p99 1"
    )
    assert told.value.hint == "take one of these as a wheel: --seed p99"
