"""Inputs become requirements by name, and the projects that the inputs bring themselves."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from packaging.markers import Marker
from packaging.utils import NormalizedName

from fakes import LINUX, WINDOWS, Offer, asked, project
from wheelforge.direct.obtained import Obtained
from wheelforge.errors import UsageError
from wheelforge.factory.wishes import Wish, wish
from wheelforge.model.inputs import Inputs, LockedSet, Reference

if TYPE_CHECKING:
    from wheelforge.model.targets import Target

HERE = "https://index.example"

A, B = Offer("a-1.0.tar.gz").artifact, Offer("b-2.0-py3-none-any.whl").artifact
PLACES = {
    "https://index.example/a": A,
    "https://index.example/b": B,
    "https://index.example/other": replace(A, sha256="0" * 64),
}


def place(name: str) -> Reference:
    location = f"{HERE}/{name}"
    return Reference(location=location, origin="the command line", written=location)


@dataclass
class Known:
    asked: list[str] = field(default_factory=list)

    async def obtain(self, reference: Reference) -> Obtained:
        self.asked.append(reference.location)
        return Obtained(reference=reference, artifact=PLACES[reference.location])


@dataclass
class LinuxLock:
    """A lock that pins ``b`` on Linux, and ``a`` elsewhere."""

    origin: str = "pylock.toml"
    digest: str = "0" * 64

    def select(self, target: Target) -> LockedSet:
        offer = Offer(B.filename) if target.name == LINUX.name else Offer(A.filename)
        name = offer.artifact.name
        pinned = asked(f"{name}=={offer.artifact.version}", origin=self.origin)
        return LockedSet(requirements=pinned, projects={name: project(offer)})


def wished(inputs: Inputs, target: Target = LINUX) -> Wish:
    return asyncio.run(wish(inputs, target, Known()))


def test_requirements_by_name_stay_as_they_are() -> None:
    inputs = Inputs(requirements=asked("x>1", "y"))
    assert wished(inputs) == Wish(roots=inputs.requirements)


def test_a_place_becomes_a_requirement_on_the_one_file_that_stands_there() -> None:
    reference = replace(place("a"), extras=(NormalizedName("more"),))
    found = wished(Inputs(requirements=(), references=(reference,)))
    assert [str(one.requirement) for one in found.roots] == ["a[more]"]
    assert dict(found.given[A.name].releases) == {A.version: (A,)}


def test_a_place_that_its_marker_rules_out_is_left_alone() -> None:
    known, elsewhere = Known(), replace(place("a"), marker=Marker("sys_platform == 'win32'"))
    inputs = Inputs(requirements=(), references=(elsewhere, place("b")))
    found = asyncio.run(wish(inputs, LINUX, known))
    assert (known.asked, list(found.given)) == (["https://index.example/b"], [B.name])


def test_one_project_cannot_be_at_two_places() -> None:
    with pytest.raises(UsageError, match="a is asked for at two places"):
        wished(Inputs(requirements=(), references=(place("a"), place("other"))))


def test_the_same_place_may_be_named_twice() -> None:
    assert list(wished(Inputs(requirements=(), references=(place("a"), place("a")))).given) == [A.name]


def test_a_lock_is_asked_for_each_target_and_is_not_added_to() -> None:
    inputs = Inputs(requirements=(), locks=(LinuxLock(),))
    linux, windows = wished(inputs), wished(inputs, WINDOWS)
    assert ([str(one.requirement) for one in linux.roots], list(linux.given)) == (["b==2.0"], [B.name])
    assert ([str(one.requirement) for one in windows.roots], list(windows.given)) == (["a==1.0"], [A.name])
    assert not linux.follow


def test_what_is_asked_for_beside_a_lock_brings_its_dependencies() -> None:
    found = wished(Inputs(requirements=asked("x"), locks=(LinuxLock(),)))
    assert ([str(one.requirement) for one in found.roots], found.follow) == (["x", "b==2.0"], True)
    assert not wished(Inputs(requirements=asked("x"), no_deps=True)).follow
