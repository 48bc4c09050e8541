"""Pages are kept as long as their server allows, and asked for again by their validators."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from loopback import Reply, Request, serving
from wheelforge.simple.kept_pages import KeptPages
from wheelforge.simple.web import Web
from wheelforge.store.records import Records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from loopback import Handler

JSON = {"Content-Type": "application/json"}


def page(headers: Mapping[str, str]) -> Handler:
    """A page that knows its own validator."""

    def handle(request: Request) -> Reply:
        if request.headers.get("if-none-match", "none") == headers.get("ETag"):
            return Reply(status=304, headers=headers)
        return Reply(body=b"page", headers={**JSON, **headers})

    return handle


def read(url: str, folder: Path, *times: float) -> list[bytes]:
    """Read a page at several moments, each as a run of its own."""

    async def main() -> list[bytes]:
        async with Web() as web:
            bodies = []
            for now in times:
                pages = KeptPages(web=web, records=Records(folder), clock=lambda now=now: now)  # type: ignore[misc] # bound now
                answer = await pages.read(url)
                assert answer.headers["content-type"] == "application/json"
                bodies.append(answer.body)
            return bodies

    return asyncio.run(main())


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
    ],
)
def test_a_minute_later_a_page_is_used_as_its_server_says(
    tmp_path: Path, headers: Mapping[str, str], statuses: list[str]
) -> None:
    with serving({"/": page(headers)}) as server:
        assert read(f"{server.url}/", tmp_path, 1000, 1060) == [b"page"] * 2
    assert ["asked" if "if-none-match" in request.headers else "full" for request in server.seen] == statuses


def test_no_page_is_fresh_for_more_than_ten_minutes(tmp_path: Path) -> None:
    with serving({"/": page({"Cache-Control": "max-age=86400"})}) as server:
        read(f"{server.url}/", tmp_path, 1000, 1599, 1601)
    assert len(server.seen) == 2


def test_a_page_that_has_not_changed_is_fresh_again(tmp_path: Path) -> None:
    with serving({"/": page({"ETag": '"1"', "Cache-Control": "max-age=300"})}) as server:
        assert read(f"{server.url}/", tmp_path, 1000, 1400, 1600) == [b"page"] * 3
    assert len(server.seen) == 2


def test_a_page_by_its_date_is_asked_for_with_it(tmp_path: Path) -> None:
    date = "Wed, 01 Jan 2025 00:00:00 GMT"
    with serving({"/": page({"Last-Modified": date})}) as server:
        read(f"{server.url}/", tmp_path, 1000, 1060)
    assert server.seen[1].headers["if-modified-since"] == date
