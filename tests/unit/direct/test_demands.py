"""Places that are named by what stands at places: taken where the user has not said otherwise, and not without end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from archives_fixture import file, metadata, wheel_files, write_tar, write_wheel
from fakes import LINUX, Offer
from places import STATIC, Visitor, place
from repositories import write
from wheelforge.direct import demands
from wheelforge.direct.demands import Ground, follow
from wheelforge.direct.obtained import Obtained
from wheelforge.errors import ResolutionError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wheelforge.model.inputs import Reference

HOST = "https://index.example/"


@dataclass
class Known:
    """Places of one host: each project stands under its name, and requires what it is told to."""

    requires: Mapping[str, list[str]]
    asked: list[str] = field(default_factory=list)

    async def obtain(self, reference: Reference) -> Obtained:
        name = reference.location.removeprefix(HOST)
        self.asked.append(f"{name}{list(reference.extras) or ''}")
        return self.named(name, reference)

    def named(self, name: str, reference: Reference) -> Obtained:
        requires = tuple(map(Requirement, self.requires.get(name, ())))
        return Obtained(reference=reference, artifact=Offer(f"{name}-1.0.tar.gz").artifact, requires=requires)


def asked(
    requires: Mapping[str, list[str]], *, location: str = f"{HOST}a", roots: str = "", settled: str = ""
) -> list[str]:
    """What is obtained, in order, where the user names ``a``."""
    known = Known(requires)
    ground = Ground(
        target=LINUX,
        roots=tuple(map(Requirement, roots.split())),
        settled=frozenset(map(canonicalize_name, settled.split())),
    )
    found = asyncio.run(follow([known.named("a", place(location))], known, ground))
    assert len(found) == len(known.asked)
    return known.asked


def test_places_are_followed_to_their_end_and_names_are_left_to_the_index() -> None:
    assert asked({"a": [f"b @ {HOST}b", "x>1"], "b": [f"c @ {HOST}c"], "c": ["y"]}) == ["b", "c"]


def test_a_circle_ends() -> None:
    assert asked({"a": [f"b @ {HOST}b"], "b": [f"c @ {HOST}c", f"a @ {HOST}a"], "c": [f"b @ {HOST}b"]}) == ["b", "c"]


def test_only_what_applies_on_the_target_is_taken() -> None:
    assert asked({"a": [f"b @ {HOST}b ; sys_platform == 'win32'", f"c @ {HOST}c ; sys_platform == 'linux'"]}) == ["c"]


def test_an_extra_brings_its_places_whoever_asks_for_it() -> None:
    a = ["a[y]; extra == 'x'", f"b @ {HOST}b ; extra == 'y'"]
    assert asked({"a": a}) == []
    assert asked({"a": a}, roots="a[x]") == ["b"]
    assert asked({"a": [f"b[x] @ {HOST}b"], "b": [f"c @ {HOST}c ; extra == 'x'"]}) == ["b['x']", "c"]


@pytest.mark.parametrize("settled", ["", "b"])
def test_what_the_user_has_said_of_a_project_counts(settled: str) -> None:
    assert asked({"a": [f"a @ {HOST}elsewhere", f"b @ {HOST}b"]}, settled=settled) == ([] if settled else ["b"])


def test_what_has_no_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demands, "MAX_PLACES", 3)
    endless = {"a": [f"b0 @ {HOST}b0"], **{f"b{n}": [f"b{n + 1} @ {HOST}b{n + 1}"] for n in range(9)}}
    with pytest.raises(ResolutionError, match=r"b2 1\.0 asks for one place too many"):
        asked(endless)


@pytest.mark.parametrize("url", ["file:///etc/x.whl", "git+file:///home/x", "hg+https://index.example/x"])
def test_what_comes_from_elsewhere_names_no_place_of_this_machine_nor_one_that_is_none(url: str) -> None:
    with pytest.raises(ResolutionError, match=r"a 1\.0 requires b at a place that cannot be taken"):
        asked({"a": [f"b @ {url}"]})


def test_what_stands_here_may_name_what_stands_here(tmp_path: Path) -> None:
    other = write(tmp_path / "b", {"pyproject.toml": STATIC})
    named = Known({"a": [f"my-thing @ {other.as_uri()}"]}).named("a", place(tmp_path.as_uri()))
    with Visitor(tmp_path).places() as (places, _):
        [found] = asyncio.run(follow([named], places, Ground(target=LINUX)))
    assert found.artifact.filename == "my_thing-1.0.tar.gz"


@pytest.mark.parametrize("form", ["wheel", "sdist", "folder"])
def test_what_stands_at_a_place_tells_what_it_requires(tmp_path: Path, form: str) -> None:
    line = f"b @ {HOST}b.whl"
    match form:
        case "wheel":
            files = wheel_files(about=metadata("demo", "1.0", f"Requires-Dist: {line}"))
            where = write_wheel(tmp_path / "demo-1.0-py3-none-any.whl", files)
        case "sdist":
            said = metadata("demo", "1.0", f"Requires-Dist: {line}", metadata_version="2.2")
            where = write_tar(tmp_path / "demo-1.0.tar.gz", [file("demo-1.0/PKG-INFO", said)])
        case _:
            where = write(tmp_path / "project", {"pyproject.toml": f'{STATIC}dependencies = ["{line}"]\n'})
    visitor = Visitor(tmp_path)
    assert [str(one) for one in visitor.obtain(place(where.as_uri())).requires] == [line]
    [told] = visitor.warnings()
    assert "requires b by URL: pip goes there, even with --no-index" in told
