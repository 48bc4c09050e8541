"""Pages are kept as long as their server allows, and asked for again by their validators."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

import pytest

from loopback import Reply, Request, serving
from wheelforge.errors import IndexAccessError
from wheelforge.simple.client import Offline
from wheelforge.simple.exchange import NotAsked
from wheelforge.simple.kept_pages import KeptPages
from wheelforge.simple.pages import File, Page
from wheelforge.simple.web import Web
from wheelforge.store.records import Records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from loopback import Handler
    from wheelforge.simple.client import Client

JSON = {"Content-Type": "application/json"}


BODY = b'{"files": [{"filename": "demo-1.0.tar.gz", "url": "demo-1.0.tar.gz", "hashes": {}}]}'
PAGE = Page(files=[File(filename="demo-1.0.tar.gz", url="demo-1.0.tar.gz")])


def page(headers: Mapping[str, str]) -> Handler:
    """A page that knows its own validator."""

    def handle(request: Request) -> Reply:
        if request.headers.get("if-none-match", "none") == headers.get("ETag"):
            return Reply(status=304, headers=headers)
        return Reply(body=BODY, headers={**JSON, **headers})

    return handle


def read(url: str, folder: Path, *times: float) -> list[Page | None]:
    """Read a page at several moments, each as a run of its own."""

    async def main() -> list[Page | None]:
        async with Web() as web:
            return [(await at(now, web, folder).read(url)).page for now in times]

    return asyncio.run(main())


def offline(url: str, folder: Path) -> Page | None:
    """Read a page without asking anybody."""
    return asyncio.run(at(1e9, Offline(), folder).read(url)).page


def at(now: float, web: Client, folder: Path) -> KeptPages:
    return KeptPages(web=web, records=Records(folder), clock=lambda: now)


@pytest.mark.parametrize(
    ("headers", "statuses"),
    [
        ({}, ["full", "full"]),
        ({"ETag": '"1"'}, ["full", "asked"]),
        ({"ETag": '"1"', "Cache-Control": "no-store"}, ["full", "full"]),
        ({"ETag": '"1"', "Cache-Control": "public, max-age=300"}, ["full"]),
        ({"Cache-Control": "max-age=300"}, ["full"]),
        ({"Cache-Control": "max-age=300", "Age": "250"}, ["full", "full"]),
        ({"ETag": '"1"', "Cache-Control": "max-age=300, no-cache"}, ["full", "asked"]),
        ({"Cache-Control": "max-age=" + "9" * 5000}, ["full"]),
        ({"Cache-Control": "max-age=" + "0" * 5000 + "300"}, ["full"]),
        ({"Cache-Control": "max-age=300", "Age": "9" * 5000}, ["full", "full"]),
        ({"Cache-Control": "max-age=300", "Age": "soon"}, ["full"]),
    ],
)
def test_a_minute_later_a_page_is_used_as_its_server_says(
    tmp_path: Path, headers: Mapping[str, str], statuses: list[str]
) -> None:
    with serving({"/": page(headers)}) as server:
        assert read(f"{server.url}/", tmp_path, 1000, 1060) == [PAGE] * 2
    assert ["asked" if "if-none-match" in request.headers else "full" for request in server.seen] == statuses


def test_no_page_is_fresh_for_more_than_ten_minutes(tmp_path: Path) -> None:
    with serving({"/": page({"Cache-Control": "max-age=86400"})}) as server:
        read(f"{server.url}/", tmp_path, 1000, 1599, 1601)
    assert len(server.seen) == 2


def test_a_page_that_has_not_changed_is_fresh_again(tmp_path: Path) -> None:
    with serving({"/": page({"ETag": '"1"', "Cache-Control": "max-age=300"})}) as server:
        assert read(f"{server.url}/", tmp_path, 1000, 1400, 1600) == [PAGE] * 3
    assert len(server.seen) == 2


def test_a_page_by_its_date_is_asked_for_with_it(tmp_path: Path) -> None:
    date = "Wed, 01 Jan 2025 00:00:00 GMT"
    with serving({"/": page({"Last-Modified": date})}) as server:
        read(f"{server.url}/", tmp_path, 1000, 1060)
    assert server.seen[1].headers["if-modified-since"] == date


@pytest.mark.parametrize("headers", [{}, {"ETag": '"1"'}, {"Cache-Control": "max-age=300"}])
def test_offline_a_page_is_used_however_old_it_is(tmp_path: Path, headers: Mapping[str, str]) -> None:
    with serving({"/": page(headers)}) as server:
        read(f"{server.url}/", tmp_path, 1000)
        assert offline(f"{server.url}/", tmp_path) == PAGE
    assert len(server.seen) == 1


def test_offline_it_is_known_that_there_was_no_page(tmp_path: Path) -> None:
    with serving({}) as server:
        assert read(f"{server.url}/none/", tmp_path, 1000, 1001) == [None, None]
        assert offline(f"{server.url}/none/", tmp_path) is None
    assert len(server.seen) == 2


def test_offline_a_page_that_was_never_read_is_named_without_credentials(tmp_path: Path) -> None:
    with pytest.raises(NotAsked, match=r"^https://index\.example/simple/demo/ is not in the cache") as caught:
        offline("https://user:secret@index.example/simple/demo/", tmp_path)
    assert caught.value.hint == "run the same command once without --offline"


def test_what_must_not_be_stored_is_not_there_offline(tmp_path: Path) -> None:
    with serving({"/": page({"Cache-Control": "no-store"})}) as server:
        read(f"{server.url}/", tmp_path, 1000)
    with pytest.raises(NotAsked):
        offline(f"{server.url}/", tmp_path)


def test_a_page_that_is_unchanged_though_it_was_never_read_is_told(tmp_path: Path) -> None:
    with serving({"/": Reply(status=304)}) as server, pytest.raises(IndexAccessError, match="never read here"):
        read(f"{server.url}/", tmp_path, 1000)


def test_credentials_are_no_part_of_what_is_kept(tmp_path: Path) -> None:
    with serving({"/": page({})}) as server:
        read(f"{server.url}/".replace("://", "://user:secret@"), tmp_path, 1000)
        assert offline(f"{server.url}/", tmp_path) == PAGE
    assert all(b"secret" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_page_that_was_understood_by_an_older_version_is_read_anew(tmp_path: Path) -> None:
    with serving({"/": page({"Cache-Control": "max-age=300"})}) as server:
        read(f"{server.url}/", tmp_path, 1000)
        shutil.move(tmp_path / "pages-2", tmp_path / "pages")
        assert read(f"{server.url}/", tmp_path, 1001) == [PAGE]
    assert len(server.seen) == 2
