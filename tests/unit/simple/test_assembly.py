"""What the settings name is read, each place in its own way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from archives_fixture import metadata, wheel_files, write_wheel
from loopback import HTML, Reply, file_entry, json_page, serving
from wheelforge.errors import IndexAccessError
from wheelforge.events import Warn
from wheelforge.settings.setting import Key, command_line
from wheelforge.settings.settings import load_settings
from wheelforge.simple.assembly import assemble
from wheelforge.simple.exchange import Options
from wheelforge.simple.logins import Logins
from wheelforge.simple.web import Web
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.events import Event

DEMO = canonicalize_name("demo")
FILENAME = "demo-1.0-py3-none-any.whl"


class Run:
    """A run with some options: the one file of the demo project, where it came from, and what was told."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.events: list[Event] = []

    def __call__(self, *, table: str = "", **given: str) -> tuple[str, bytes, bytes]:
        """The index of the file, its metadata, and its content."""
        (self._folder / "wheelforge.toml").write_text(table)
        overrides = command_line({Key[name.upper()]: value for name, value in given.items()})
        wanted = load_settings(environ={"PIP_CONFIG_FILE": "/dev/null"}, cwd=self._folder, overrides=overrides).indexes

        async def main() -> tuple[str, bytes, bytes]:
            async with Web(Options(pause=0, retries=0)) as web:
                store = Store(self._folder / "cache")
                index = assemble(wanted, web=web, store=store, logins=Logins(), reporter=self.events.append)
                project = await index.project(DEMO)
                assert project is not None
                [[artifact]] = project.releases.values()
                fetched = await index.fetch(artifact)
                return artifact.index, await index.metadata(artifact), fetched.path.read_bytes()

        return asyncio.run(main())


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


@pytest.fixture
def wheel(tmp_path: Path) -> bytes:
    """A wheel in the folder ``wheels``."""
    (tmp_path / "wheels").mkdir()
    return write_wheel(tmp_path / "wheels" / FILENAME, wheel_files()).read_bytes()


def test_an_index_of_the_web_is_read(run: Run, wheel: bytes) -> None:
    with serving({"/simple/demo/": json_page(file_entry(FILENAME, wheel)), f"/files/{FILENAME}": wheel}) as server:
        assert run(index_url=f"{server.url}/simple") == ("default", metadata(), wheel)


def test_a_folder_of_links_is_read(run: Run, wheel: bytes) -> None:
    assert run(no_index="true", find_links="wheels") == ("wheels", metadata(), wheel)


def test_a_local_page_s_links_to_the_web_are_followed(run: Run, wheel: bytes, tmp_path: Path) -> None:
    page = tmp_path / "mirror" / "demo" / "index.html"
    page.parent.mkdir(parents=True)
    with serving({f"/{FILENAME}": wheel}) as server:
        page.write_text(f'<a href="{server.url}/{FILENAME}">')
        assert run(index_url="./mirror") == ("default", metadata(), wheel)


def flat(url: str) -> str:
    return f'[[index]]\nname = "flat"\nurl = "{url}"\nformat = "flat"\n'


def test_a_flat_index_comes_in_its_place_among_the_others(run: Run, wheel: bytes) -> None:
    page = Reply(body=f'<a href="/{FILENAME}">'.encode(), headers={"Content-Type": HTML})
    with serving({"/links.html": page, f"/{FILENAME}": wheel}) as server:
        found = run(table=flat(f"{server.url}/links.html"), index_url=f"{server.url}/simple/")
        assert found == ("flat", metadata(), wheel)
        assert "/simple/demo/" not in server.paths()


def test_a_flat_index_that_is_away_hands_its_names_to_no_other(run: Run, wheel: bytes) -> None:
    with serving({"/simple/demo/": json_page(file_entry(FILENAME, wheel))}) as server:
        with pytest.raises(IndexAccessError, match=r"/links\.html is not there"):
            run(table=flat(f"{server.url}/links.html"), index_url=f"{server.url}/simple/")
        assert "/simple/demo/" not in server.paths()


def test_links_over_plain_http_are_warned_of(run: Run, wheel: bytes) -> None:
    assert wheel
    run(no_index="true", find_links="wheels\nhttp://links.invalid/")
    told = [event.text for event in run.events if isinstance(event, Warn)]
    assert told[0] == "links.invalid is read over http: anybody on the way can alter its page and files"
    assert told[1].startswith("links.invalid is not used: ")
