"""Several indexes answer as one, and none is asked for what an earlier one has."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelforge.errors import IndexAccessError, IntegrityError, UsageError
from wheelforge.events import Warn
from wheelforge.model.artifacts import Artifact, Project, Status
from wheelforge.model.digest import sha256
from wheelforge.simple.index import Fetched
from wheelforge.simple.indexes import Indexes, Shelves, Undefined
from wheelforge.simple.pages import File, Hashes
from wheelforge.simple.releases import Releases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wheelforge.events import Event
    from wheelforge.model.shape import Shape
    from wheelforge.simple.indexes import Pages

DEMO, OTHER = canonicalize_name("demo"), canonicalize_name("other")
A, B = "aa" * 32, "bb" * 32


class Place:
    """An index of some files of one project, which remembers what it was asked for."""

    def __init__(self, name: str, *versions: str, sha256: str = A, project: NormalizedName = DEMO) -> None:
        self.name = name
        self.asked: list[str] = []
        files = [
            File(filename=f"{project}-{one}.tar.gz", url=f"https://{name}.example/{one}", hashes=Hashes(sha256=sha256))
            for one in versions
        ]
        releases = Releases(files, name=project, index=name, url=f"https://{name}.example/")
        self._projects = {project: Project(name=project, index=name, releases=releases)} if versions else {}

    async def project(self, name: NormalizedName) -> Project | None:
        self.asked.append(name)
        return self._projects.get(name)

    async def metadata(self, artifact: Artifact) -> bytes:
        return f"{self.name} {artifact.filename}".encode()

    async def shape(self, artifact: Artifact) -> Shape:
        raise NotImplementedError(artifact.filename)

    async def fetch(self, artifact: Artifact) -> Fetched:
        return Fetched(path=Path(artifact.filename), sha256=artifact.sha256 or B, size=0)


def indexes(
    ordered: Sequence[Place],
    links: Sequence[Place] = (),
    pins: Mapping[NormalizedName, Pages] | None = None,
    events: list[Event] | None = None,
) -> Indexes:
    shelves = Shelves(
        local=Place("local"), remote={place.name: place for place in (*ordered, *links)}, other=Place("elsewhere")
    )
    heard = [] if events is None else events
    named = {place.name: place for place in (*ordered, *links)}
    return Indexes(ordered=ordered, links=links, pins=pins, named=named, shelves=shelves, reporter=heard.append)


def project(found: Indexes, name: NormalizedName = DEMO) -> Project | None:
    return asyncio.run(_project(found, name))


async def _project(found: Indexes, name: NormalizedName) -> Project | None:
    return await found.project(name)


def offered(found: Project | None) -> list[str]:
    """``VERSION INDEX`` of each file, newest first."""
    assert found is not None
    return [f"{version} {one.index}" for version, files in found.releases.items() for one in files]


def test_the_first_index_that_has_a_project_is_the_only_one_asked_for_it() -> None:
    private, public = Place("private", "1.0"), Place("public", "9.0")
    assert offered(project(indexes([private, public]))) == ["1.0 private"]
    assert public.asked == []


def test_a_later_index_is_asked_for_what_the_earlier_ones_do_not_have() -> None:
    private, public = Place("private", "1.0", project=OTHER), Place("public", "9.0")
    assert offered(project(indexes([private, public]))) == ["9.0 public"]
    assert project(indexes([private]), DEMO) is None


def test_what_several_want_is_looked_for_once() -> None:
    private, public = Place("private"), Place("public", "1.0")
    found = indexes([private, public])

    async def twice() -> None:
        await asyncio.gather(found.project(DEMO), found.project(DEMO))

    asyncio.run(twice())
    assert (private.asked, public.asked) == (["demo"], ["demo"])


def test_a_project_can_be_asked_of_one_index_alone() -> None:
    first, second = Place("first", "1.0"), Place("second", "2.0", sha256=B)
    found = indexes([first, second])

    async def twice() -> list[Project | None]:
        return [await found.project_from(DEMO, "second") for _ in range(2)]

    one, same = asyncio.run(twice())
    assert (offered(one), one is same) == (["2.0 second"], True)
    assert (first.asked, second.asked) == ([], ["demo"])
    with pytest.raises(UsageError, match="nothing here says where that is"):
        asyncio.run(found.project_from(DEMO, "third"))


def test_a_project_is_found_again_where_a_lock_has_it_from() -> None:
    found = indexes([Place("first", "1.0"), Place("second", "1.0", sha256=B)])
    there = asyncio.run(found.project_from(DEMO, "second"))
    assert there is not None
    [listed] = there.releases[Version("1.0")]
    assert asyncio.run(found.metadata(replace(listed, url=""))) == b"second demo-1.0.tar.gz"


def test_a_pinned_project_is_taken_from_its_own_index_only() -> None:
    first, second, links = Place("first", "1.0"), Place("second", "2.0"), Place("links", "3.0")
    found = indexes([first, second], [links], {DEMO: second})
    assert offered(project(found)) == ["2.0 second"]
    assert (first.asked, links.asked) == ([], [])


def test_a_project_that_is_pinned_to_an_unknown_index_is_told_and_taken_from_nowhere_else() -> None:
    first = Place("first", "1.0")
    with pytest.raises(UsageError, match="demo is to be taken from the index 'corp'") as caught:
        project(indexes([first], pins={DEMO: Undefined("corp", "pyproject.toml [tool.uv.sources]")}))
    assert caught.value.hint == "--index corp=URL"
    assert first.asked == []


def test_links_add_to_whatever_index_has_the_project() -> None:
    found = indexes([Place("none"), Place("index", "1.0", "2.0")], [Place("one", "3.0", "1.5"), Place("two", "0.1")])
    assert offered(project(found)) == ["3.0 one", "2.0 index", "1.5 one", "1.0 index", "0.1 two"]


def test_links_alone_will_do() -> None:
    assert offered(project(indexes([], [Place("links", "1.0")]))) == ["1.0 links"]


def test_of_two_files_of_one_name_that_of_the_links_is_taken() -> None:
    events: list[Event] = []
    found = indexes([Place("index", "1.0", "2.0")], [Place("links", "1.0")], events=events)
    assert offered(project(found)) == ["2.0 index", "1.0 links"]
    assert events == []


def test_two_different_files_of_one_name_are_warned_of() -> None:
    events: list[Event] = []
    found = project(indexes([Place("index", "1.0")], [Place("links", "1.0", sha256=B)], events=events))
    assert offered(found) == offered(found) == ["1.0 links"]
    [warning] = events
    assert isinstance(warning, Warn)
    assert warning.text == "demo-1.0.tar.gz is taken from links, though index has another file of that name"
    assert warning.hint == "find out which is right; --pin demo=index takes the other"


def test_a_version_that_no_place_has_is_none() -> None:
    found = project(indexes([Place("index", "1.0")], [Place("links", "2.0")]))
    assert found is not None
    assert found.releases.get(Version("3.0")) is None
    assert len(found.releases) == 2


def test_the_index_speaks_for_the_project_as_a_whole() -> None:
    found = project(indexes([Place("index", "1.0")], [Place("links", "2.0")]))
    assert found is not None
    assert (found.index, found.status) == ("index", Status.ACTIVE)


def fetched_by(found: Indexes, artifact: Artifact) -> str:
    async def read() -> str:
        return (await found.metadata(artifact)).decode().partition(" ")[0]

    return asyncio.run(read())


def test_a_file_is_read_by_the_index_that_lists_it_or_from_this_machine() -> None:
    found = indexes([Place("first"), Place("index", "1.0")])
    offer = project(found)
    assert offer is not None
    [artifact] = offer.releases[Version("1.0")]
    assert fetched_by(found, artifact) == "index"
    assert fetched_by(found, replace(artifact, url="file:///srv/demo-1.0.tar.gz")) == "local"
    assert fetched_by(found, replace(artifact, index="renamed")) == "elsewhere"


def test_a_file_whose_url_a_lock_does_not_tell_is_found_by_its_name() -> None:
    found = indexes([], [Place("links", "1.0")])
    offer = project(found)
    assert offer is not None
    [artifact] = offer.releases[Version("1.0")]
    assert fetched_by(found, replace(artifact, url="", index="renamed")) == "links"


def test_a_file_that_is_no_longer_to_be_had_is_named() -> None:
    found = indexes([], [Place("links", "1.0")])
    offer = project(found)
    assert offer is not None
    [artifact] = offer.releases[Version("1.0")]
    with pytest.raises(IndexAccessError, match=r"demo-1\.1\.tar\.gz came from links, where it is no longer"):
        fetched_by(found, replace(artifact, url="", filename="demo-1.1.tar.gz"))


def test_bytes_that_nobody_promised_must_have_a_hash_that_is_asked_for() -> None:
    found = indexes([Place("index", "1.0")])
    offer = project(found)
    assert offer is not None
    bare = replace(offer.releases[Version("1.0")][0], sha256=None)
    for allowed in (frozenset(), frozenset({sha256(A), sha256(B)})):
        assert asyncio.run(found.fetch(replace(bare, allowed=allowed))).sha256 == B
    with pytest.raises(IntegrityError, match=f"asked for  sha256:{A}\n  it has     sha256:{B}$"):
        asyncio.run(found.fetch(replace(bare, allowed=frozenset({sha256(A)}))))
