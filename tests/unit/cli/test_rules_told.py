"""Recipes and what they come to, in words and as documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from packaging.version import Version

from fakes import LINUX
from wheelforge.cli.rules_told import conditions, headings, sentences, statements, treated, treated_document
from wheelforge.model.treatment import Treatment
from wheelforge.recipes.cookbook import merged
from wheelforge.recipes.reading import read_rules

if TYPE_CHECKING:
    from wheelforge.cli.output import TreatedDocument

FULL = """
policy = "seed"
build-requires.add = ["numpy>=2"]
build-requires.remove = ["oldest-supported-numpy"]
build-requires.replace = ["setuptools>=70"]
provided = ["cmake", "ninja"]
env.WITHOUT_GPU = "1"
config-settings.setup-args = ["-Da", "-Db"]
config-settings."a b" = "c"
"""
LIMITED = """
versions = ">=2,<3"
targets = ["cp312-*", "cp313-*"]
marker = "sys_platform == 'linux'"
policy = "build"
"""


def document(version: str | None, *texts: str) -> TreatedDocument:
    """What recipes for one project come to."""
    text = "".join(f'[[recipe]]\nname = "frob"\n{one}\n' for one in texts)
    rules = read_rules(text, origin="x.toml", folder=Path())
    return treated_document(treated(rules, None if version is None else Version(version), LINUX))


def test_a_rule_is_told_as_it_could_be_written() -> None:
    [rule] = read_rules(f'[[recipe]]\nname = "frob"\n{FULL}', origin="x.toml", folder=Path())
    assert list(statements(rule)) == FULL.strip().splitlines()
    assert list(headings(rule)) == [
        "seed",
        "build requirements numpy oldest-supported-numpy setuptools",
        "provided cmake ninja",
        "WITHOUT_GPU",
        "setup-args",
        "a b",
    ]


def test_every_part_of_a_treatment_has_its_sentence() -> None:
    rules = read_rules(f'[[recipe]]\nname = "frob"\n{FULL}', origin="x.toml", folder=Path())
    assert list(sentences(merged(rules))) == [
        "where builds need it, its wheel is taken, though the rest is built from source",
        "what its sdist and its hook require of oldest-supported-numpy, setuptools is dropped",
        "its build requires numpy>=2, setuptools>=70 too",
        "its build may see cmake, ninja of the system",
        "its build runs with WITHOUT_GPU=1",
        'its backend is handed setup-args = ["-Da", "-Db"]',
        'its backend is handed a b = "c"',
    ]
    assert list(sentences(Treatment())) == ["it is built as it says itself"]


def test_conditions_are_told_each() -> None:
    [rule] = read_rules(f'[[recipe]]\nname = "frob"\n{LIMITED}', origin="x.toml", folder=Path())
    assert list(conditions(rule)) == [
        "versions <3,>=2",
        "targets cp312-* or cp313-*",
        'sys_platform == "linux"',
    ]


@pytest.mark.parametrize(
    ("version", "text", "holds"),
    [
        (None, 'policy = "seed"', "yes"),
        (None, 'versions = ">=2"\npolicy = "seed"', "depends on the version"),
        (None, 'versions = ">=2"\ntargets = "*-win32"\npolicy = "seed"', "no"),
        ("2.0", 'versions = ">=2"\npolicy = "seed"', "yes"),
        ("1.0", 'versions = ">=2"\npolicy = "seed"', "no"),
        ("2.0", 'marker = "os_name == \'nt\'"\npolicy = "seed"', "no"),
    ],
)
def test_whether_a_rule_holds_is_said_of_a_version_or_of_all(version: str | None, text: str, holds: str) -> None:
    found = document(version, text)
    assert [rule.holds for rule in found.rules] == [holds]
    assert (found.treatment is None) is (holds == "depends on the version")


def test_a_document_has_the_sum_of_what_holds_and_every_rule() -> None:
    found = document("1.0", FULL, 'versions = ">=2"\npolicy = "build"', 'versions = "<2"\nenv.WITHOUT_GPU = "0"')
    assert found.treatment is not None
    assert msgspec.to_builtins(found.treatment) == {
        "policy": "seed",
        "adds": ["numpy>=2", "setuptools>=70"],
        "removes": ["oldest-supported-numpy", "setuptools"],
        "provided": ["cmake", "ninja"],
        "env": {"WITHOUT_GPU": "0"},
        "config-settings": {"setup-args": ["-Da", "-Db"], "a b": "c"},
        "patches": [],
    }
    assert [rule.holds for rule in found.rules] == ["yes", "no", "yes"]
