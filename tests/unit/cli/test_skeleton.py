"""The recipe that a user begins with is a recipe, and so is what he can make of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from fakes import LINUX
from wheelforge.cli.skeleton import skeleton
from wheelforge.model.treatment import Policy, Treatment
from wheelforge.recipes.cookbook import Cookbook
from wheelforge.recipes.reading import read_rules
from wheelforge.recipes.written import BuildRequires, Recipe

if TYPE_CHECKING:
    from pathlib import Path

FROB = canonicalize_name("frob")


@pytest.mark.parametrize("policy", Policy)
def test_it_says_the_policy_and_nothing_else(tmp_path: Path, policy: Policy) -> None:
    rules = read_rules(skeleton("frob", policy, "frob.toml"), origin="frob.toml", folder=tmp_path)
    assert Cookbook(rules=rules).treatment(FROB, Version("1"), LINUX) == Treatment(policy=policy)


def test_it_shows_every_key_in_a_form_that_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "headers.patch").write_bytes(b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n")
    text = re.sub(r"^# (?=\[|[\w-]+ = )", "", skeleton("frob", Policy.BUILD, "frob.toml"), flags=re.MULTILINE)
    [rule] = read_rules(text, origin="frob.toml", folder=tmp_path)
    assert rule.patches
    keys = set(re.findall(r"^([\w-]+) = |^\[recipe\.([\w-]+)\]", text, re.MULTILINE))
    written = {first or second for first, second in keys}
    assert written >= {*Recipe.__struct_encode_fields__, *BuildRequires.__struct_encode_fields__}
