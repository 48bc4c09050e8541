"""Indexes that speak HTTP/2: many questions on one connection, and what goes wrong there only."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import pytest

from archives_fixture import metadata, wheel_files, write_wheel
from http2 import Manners, self_signed, serving
from integration.command import archives, assert_nothing_finished, lock_of, refused, wheelforge
from loopback import Reply, file_entry, in_turn, json_page, ranged
from wheelforge.errors import ExitCode, IndexAccessError
from wheelforge.simple.exchange import Lane, Options, Part
from wheelforge.simple.web import Web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from http2 import Http2
    from loopback import Route

T = TypeVar("T")

NEEDS = {f"project{number}": f"library{number}" for number in range(12)}
"""Projects, and what they need: the pages of the latter are asked for when something is known of the former."""
PAGE = Reply(body=b"page" * 100)
CLOSE = {"Connection": "close"}
"""For HTTP/1.1, in which the same answer is asked for again."""


@pytest.fixture(scope="session")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate and its key."""
    return self_signed(tmp_path_factory.mktemp("pem"))


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A wheel of each project, by filename."""
    folder, made = tmp_path_factory.mktemp("wheels"), {}
    needs = {name: [f"Requires-Dist: {library}"] for name, library in NEEDS.items()} | {
        library: [] for library in NEEDS.values()
    }
    for name, lines in needs.items():
        home, path = f"{name}-1.0.dist-info", folder / wheel_of(name)
        files = wheel_files(about=metadata(name, "1.0", *lines), dist_info=home)
        made[path.name] = write_wheel(path, files, dist_info=home).read_bytes()
    return made


def wheel_of(name: str) -> str:
    return f"{name}-1.0-py3-none-any.whl"


def index(wheels: dict[str, bytes]) -> dict[str, Route]:
    """An index with a page for each wheel."""
    routes: dict[str, Route] = {}
    for filename, body in wheels.items():
        routes[f"/simple/{filename.partition('-')[0]}/"] = json_page(file_entry(filename, body))
        routes[f"/files/{filename}"] = ranged(body)
    return routes


def command(served: Http2, folder: Path) -> tuple[str | Path, ...]:
    return ("collect", *NEEDS, "-i", f"{served.url}/simple/", "--cert", served.cert, "-o", folder, "--retries", "1")


def collect(served: Http2, folder: Path, wheels: dict[str, bytes]) -> None:
    """All projects: their wheels, and nothing else, are in the folder then."""
    wheelforge(*command(served, folder))
    assert {name: (folder / name).read_bytes() for name in archives(folder)} == wheels
    assert {artifact.filename for artifact in lock_of(folder).artifacts} == set(wheels)


def ask(served: Http2, act: Callable[[Web], Awaitable[T]], *, retries: int = 3) -> T:
    async def main() -> T:
        async with Web(Options(cert=served.cert, pause=0, retries=retries)) as web:
            return await act(web)

    return asyncio.run(main())


def read(served: Http2, *paths: str, retries: int = 3) -> list[bytes]:
    """Pages, one after the other."""

    async def act(web: Web) -> list[bytes]:
        return [(await web.get(f"{served.url}{path}")).body for path in paths]

    return ask(served, act, retries=retries)


def test_all_questions_go_over_one_connection_at_once(pem: Path, tmp_path: Path, wheels: dict[str, bytes]) -> None:
    routes = index(wheels)
    # Were they not asked together, no answer would ever come.
    with serving(routes, pem, Manners(together=len(NEEDS))) as served:
        collect(served, tmp_path / "folder", wheels)
    (talk,) = served.talks()
    assert set(talk.paths) == {path for path in routes if path.startswith("/simple/")}
    assert set(served.server.paths()) == set(routes)
    assert len(served.visits) <= 1 + Lane.FILES.value


def test_a_server_that_takes_one_question_at_a_time_gets_no_more(pem: Path) -> None:
    paths = [f"/{name}" for name in NEEDS]

    async def act(web: Web) -> list[bytes]:
        return [answer.body for answer in await asyncio.gather(*(web.get(f"{served.url}{path}") for path in paths))]

    with serving(dict.fromkeys(paths, PAGE), pem, Manners(most=1)) as served:
        assert ask(served, act) == [PAGE.body] * len(paths)
    (talk,) = served.talks()
    assert (sorted(talk.paths), talk.at_once) == (sorted(paths), 1)


def test_a_server_that_takes_its_leave_in_the_middle_is_come_back_to(
    pem: Path, tmp_path: Path, wheels: dict[str, bytes]
) -> None:
    with serving(index(wheels), pem, Manners(farewell=5)) as served:
        collect(served, tmp_path / "folder", wheels)
    first, second, *_ = served.talks()
    assert len(first.paths) == 5
    assert second.paths


def test_a_question_that_a_leave_cuts_off_is_asked_again(pem: Path) -> None:
    with serving({"/1": PAGE, "/2": PAGE, "/3": PAGE}, pem, Manners(farewell=2)) as served:
        assert read(served, "/1", "/2", "/3") == [PAGE.body] * 3
    assert [talk.paths for talk in served.talks()] == [["/1", "/2"], ["/3"]]


def test_pages_that_break_off_are_asked_for_again_and_files_gone_on_with(
    pem: Path, tmp_path: Path, wheels: dict[str, bytes]
) -> None:
    routes = index(wheels)
    path, file, body = "/simple/project0/", f"/files/{wheel_of('project1')}", wheels[wheel_of("project1")]
    page = routes[path]
    assert isinstance(page, Reply)
    routes[path] = in_turn(replace(page, cut=30), page)
    routes[file] = in_turn(Reply(body=body, cut=100), ranged(body))
    with serving(routes, pem) as served:
        collect(served, tmp_path / "folder", wheels)
    assert served.server.paths().count(path) == 2
    assert [one.headers.get("range") for one in served.server.seen if one.path == file] == [None, "bytes=100-"]


def test_a_part_of_a_file_that_breaks_off_is_asked_for_again(pem: Path) -> None:
    body = b"0123456789" * 50
    broken = Reply(status=206, body=body[-20:], headers={"Content-Range": "bytes 480-499/500"}, cut=5)
    with serving({"/file": in_turn(broken, ranged(body))}, pem) as served:
        part = ask(served, lambda web: web.range(f"{served.url}/file", -20))
    assert part == Part(start=480, total=500, data=body[-20:])
    assert [talk.paths for talk in served.talks()] == [["/file"]]


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(Reply(body=b"page", headers={"Content-Length": "9"}), id="ends too early"),
        pytest.param(Reply(body=b"x" * 200_000, headers={"Content-Length": "200001"}), id="many frames, and too few"),
        pytest.param(Reply(body=b"page", headers={"Content-Length": "2"}), id="goes on after its end"),
        pytest.param(Reply(body=b"page", headers={"Content-Length": "some"}), id="length is none"),
        pytest.param(Reply(body=b"page", headers={":status": "fine"}), id="status is none"),
        pytest.param(Reply(body=b"page", headers={":status": "9" * 5000}), id="status is endless"),
        pytest.param(Reply(body=b"page", cut=0), id="head only"),
        pytest.param(Reply(body=b"x" * 200_000, cut=100_000), id="many frames, and no end"),
    ],
)
def test_an_answer_against_the_rules_is_noticed_and_asked_for_again(bad: Reply, pem: Path) -> None:
    with serving({"/": bad}, pem) as served, pytest.raises(IndexAccessError, match="the connection broke") as caught:
        read(served, "/", retries=0)
    assert served.talks()[0].paths == ["/"]
    assert len(caught.value.message) < 400
    with serving({"/": in_turn(bad, PAGE), "/next": PAGE}, pem) as served:
        assert read(served, "/", "/next") == [PAGE.body] * 2
    assert served.server.paths() == ["/", "/", "/next"]


def test_why_a_server_broke_off_is_told_in_words(pem: Path) -> None:
    with serving({"/": Reply(body=b"page", cut=2)}, pem) as served:
        with pytest.raises(IndexAccessError) as caught:
            read(served, "/", retries=0)
        assert "the connection broke (the server ended it with INTERNAL_ERROR)" in caught.value.message
    with serving({"/": PAGE}, pem, Manners(together=2, farewell=1)) as served:
        with pytest.raises(IndexAccessError) as caught:
            read(served, "/", retries=0)
        assert "the connection broke (the server ended it with NO_ERROR)" in caught.value.message


def test_a_page_that_always_ends_too_early_is_told(pem: Path, tmp_path: Path, wheels: dict[str, bytes]) -> None:
    routes = index(wheels)
    routes["/simple/project0/"] = Reply(body=b'{"files": []}', headers={"Content-Length": "99", **CLOSE})
    with serving(routes, pem) as served:
        told = refused(*command(served, tmp_path / "folder"), code=ExitCode.INDEX)
    assert re.search(rf"cannot read {served.url}/simple/project0/: \S+ the connection broke .*, tried 2 times", told)
    assert_nothing_finished(tmp_path)


def test_a_lying_hash_is_found_out(pem: Path, tmp_path: Path, wheels: dict[str, bytes]) -> None:
    filename = wheel_of("library0")
    routes = index(wheels)
    routes[f"/files/{filename}"] = ranged(wheels[filename][::-1])
    with serving(routes, pem) as served:
        told = refused(*command(served, tmp_path / "folder"), code=ExitCode.INTEGRITY)
    assert filename in told
    assert_nothing_finished(tmp_path)


def test_a_server_that_asks_to_wait_is_asked_again_on_the_same_connection(pem: Path) -> None:
    busy = Reply(status=429, headers={"Retry-After": "0"})
    with serving({"/": in_turn(busy, busy, PAGE)}, pem) as served:
        assert read(served, "/") == [PAGE.body]
    assert [(visit.protocol, visit.paths) for visit in served.visits] == [("h2", ["/", "/", "/"])]
    with serving({"/": Reply(status=429, headers={"Retry-After": "3600"})}, pem) as served:
        with pytest.raises(IndexAccessError, match="it answers 429 Too Many Requests and asks to wait for 3600 s"):
            read(served, "/")
        assert served.server.paths() == ["/"]


def test_a_server_without_ranges_sends_no_large_file_in_vain(pem: Path) -> None:
    """Else it would fill the window that all answers of the connection share."""

    async def act(web: Web) -> tuple[Part | None, bytes]:
        part = await web.range(f"{served.url}/file", -1000)
        return part, (await web.get(f"{served.url}/")).body

    with serving({"/file": bytes(20 << 20), "/": PAGE}, pem) as served:
        assert ask(served, act) == (None, PAGE.body)
    assert [(visit.paths, visit.given_up) for visit in served.visits] == [(["/file", "/"], 1)]
