"""For each chosen sdist the wheels of its own index and version tell what to expect of its build."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from fakes import LINUX, WINDOWS, FakeIndex, Offer, project
from wheelforge.errors import IndexAccessError, IntegrityError
from wheelforge.events import Note
from wheelforge.factory.shapes import expected_shapes
from wheelforge.model.artifacts import Kind
from wheelforge.model.direct import DirectUrl
from wheelforge.resolve.candidates import Rules, Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from wheelforge.events import Event
    from wheelforge.model.targets import Target
    from wheelforge.resolve.candidates import Candidate

SDIST = Offer("demo-1.0.tar.gz")
PURE = Offer("demo-1.0-py3-none-any.whl")
LINUX_WHEEL = Offer("demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl")
WINDOWS_WHEEL = Offer("demo-1.0-cp39-cp39-win_amd64.whl")


def candidate(*offers: Offer, target: Target = LINUX, kind: Kind = Kind.SDIST) -> Candidate:
    """What the solver takes where only one kind of file may be taken."""
    found = Shelf(project(*offers), Rules(target=target, kinds=(kind,))).candidate(Version("1.0"))
    assert found is not None
    return found


class Reading:
    """One look at an index for the shapes of what was chosen."""

    def __init__(self, folder: Path, *offers: Offer) -> None:
        self.index = FakeIndex(folder, *offers)
        self.events: list[Event] = []

    def __call__(self, *chosen: Candidate | tuple[Target, Candidate]) -> list[tuple[str, str]]:
        pairs = [one if isinstance(one, tuple) else (LINUX, one) for one in chosen]
        shapes = asyncio.run(expected_shapes(pairs, index=self.index, report=self.events.append))
        return [(one.artifact, one.wheel) for one in shapes]


def wheels(found: Iterable[tuple[str, str]]) -> list[str]:
    return [wheel for _, wheel in found]


def test_the_best_wheel_for_the_target_is_read(tmp_path: Path) -> None:
    offers = (SDIST, WINDOWS_WHEEL, LINUX_WHEEL)
    assert Reading(tmp_path, *offers)(candidate(*offers)) == [(SDIST.filename, LINUX_WHEEL.filename)]


def test_any_wheel_is_read_where_none_fits(tmp_path: Path) -> None:
    offers = (SDIST, WINDOWS_WHEEL)
    assert wheels(Reading(tmp_path, *offers)(candidate(*offers))) == [WINDOWS_WHEEL.filename]


def test_a_wheel_for_all_platforms_is_read_beside_that_for_one(tmp_path: Path) -> None:
    offers = (SDIST, PURE, LINUX_WHEEL)
    assert wheels(Reading(tmp_path, *offers)(candidate(*offers))) == [LINUX_WHEEL.filename, PURE.filename]


def test_each_target_has_its_own_and_each_wheel_is_read_once(tmp_path: Path) -> None:
    offers = (SDIST, PURE, LINUX_WHEEL, WINDOWS_WHEEL)
    reading = Reading(tmp_path, *offers)
    here, there = (LINUX, candidate(*offers)), (WINDOWS, candidate(*offers, target=WINDOWS))
    found = reading(here, there, here)
    assert wheels(found) == [LINUX_WHEEL.filename, WINDOWS_WHEEL.filename, PURE.filename]
    assert sorted(text for text in reading.index.asked if text.endswith(".shape")) == [
        f"{wheel}.shape" for wheel in wheels(found)
    ]


def test_a_chosen_wheel_and_an_sdist_alone_cost_nothing(tmp_path: Path) -> None:
    reading = Reading(tmp_path, SDIST, PURE)
    assert reading(candidate(SDIST, PURE, kind=Kind.WHEEL), candidate(SDIST)) == []
    assert reading.index.asked == []


def test_what_was_taken_back_is_no_measure(tmp_path: Path) -> None:
    reading = Reading(tmp_path, SDIST, PURE)
    assert reading(candidate(SDIST, replace(PURE, yanked=""))) == []


def test_what_another_index_has_is_no_measure(tmp_path: Path) -> None:
    chosen = candidate(SDIST, PURE)
    elsewhere = replace(chosen, artifact=replace(chosen.artifact, index="ours"))
    assert Reading(tmp_path, SDIST, PURE)(elsewhere) == []


def test_what_was_named_by_its_place_is_compared_with_nothing(tmp_path: Path) -> None:
    chosen = candidate(SDIST, PURE)
    direct = replace(chosen, artifact=replace(chosen.artifact, direct=DirectUrl(url="demo", directory=True)))
    assert Reading(tmp_path, SDIST, PURE)(direct) == []


def test_a_wheel_that_cannot_be_read_is_noted(tmp_path: Path) -> None:
    reading = Reading(tmp_path, SDIST, PURE)
    reading.index.shapes[PURE.filename] = IndexAccessError("it is away")
    assert reading(candidate(SDIST, PURE)) == []
    assert reading.events == [Note(text="not known what the wheel of demo 1.0 should hold: it is away")]


def test_a_wheel_that_is_not_what_was_promised_is_an_error(tmp_path: Path) -> None:
    reading = Reading(tmp_path, SDIST, PURE)
    reading.index.shapes[PURE.filename] = IntegrityError("it is another")
    with pytest.raises(IntegrityError):
        reading(candidate(SDIST, PURE))


def test_a_page_that_cannot_be_read_is_noted(tmp_path: Path) -> None:
    class Away(FakeIndex):
        async def project(self, _name: object) -> None:
            raise IndexAccessError("it is away")

    offers = (SDIST, PURE, LINUX_WHEEL)
    reading = Reading(tmp_path)
    reading.index = Away(tmp_path, *offers)
    assert reading(candidate(*offers)) == []
    assert len(reading.events) == 1
