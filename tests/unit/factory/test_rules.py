"""What is checked and said of a choice before anything is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from fakes import Offer, asked, problem, projects
from plans import candidate, solution, unit
from wheelforge.errors import UsageError
from wheelforge.events import Event, Note, Warn
from wheelforge.factory.rules import check_build_hashes, check_hashes, tell_exceptions
from wheelforge.model.digest import sha256
from wheelforge.model.direct import DirectUrl
from wheelforge.model.inputs import Asked, Formats, Inputs, Prefer
from wheelforge.plan.units import BuildClosure
from wheelforge.recipes.cookbook import Cookbook
from wheelforge.resolve.problem import Choice, Solution

if TYPE_CHECKING:
    from wheelforge.model.artifacts import Artifact
    from wheelforge.resolve.problem import Problem

A, B = "a-1.0.tar.gz", "b_b-2.0-py3-none-any.whl"
SOURCE = Formats(prefer=Prefer.SOURCE)


def hashed(text: str) -> Asked:
    return replace(asked(text)[0], hashes=frozenset({sha256("ab" * 32)}))


def told(inputs: Inputs, *offers: Offer) -> list[Event]:
    events: list[Event] = []
    tell_exceptions(inputs, (offer.artifact for offer in offers), Cookbook(), events.append)
    return events


def question(*roots: Asked) -> Problem:
    return replace(problem(), roots=roots)


HASHED = Inputs(requirements=(), require_hashes=True)


def test_where_hashes_are_required_all_that_have_none_are_told_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        check_hashes(HASHED, question(hashed("c"), *asked("a")), solution(A, B, "c-3.0.tar.gz"))
    assert caught.value.message.splitlines()[1:] == ["  a 1.0", "  b-b 2.0"]
    assert caught.value.hint is not None


def test_a_hash_counts_for_its_project_however_it_is_spelled() -> None:
    check_hashes(HASHED, question(hashed("A"), hashed("B.b")), solution(A, B))


def test_what_a_lock_brings_has_the_hash_of_the_lock() -> None:
    brought = replace(question(hashed("a")), given=projects([Offer(B)]))
    check_hashes(HASHED, brought, solution(A, B))


def test_where_hashes_are_not_required_none_are_missed() -> None:
    check_hashes(Inputs(requirements=()), question(hashed("a"), *asked("b-b")), solution(A, B))


def built_among(wheel: Artifact) -> BuildClosure:
    chosen = replace(candidate(B), artifact=wheel)
    environment = Solution(choices=(Choice(candidate=chosen, extras=(), requires=()),))
    return BuildClosure(units=(unit(A, environment),), incomplete=())


def test_build_requirements_need_the_hash_of_a_build_constraint() -> None:
    wheel = Offer(B).artifact
    with pytest.raises(UsageError) as caught:
        check_build_hashes(HASHED, built_among(wheel))
    assert caught.value.message.splitlines()[1:] == ["  b-b 2.0"]
    for vouched in (replace(wheel, allowed=frozenset({sha256("ab" * 32)})), replace(wheel, direct=DirectUrl(url=B))):
        check_build_hashes(HASHED, built_among(vouched))


def test_a_hash_for_another_platform_is_none() -> None:
    with pytest.raises(UsageError, match=r"  a 1\.0"):
        check_hashes(HASHED, question(hashed("a; os_name == 'nt'"), *asked("a")), solution(A))


@pytest.mark.parametrize(("reason", "text"), [("broken", f"{A} was yanked: broken"), ("", f"{A} was yanked")])
def test_a_yanked_file_is_warned_of_with_its_reason(reason: str, text: str) -> None:
    assert told(Inputs(requirements=()), Offer(A, yanked=reason)) == [Warn(text=text)]


def test_a_wheel_where_source_is_wanted_is_told() -> None:
    note = Note(text="of b-b 2.0 no sdist can be taken: its wheel is")
    assert told(Inputs(requirements=(), formats=SOURCE), Offer(B), Offer(A)) == [note]


@pytest.mark.parametrize(
    "inputs",
    [
        Inputs(requirements=()),
        Inputs(requirements=(), formats=SOURCE, seeds=frozenset({Offer(B).artifact.name})),
        Inputs(requirements=(), formats=replace(SOURCE, only_binary=frozenset({"b-b"}))),
    ],
    ids=["wheels are wanted", "it is a seed", "its wheel was asked for"],
)
def test_a_wheel_that_was_to_be_expected_is_not_spoken_of(inputs: Inputs) -> None:
    assert told(inputs, Offer(A), Offer(B)) == []


def test_files_are_told_of_by_name() -> None:
    offers = [Offer(f"{name}-1.0.tar.gz", yanked="") for name in "cab"]
    events = told(Inputs(requirements=()), *offers)
    assert events == [Warn(text=f"{name}-1.0.tar.gz was yanked") for name in "abc"]
