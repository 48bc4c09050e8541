"""What targets share where they can."""

from __future__ import annotations

from dataclasses import replace

from packaging.utils import canonicalize_name
from packaging.version import Version

from fakes import LINUX, WINDOWS, Offer, answer, pins, problem
from wheelforge.model.inputs import Resolution
from wheelforge.resolve.align import became_sources, shared_preferences

LIB, TOOL = canonicalize_name("lib"), canonicalize_name("tool")


def wheel(name: str, version: str, python: str = "") -> Offer:
    return Offer(f"{name}-{version}-py3-none-any.whl", page_python=python or None)


OFFERS = [wheel("lib", "3", ">=3.12"), wheel("lib", "2"), wheel("lib", "1"), wheel("tool", "5")]
QUESTIONS = [replace(problem("lib", "tool"), target=target) for target in (LINUX, WINDOWS)]


def test_the_version_that_the_most_bounded_target_takes_is_preferred_by_all() -> None:
    alone = [answer(question, OFFERS) for question in QUESTIONS]
    assert [pins(found)["lib"] for found in alone] == ["3", "2"]
    preferences = shared_preferences(alone, resolution=Resolution.HIGHEST)
    assert preferences == {LIB: (Version("2"), Version("3"))}
    shared = [answer(replace(question, preferences=preferences), OFFERS) for question in QUESTIONS]
    assert [pins(found) for found in shared] == [{"lib": "2", "tool": "5"}] * 2


def test_with_lowest_versions_the_highest_of_them_is_shared() -> None:
    offers = [wheel("lib", "1", "<3.12"), wheel("lib", "2"), wheel("tool", "5")]
    lowest = [replace(question, resolution=Resolution.LOWEST) for question in QUESTIONS]
    alone = [answer(question, offers) for question in lowest]
    assert [pins(found)["lib"] for found in alone] == ["2", "1"]
    assert shared_preferences(alone, resolution=Resolution.LOWEST) == {LIB: (Version("2"), Version("1"))}


def test_what_is_equal_anyway_or_named_is_left_alone() -> None:
    alone = [answer(question, OFFERS) for question in QUESTIONS]
    assert shared_preferences(alone, resolution=Resolution.HIGHEST, besides=[LIB]) == {}


def test_a_wheel_that_would_become_a_build_is_named() -> None:
    offers = [wheel("lib", "3", ">=3.12"), Offer("lib-2.tar.gz"), wheel("tool", "5")]
    alone = [answer(question, offers) for question in QUESTIONS]
    preferences = shared_preferences(alone, resolution=Resolution.HIGHEST)
    shared = [answer(replace(question, preferences=preferences), offers) for question in QUESTIONS]
    assert [became_sources(*both) for both in zip(alone, shared, strict=True)] == [{LIB}, set()]
