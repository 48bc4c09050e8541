"""Inputs become requirements by name, and the projects that the inputs bring themselves."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import NormalizedName

from fakes import LINUX, WINDOWS, Offer, asked, project
from wheelforge.direct.obtained import Obtained
from wheelforge.errors import UsageError
from wheelforge.factory.wishes import Wish, wish
from wheelforge.model.inputs import IndexPin, Inputs, LockedSet, Reference

if TYPE_CHECKING:
    from wheelforge.model.artifacts import Project
    from wheelforge.model.targets import Target

HERE = "https://index.example"

A, B = Offer("a-1.0.tar.gz").artifact, Offer("b-2.0-py3-none-any.whl").artifact
PLACES = {
    "https://index.example/a": A,
    "https://index.example/b": B,
    "https://index.example/other": replace(A, sha256="0" * 64),
    "https://index.example/another-b": replace(B, sha256="0" * 64),
    "https://index.example/asks": Offer("asks-1.0.tar.gz").artifact,
}
ASKS = (Requirement("b @ https://index.example/b"),)
"""What the last of them requires."""


def place(name: str) -> Reference:
    location = f"{HERE}/{name}"
    return Reference(location=location, origin="the command line", written=location)


@dataclass
class Known:
    asked: list[str] = field(default_factory=list)

    async def obtain(self, reference: Reference) -> Obtained:
        self.asked.append(reference.location)
        requires = ASKS if reference.location.endswith("asks") else ()
        return Obtained(reference=reference, artifact=PLACES[reference.location], requires=requires)


@dataclass
class LinuxLock:
    """A lock that pins ``b`` on Linux, and ``a`` elsewhere."""

    origin: str = "pylock.toml"
    digest: str = "0" * 64
    picks: tuple[str, ...] = ()

    def select(self, target: Target) -> LockedSet:
        offer = Offer(B.filename) if target.name == LINUX.name else Offer(A.filename)
        name = offer.artifact.name
        pinned = asked(f"{name}=={offer.artifact.version}", origin=self.origin)
        return LockedSet(requirements=pinned, projects={name: project(offer)})


TORCH = NormalizedName("torch")


class Shelf:
    """Two indexes: each has one file of the same project."""

    async def project_from(self, name: NormalizedName, index: str) -> Project | None:
        files = {"cuda": "torch-2.0+cuda-py3-none-any.whl", "cpu": "torch-2.0+cpu-py3-none-any.whl"}
        return project(Offer(files[index])) if name == "torch" else None


def pin(index: str, marker: str | None, name: str = "torch") -> IndexPin:
    found = None if marker is None else Marker(marker)
    return IndexPin(project=NormalizedName(name), index=index, origin="pyproject.toml", marker=found)


def wished(inputs: Inputs, target: Target = LINUX) -> Wish:
    return asyncio.run(wish(inputs, target, Known(), Shelf()))


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
    found = asyncio.run(wish(inputs, LINUX, known, Shelf()))
    assert (known.asked, list(found.given)) == (["https://index.example/b"], [B.name])


def test_one_project_cannot_be_at_two_places() -> None:
    references = (replace(place("a"), told="/home/me/a"), replace(place("other"), origin="requirements.txt:3"))
    with pytest.raises(UsageError) as caught:
        wished(Inputs(requirements=(), references=references))
    assert caught.value.message.splitlines() == [
        "a is asked for at two places:",
        "  /home/me/a (the command line)",
        "  https://index.example/other (requirements.txt:3)",
    ]


def test_a_place_beside_a_lock_that_has_the_project_is_told_with_both() -> None:
    with pytest.raises(UsageError, match=r"  b-2.0-py3-none-any.whl \(pylock.toml\)\n  \S+/another-b \(the"):
        wished(Inputs(requirements=(), references=(place("another-b"),), locks=(LinuxLock(),)))


def test_the_same_place_may_be_named_twice() -> None:
    assert list(wished(Inputs(requirements=(), references=(place("a"), place("a")))).given) == [A.name]


def test_a_lock_is_asked_for_each_target_and_is_not_added_to() -> None:
    inputs = Inputs(requirements=(), locks=(LinuxLock(),))
    linux, windows = wished(inputs), wished(inputs, WINDOWS)
    assert ([str(one.requirement) for one in linux.roots], list(linux.given)) == (["b==2.0"], [B.name])
    assert ([str(one.requirement) for one in windows.roots], list(windows.given)) == (["a==1.0"], [A.name])
    assert not linux.follow


def bound(name: str, to: str) -> Reference:
    return replace(place(to), name=NormalizedName(name), origin="c.txt:1")


def test_a_place_that_a_constraint_names_is_neither_asked_for_nor_obtained() -> None:
    known, elsewhere = Known(), replace(bound("b", "b"), marker=Marker("sys_platform == 'win32'"))
    inputs = Inputs(requirements=asked("x"), constraint_places=(bound("a", "a"), elsewhere))
    found = asyncio.run(wish(inputs, LINUX, known, Shelf()))
    assert (found.roots, found.given, dict(found.places)) == (inputs.requirements, {}, {A.name: bound("a", "a")})
    assert known.asked == []


def test_a_constraint_and_who_asks_for_its_project_by_place_mean_the_same_file() -> None:
    inputs = Inputs(requirements=(), references=(place("a"),), constraint_places=(bound("a", "a"),))
    found = wished(inputs)
    assert (list(found.given), found.places) == ([A.name], {})
    with pytest.raises(UsageError, match=r"(?s)a is asked for at two places:.*/a \(the comm.*/other \(c\.txt:1"):
        wished(replace(inputs, constraint_places=(bound("a", "other"),)))


def test_what_a_place_asks_for_by_place_comes_from_where_a_constraint_says() -> None:
    found = wished(Inputs(requirements=(), references=(place("asks"),), constraint_places=(bound("b", "a"),)))
    assert (set(found.given), set(found.places)) == ({"asks"}, {B.name})


def test_what_is_asked_for_beside_a_lock_brings_its_dependencies() -> None:
    found = wished(Inputs(requirements=asked("x"), locks=(LinuxLock(),)))
    assert ([str(one.requirement) for one in found.roots], found.follow) == (["x", "b==2.0"], True)
    assert not wished(Inputs(requirements=asked("x"), no_deps=True)).follow


@pytest.mark.parametrize(
    ("inputs", "given"),
    [
        (Inputs(requirements=()), {"asks", "b"}),
        (Inputs(requirements=(), no_deps=True), {"asks"}),
        (Inputs(requirements=(), require_hashes=True), {"asks"}),
        (Inputs(requirements=(), overrides=asked("b==1")), {"asks"}),
        (Inputs(requirements=(), index_pins=(IndexPin(project=B.name, index="cpu", origin="--pin"),)), {"asks"}),
    ],
    ids=["heard", "--no-deps", "--require-hashes", "an override", "a pin"],
)
def test_what_a_place_asks_for_by_place_is_given_unless_the_user_has_said_otherwise(
    inputs: Inputs, given: set[str]
) -> None:
    found = wished(replace(inputs, references=(place("asks"),)))
    assert (set(found.given), [str(one.requirement) for one in found.roots]) == (given, ["asks"])


def test_a_lock_counts_before_what_a_place_asks_for() -> None:
    found = wished(Inputs(requirements=(), references=(place("asks"),), locks=(LinuxLock(),)))
    assert found.given[B.name] == project(Offer(B.filename))


def test_each_target_takes_a_project_from_the_index_whose_marker_holds_there() -> None:
    pins = (pin("cuda", "sys_platform == 'linux'"), pin("cpu", "sys_platform != 'linux'"), pin("cpu", None, "other"))
    inputs = Inputs(requirements=asked("torch"), index_pins=pins)
    versions = [list(map(str, one.releases)) for on in (LINUX, WINDOWS) if (one := wished(inputs, on).pinned[TORCH])]
    assert versions == [["2.0+cuda"], ["2.0+cpu"]]
    assert "other" not in wished(inputs).pinned


def test_an_index_that_lacks_what_is_pinned_to_it_is_not_stood_in_for() -> None:
    assert wished(Inputs(requirements=(), index_pins=(pin("cpu", "os_name != ''", "x"),))).pinned == {"x": None}


def test_two_indexes_for_one_target_are_refused() -> None:
    pins = (pin("cuda", "sys_platform == 'linux'"), pin("cpu", "os_name == 'posix'"))
    inputs = Inputs(requirements=asked("torch"), index_pins=pins)
    with pytest.raises(UsageError, match=r"(?s)torch is taken from two indexes on .*torch=cuda; .*torch=cpu; "):
        wished(inputs)
    assert wished(inputs, WINDOWS).pinned == {}
