"""What is pinned of all that a folder holds, and what of it nothing there serves."""

from __future__ import annotations

from fakes import LINUX, Offer
from plans import candidate
from wheelforge.factory.standing import Spoken, Standing, standing


def spoken(filename: str, *requires: str) -> Spoken:
    return Spoken(candidate(filename), Offer(filename, requires).metadata)


def of(*files: Spoken) -> Standing:
    return standing(files, LINUX)


def newest(found: Standing) -> dict[str, str]:
    return {choice.candidate.name: str(choice.candidate.version) for choice in found.newest}


def test_the_newest_of_each_project_is_taken_and_a_prerelease_only_where_there_is_nothing_else() -> None:
    names = ("a-1.tar.gz", "a-3rc1.tar.gz", "a-2.tar.gz", "b-1a1.tar.gz", "b-1a2.tar.gz")
    assert newest(of(*map(spoken, names))) == {"a": "2", "b": "1a2"}


def test_every_version_is_told_with_what_it_requires_here() -> None:
    found = of(spoken("a-1.tar.gz", "b>=1", "winonly ; sys_platform == 'win32'"), spoken("a-2.tar.gz", "B >= 2"))
    assert [choice.requires for choice in found.files] == [("b>=1",), ("b>=2",)]


def test_what_no_version_serves_is_told_with_all_who_want_it() -> None:
    found = of(spoken("a-1.tar.gz", "b>=1", "gone"), spoken("c-1.tar.gz", "gone", "b>=9"), spoken("b-1.tar.gz"))
    assert found.unserved == (("b>=9", ("c 1",)), ("gone", ("a 1", "c 1")))


def test_an_older_version_serves_too() -> None:
    assert not of(spoken("a-1.tar.gz", "b<2"), spoken("b-1.tar.gz"), spoken("b-2.tar.gz")).unserved


def test_extras_bring_what_they_require_as_far_as_they_are_asked_for() -> None:
    brings = ("c ; extra == 'more'", "d ; extra == 'most'", "b[most] ; extra == 'more'", "never ; extra == 'other'")
    found = of(spoken("a-1.tar.gz", "b[more]"), spoken("b-1.tar.gz", *brings), spoken("c-1.tar.gz"))
    [chosen] = [choice for choice in found.newest if choice.candidate.name == "b"]
    assert chosen.extras == ("more", "most")
    assert chosen.requires == ("b[most]", "c", "d")
    assert found.unserved == (("d", ("b 1",)),)


def test_a_place_counts_as_its_name() -> None:
    found = of(spoken("a-1.tar.gz", "b @ https://files.example/b-1.tar.gz"), spoken("b-1.tar.gz"))
    assert not found.unserved
    assert found.files[0].requires == ("b",)
