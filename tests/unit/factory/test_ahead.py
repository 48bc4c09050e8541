"""What is likely to be chosen is fetched while the search goes on, and nothing that goes wrong with it shows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from fakes import WINDOWS, FilesOnly, Offer, digest, paused, problem
from wheelforge.errors import IndexAccessError
from wheelforge.factory.ahead import Ahead, Idle
from wheelforge.resolve.candidates import Candidate

if TYPE_CHECKING:
    from collections.abc import Callable

    from wheelforge.model.artifacts import Artifact
    from wheelforge.simple.index import Fetched

LARGE = 50 << 20
QUESTION = problem("app")


@dataclass
class Hanging(FilesOnly):
    """An index whose files never end, or fail."""

    fault: IndexAccessError | None = None
    begun: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)

    async def fetch(self, artifact: Artifact) -> Fetched:
        self.begun.append(artifact.filename)
        if self.fault is not None:
            raise self.fault
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.given_up.append(artifact.filename)
            raise
        raise AssertionError


def candidate(filename: str, evidence: str | None = None, **changes: object) -> Candidate:
    artifact = replace(Offer(filename).artifact, **changes)  # type: ignore[arg-type] # any field of an artifact
    speaks = artifact if evidence is None else Offer(evidence).artifact
    return Candidate(name=artifact.name, version=artifact.version, artifact=artifact, evidence=speaks)


def wheel(version: str = "1", **changes: object) -> Candidate:
    return candidate(f"app-{version}-py3-none-any.whl", None, **changes)


def heard(index: Hanging, *tell: Callable[[Ahead], None]) -> Hanging:
    """Tell one thing after the other, and end."""

    async def main() -> None:
        async with Ahead(index) as ahead:
            for one in tell:
                one(ahead)
                await paused(3)

    asyncio.run(main())
    return index


@pytest.mark.parametrize(
    "looked_at", [wheel(size=1 << 20), candidate("app-1.tar.gz", "app-1-py3-none-any.whl", size=LARGE)]
)
def test_a_small_file_or_one_that_is_not_asked_itself_is_fetched_when_it_is_looked_at(looked_at: Candidate) -> None:
    index = heard(Hanging(), lambda ahead: ahead.looked_at(looked_at, QUESTION))
    assert index.begun == [looked_at.artifact.filename]


@pytest.mark.parametrize("looked_at", [wheel(size=LARGE), wheel(size=None), wheel(metadata_sha256=digest("metadata"))])
def test_others_are_fetched_when_their_metadata_is_known(looked_at: Candidate) -> None:
    index = Hanging()
    heard(
        index,
        lambda ahead: ahead.looked_at(looked_at, QUESTION),
        lambda _: index.begun.append("metadata"),
        lambda ahead: ahead.followed(looked_at, QUESTION),
        lambda ahead: ahead.followed(looked_at, QUESTION),
    )
    assert index.begun == ["metadata", looked_at.artifact.filename]


def test_one_candidate_of_a_project_is_fetched_for_a_target() -> None:
    elsewhere = replace(QUESTION, target=WINDOWS)
    index = heard(
        Hanging(),
        lambda ahead: ahead.looked_at(wheel("2"), QUESTION),
        lambda ahead: ahead.looked_at(wheel("1"), QUESTION),
        lambda ahead: ahead.followed(wheel("1"), QUESTION),
        lambda ahead: ahead.looked_at(wheel("1"), elsewhere),
        lambda ahead: ahead.looked_at(wheel("2"), elsewhere),
    )
    assert index.begun == ["app-2-py3-none-any.whl", "app-1-py3-none-any.whl"]


def test_what_was_not_chosen_is_given_up_at_once() -> None:
    chosen, other = wheel(), candidate("lib-1-py3-none-any.whl")
    index = Hanging()
    seen: list[list[str]] = []
    heard(
        index,
        lambda ahead: ahead.looked_at(chosen, QUESTION),
        lambda ahead: ahead.looked_at(other, QUESTION),
        lambda ahead: ahead.chosen([chosen.artifact]),
        lambda _: seen.append(index.given_up.copy()),
    )
    assert seen == [[other.artifact.filename]]
    assert index.given_up == [other.artifact.filename, chosen.artifact.filename]


def test_few_large_files_come_at_once_and_no_small_one_waits_for_them() -> None:
    large = [candidate(f"lib{number}-1-py3-none-any.whl", size=LARGE) for number in range(20)]

    def look(ahead: Ahead) -> None:
        for one in large:
            ahead.looked_at(one, QUESTION)
            ahead.followed(one, QUESTION)

    index = heard(Hanging(), look, lambda ahead: ahead.looked_at(wheel(), QUESTION))
    assert len(index.begun) < len(large)
    assert index.begun[-1] == wheel().artifact.filename


def test_what_fails_is_not_told() -> None:
    index = heard(Hanging(IndexAccessError("gone")), lambda ahead: ahead.looked_at(wheel(), QUESTION))
    assert index.begun == [wheel().artifact.filename]


def test_who_is_idle_does_nothing() -> None:
    idle = Idle()
    idle.looked_at(wheel(), QUESTION)
    idle.followed(wheel(), QUESTION)
    idle.chosen([wheel().artifact])
