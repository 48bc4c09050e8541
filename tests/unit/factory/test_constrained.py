"""Each project has one place that constraints name, and in pip's hash-checking mode one with a hash."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from packaging.markers import Marker

from fakes import LINUX, WINDOWS, Offer
from places import place
from wheelforge.direct.obtained import Obtained
from wheelforge.errors import UsageError
from wheelforge.factory.constrained import constrained, obtaining
from wheelforge.model.digest import Digest, sha256
from wheelforge.model.inputs import Inputs

if TYPE_CHECKING:
    from wheelforge.model.inputs import Reference

A = place("https://files.example/a.zip", name="a")
ONE, TWO = sha256("1" * 64), sha256("2" * 64)


def inputs(*places: Reference) -> Inputs:
    return Inputs(requirements=(), constraint_places=places)


def test_the_place_whose_marker_holds_counts() -> None:
    windows = replace(place("https://files.example/win.zip", name="a"), marker=Marker("os_name == 'nt'"))
    elsewhere = replace(A, marker=Marker("os_name != 'nt'"))
    found = [constrained(inputs(windows, elsewhere), target) for target in (LINUX, WINDOWS)]
    assert found == [{"a": elsewhere}, {"a": windows}]


def test_two_places_of_one_project_are_told() -> None:
    with pytest.raises(UsageError, match=r"(?s)no file of a can meet both.*a\.zip \(the.*b\.zip \(the"):
        constrained(inputs(A, place("https://files.example/b.zip", name="a")), LINUX)


@pytest.mark.parametrize(
    ("one", "other", "both"), [({ONE}, {ONE, TWO}, {ONE}), (set(), {TWO}, {TWO}), ({ONE}, set(), {ONE})]
)
def test_of_one_place_a_file_must_have_a_hash_of_each_line_with_any(
    one: set[Digest], other: set[Digest], both: set[Digest]
) -> None:
    lines = (replace(A, hashes=frozenset(hashes)) for hashes in (one, other))
    assert constrained(inputs(*lines), LINUX) == {"a": replace(A, hashes=frozenset(both))}


def test_hashes_that_have_none_in_common_are_told() -> None:
    with pytest.raises(UsageError, match="no file of a can meet both"):
        constrained(inputs(replace(A, hashes=frozenset({ONE})), replace(A, hashes=frozenset({TWO}))), LINUX)


@dataclass
class Known:
    asked: list[Reference] = field(default_factory=list)

    async def obtain(self, reference: Reference) -> Obtained:
        self.asked.append(reference)
        return Obtained(reference=reference, artifact=Offer("a-1.tar.gz").artifact)


def test_without_a_hash_no_place_is_looked_at_where_hashes_are_required() -> None:
    known, hashed = Known(), replace(A, hashes=frozenset({ONE}))
    asyncio.run(obtaining(known, inputs()).obtain(A))
    checking = obtaining(known, replace(inputs(), require_hashes=True))
    asyncio.run(checking.obtain(hashed))
    with pytest.raises(UsageError, match="this constraint has none:\n  https://files"):
        asyncio.run(checking.obtain(A))
    assert known.asked == [A, hashed]
