"""Folders, pages and files that are named by --find-links."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from loopback import HTML, Reply, serving
from wheelforge.events import Warn
from wheelforge.simple.kept_pages import KeptPages
from wheelforge.simple.links import Dispensable, FlatIndex
from wheelforge.simple.web import Web
from wheelforge.store.records import Records

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.events import Event


class Run:
    """What one place offers."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self.events: list[Event] = []

    def __call__(self, url: str, *names: str) -> list[str]:
        """``VERSION URL`` of each file of some projects."""

        async def main() -> list[str]:
            async with Web() as web:
                pages = KeptPages(web=web, records=Records(self._cache), clock=time.time)
                index = Dispensable(FlatIndex(name="links", url=url, pages=pages), self.events.append)
                projects = [await index.project(canonicalize_name(name)) for name in names]
                found = [project for project in projects if project is not None]
                releases = [item for project in found for item in project.releases.items()]
                return [f"{version} {one.url}" for version, files in releases for one in files]

        return asyncio.run(main())

    @property
    def warnings(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Warn)]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path / "cache")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "my wheels"
    folder.mkdir()
    names = ("demo-1.0.tar.gz", "demo-2.0-py3-none-any.whl", "demo-tool-0.1.zip", "Other_One-3.0.tar.gz", "notes.txt")
    for name in names:
        (folder / name).touch()
    return folder


def test_a_folder_offers_its_archives(run: Run, folder: Path) -> None:
    base = folder.as_uri()
    assert run(base, "demo") == [f"2.0 {base}/demo-2.0-py3-none-any.whl", f"1.0 {base}/demo-1.0.tar.gz"]
    assert run(base, "demo-tool", "other-one", "notes") == [
        f"0.1 {base}/demo-tool-0.1.zip",
        f"3.0 {base}/Other_One-3.0.tar.gz",
    ]
    assert run.warnings == []


@pytest.mark.parametrize(
    "filename", ["Foo.Bar_baz-1.0.tar.gz", "foo-bar-baz-1.0.zip", "Foo_Bar.baz-1.0-py3-none-any.whl"]
)
def test_names_are_told_however_they_are_written(run: Run, folder: Path, filename: str) -> None:
    (folder / filename).touch()
    assert run(folder.as_uri(), "foo-bar-baz", "foo", "foo-bar", "foo-bar-baz-1") == [
        f"1.0 {folder.as_uri()}/{filename}"
    ]


def test_long_names_take_no_more_memory_than_their_page(run: Run, folder: Path) -> None:
    lines = [f'<a href="{"a-" * 118}{number:04}-1.0.tar.gz">' for number in range(2000)]
    (folder / "links.html").write_text("\n".join([*lines, '<a href="demo-1.0.tar.gz">']))
    run((folder / "links.html").as_uri(), "x")
    tracemalloc.start()
    try:
        assert run((folder / "links.html").as_uri(), "demo") == [f"1.0 {folder.as_uri()}/demo-1.0.tar.gz"]
        assert tracemalloc.get_traced_memory()[1] < 20 * len("\n".join(lines))
    finally:
        tracemalloc.stop()


def test_one_file_offers_itself(run: Run, folder: Path) -> None:
    url = (folder / "demo-1.0.tar.gz").as_uri()
    assert run(url, "demo", "demo-tool") == [f"1.0 {url}"]


def test_a_local_page_offers_what_it_links_to(run: Run, folder: Path) -> None:
    (folder / "links.html").write_text('<a href="demo-1.0.tar.gz"><a href="https://files.example/demo-1.1.zip">')
    assert run((folder / "links.html").as_uri(), "demo") == [
        "1.1 https://files.example/demo-1.1.zip",
        f"1.0 {folder.as_uri()}/demo-1.0.tar.gz",
    ]


def test_a_page_of_the_web_is_read_once_for_all_projects(run: Run) -> None:
    page = Reply(body=b'<a href="f/demo-1.0.tar.gz"><a href="f/other-2.0.tar.gz">', headers={"Content-Type": HTML})
    with serving({"/links/": page}) as server:
        assert run(f"{server.url}/links/", "demo", "other", "none") == [
            f"1.0 {server.url}/links/f/demo-1.0.tar.gz",
            f"2.0 {server.url}/links/f/other-2.0.tar.gz",
        ]
        assert server.paths() == ["/links/"]


def test_a_page_of_the_web_does_not_lead_to_files_of_this_machine(run: Run, folder: Path) -> None:
    body = f'<a href="{folder.as_uri()}/demo-1.0.tar.gz">'.encode()
    with serving({"/": Reply(body=body, headers={"Content-Type": HTML})}) as server:
        assert run(f"{server.url}/", "demo") == []


def test_a_file_of_the_web_is_not_asked_for_before_it_is_taken(run: Run) -> None:
    assert run("https://files.example/demo-1.0.tar.gz", "demo") == ["1.0 https://files.example/demo-1.0.tar.gz"]


def test_a_folder_that_is_not_there_is_warned_of_once(run: Run, tmp_path: Path) -> None:
    assert run((tmp_path / "none").as_uri(), "demo", "other") == []
    assert run.warnings == [f"links is not used: {tmp_path / 'none'} is not there"]


@pytest.mark.parametrize("reply", [Reply(status=404), Reply(status=403), Reply(body=b"", headers={})])
def test_a_page_that_cannot_be_read_is_warned_of_and_done_without(run: Run, reply: Reply) -> None:
    with serving({"/": reply}) as server:
        assert run(f"{server.url}/", "demo", "other") == []
    [warning] = run.warnings
    assert warning.startswith("links is not used: ")
