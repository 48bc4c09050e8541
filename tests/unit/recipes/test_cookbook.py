"""Which rules hold, and that the later one wins."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from fakes import LINUX, WINDOWS
from wheelforge.model.treatment import Patch, Policy, Treatment
from wheelforge.recipes.cookbook import Cookbook, merged
from wheelforge.recipes.rules import Amendment, Conditions, Rule, Word

APP = canonicalize_name("app")
OTHER = canonicalize_name("other")
ONE = Version("1.0")

PATCHES = [Patch(filename=f"{digit}.patch", sha256=digit * 64, content=b"") for digit in "abc"]
PROJECTS = ["numpy", "setuptools", "wheel"]
KEYS = st.sampled_from(["A", "B", "C"])


@st.composite
def amendments(draw: st.DrawFn) -> dict[object, Amendment]:
    found: dict[object, Amendment] = {}
    for name in draw(st.sets(st.sampled_from(PROJECTS))):
        word = draw(st.sampled_from(Word))
        versions = () if word is Word.REMOVE else (f"{name}>={draw(st.integers(1, 3))}",)
        found[canonicalize_name(name)] = Amendment(word=word, requirements=versions)
    return found


RULES = st.builds(
    Rule,
    names=st.just(frozenset({APP})),
    origin=st.just("app.toml:1"),
    policy=st.none() | st.sampled_from(Policy),
    amendments=amendments(),
    provided=st.frozensets(st.sampled_from(["ninja", "cmake"])),
    environment=st.dictionaries(KEYS, st.sampled_from("12")),
    settings=st.dictionaries(KEYS, st.sampled_from("12") | st.tuples(st.sampled_from("12"))),
    patches=st.sampled_from([(), *itertools.permutations(PATCHES[:2]), tuple(PATCHES[1:])]),
)
LISTS = st.lists(RULES, max_size=3)


def seeding(conditions: Conditions) -> Cookbook:
    return Cookbook(rules=(Rule(names=frozenset({APP}), origin="x", policy=Policy.SEED, conditions=conditions),))


@pytest.mark.parametrize(
    ("conditions", "version", "holds"),
    [
        (Conditions(), "1.0", [True, True]),
        (Conditions(versions=SpecifierSet(">=1,<2")), "1.5rc1", [True, True]),
        (Conditions(versions=SpecifierSet(">=1,<2")), "2.0", [False, False]),
        (Conditions(targets=("cp312-*",)), "1.0", [True, False]),
        (Conditions(targets=("cp310-*", "*win_amd64")), "1.0", [False, True]),
        (Conditions(targets=("cp312",)), "1.0", [False, False]),
        (Conditions(marker=Marker("sys_platform == 'win32'")), "1.0", [False, True]),
        (Conditions(marker=Marker("os_name == 'posix'"), targets=("*win*",)), "1.0", [False, False]),
    ],
)
def test_a_rule_holds_where_all_its_conditions_do(conditions: Conditions, version: str, holds: list[bool]) -> None:
    book = seeding(conditions)
    told = [book.treatment(APP, Version(version), target).policy is Policy.SEED for target in (LINUX, WINDOWS)]
    assert told == holds


def test_a_project_without_rules_is_built_as_it_says() -> None:
    book = seeding(Conditions())
    assert book.treatment(OTHER, ONE, LINUX) == Treatment()
    assert book.about(OTHER) == ()
    assert book.names == (APP,)


def test_what_holds_is_told_and_what_does_not_is_still_known() -> None:
    book = seeding(Conditions(versions=SpecifierSet(">5")))
    assert book.told(APP, ONE, LINUX) == ()
    assert book.about(APP) == book.rules


def test_a_rule_for_several_projects_holds_for_each() -> None:
    rule = Rule(names=frozenset({APP, OTHER}), origin="x", environment={"A": "1"})
    book = Cookbook(rules=(rule,))
    assert [book.treatment(name, ONE, LINUX).environment for name in (APP, OTHER)] == [{"A": "1"}] * 2


def amended(*words: Amendment) -> tuple[tuple[str, ...], tuple[str, ...]]:
    name = canonicalize_name("numpy")
    treatment = merged([Rule(names=frozenset({APP}), origin="x", amendments={name: word}) for word in words])
    return treatment.adds, treatment.removes


def test_the_last_word_on_a_build_requirement_counts() -> None:
    add = Amendment(word=Word.ADD, requirements=("numpy<2",))
    newer = Amendment(word=Word.ADD, requirements=("numpy>=2", "numpy!=2.1"))
    replace = Amendment(word=Word.REPLACE, requirements=("numpy>=1",))
    remove = Amendment(word=Word.REMOVE)
    assert amended(add, newer) == (("numpy!=2.1", "numpy>=2"), ())
    assert amended(remove, add) == (("numpy<2",), ())
    assert amended(add, remove) == ((), ("numpy",))
    assert amended(add, replace) == (("numpy>=1",), ("numpy",))


@given(LISTS, RULES)
def test_whatever_the_last_rule_says_holds(earlier: list[Rule], last: Rule) -> None:
    treatment = merged([*earlier, last])
    assert last.policy in {None, treatment.policy}
    assert last.environment.items() <= treatment.environment.items()
    assert last.settings.items() <= treatment.settings.items()
    assert last.provided <= set(treatment.provided)
    assert set(last.patches) <= set(treatment.patches)
    for name, amendment in last.amendments.items():
        assert {text for text in treatment.adds if text.startswith(name)} == set(amendment.requirements)
        assert (name in treatment.removes) is (amendment.word is not Word.ADD)


@given(LISTS.filter(bool))
def test_the_last_rule_said_twice_is_as_said_once(rules: list[Rule]) -> None:
    assert merged([*rules, rules[-1]]) == merged(rules)


@given(LISTS, LISTS)
def test_rules_for_others_change_nothing(rules: list[Rule], others: list[Rule]) -> None:
    mixed = (*[rule_for(OTHER, rule) for rule in others], *rules)
    assert Cookbook(rules=mixed).treatment(APP, ONE, LINUX) == merged(rules)


@given(LISTS)
def test_patches_are_applied_once_and_in_the_order_in_which_they_came(rules: list[Rule]) -> None:
    every = [patch for rule in rules for patch in rule.patches]
    assert list(merged(rules).patches) == sorted(set(every), key=every.index)


def rule_for(name: str, rule: Rule) -> Rule:
    return Rule(
        names=frozenset({canonicalize_name(name)}), origin=rule.origin, policy=rule.policy, patches=rule.patches
    )
