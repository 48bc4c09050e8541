"""What may stand where a backend is asked: as the user says, and as recipes do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from fakes import LINUX, FakeDesk, FakeIndex, Offer, packed_tree
from wheelforge.factory.environments import Bounds, hook_rules
from wheelforge.factory.knowledge import IndexFacts, Siblings
from wheelforge.metadata.ladder import BackendNotAsked
from wheelforge.model.artifacts import Kind
from wheelforge.model.building import Building, Hooks
from wheelforge.model.inputs import Formats, Inputs, Prefer
from wheelforge.model.treatment import Policy
from wheelforge.recipes.cookbook import Cookbook
from wheelforge.recipes.rules import Conditions, Rule

if TYPE_CHECKING:
    from pathlib import Path

TOOL, OTHER = canonicalize_name("tool"), canonicalize_name("other")
SEED = Rule(names=frozenset({TOOL}), origin="recipe", policy=Policy.SEED)
OLD_SEED = Rule(
    names=frozenset({TOOL}),
    origin="recipe",
    policy=Policy.SEED,
    conditions=Conditions(versions=SpecifierSet("<2")),
)
PLAIN = Formats(prefer=Prefer.SOURCE)
NAMED = Formats(no_binary=frozenset({TOOL}))
NEEDS_TOOL = '[build-system]\nrequires = ["tool"]\nbuild-backend = "tool"\n'

from_source_too = pytest.mark.parametrize("hooks", [Hooks.FROM_SOURCE, Hooks.AS_BUILDS])


def rules(hooks: Hooks, *recipes: Rule, formats: Formats = PLAIN) -> Formats:
    inputs = Inputs(requirements=(), formats=formats, building=Building(hooks=hooks))
    return hook_rules(inputs, Cookbook(rules=recipes), LINUX)


def asked_among(folder: Path, hooks: Hooks, recipe: Rule, formats: Formats = PLAIN) -> set[str]:
    """The wheels among which a tree's backend is asked that needs a tool, where nobody makes wheels of sdists."""
    offers = [Offer("tool-1.tar.gz"), Offer("tool-1-py3-none-any.whl")]
    facts = IndexFacts(
        index=FakeIndex(folder, *offers),
        builder=LINUX,
        hooks=FakeDesk(*offers),
        siblings=Siblings.LAST_RESORT,
        bounds=Bounds(formats=rules(hooks, recipe, formats=formats)),
    )
    facts.recipes = Cookbook(rules=(recipe,))
    asyncio.run(facts.sdist_of(packed_tree(folder, NEEDS_TOOL), folder))
    return facts.hook_wheels


@pytest.mark.parametrize("hooks", Hooks)
def test_what_a_recipe_makes_a_seed_is_a_wheel_wherever_backends_are_asked(hooks: Hooks) -> None:
    found = rules(hooks, SEED)
    assert found.allowed(TOOL) == (Kind.WHEEL,)
    assert found.allowed(OTHER) == rules(hooks).allowed(OTHER)


@from_source_too
def test_a_recipe_for_some_versions_makes_them_seeds_once_they_are_chosen(tmp_path: Path, hooks: Hooks) -> None:
    assert asked_among(tmp_path, hooks, OLD_SEED) == {"tool-1-py3-none-any.whl"}


@pytest.mark.parametrize("recipe", [SEED, OLD_SEED], ids=["all versions", "some versions"])
@from_source_too
def test_what_the_user_names_himself_no_recipe_makes_a_seed(tmp_path: Path, hooks: Hooks, recipe: Rule) -> None:
    with pytest.raises(BackendNotAsked, match=r"there is no wheel of tool-1\.tar\.gz"):
        asked_among(tmp_path, hooks, recipe, NAMED)
