"""The client waits, tries again, resumes, and gives up with a sentence."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, TypeVar

import pytest

from loopback import Reply, in_turn, listening, ranged, serving
from wheelforge.errors import IndexAccessError, UsageError
from wheelforge.simple.exchange import Options, Part, Unreachable
from wheelforge.simple.web import Web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping
    from pathlib import Path

    from loopback import Route

T = TypeVar("T")

HASTY = Options(pause=0)
BODY = hashlib.shake_128().digest(300_000)


def ask(act: Callable[[Web], Awaitable[T]], options: Options = HASTY) -> T:
    async def main() -> T:
        async with Web(options) as web:
            return await act(web)

    return asyncio.run(main())


def download(url: str) -> bytes:
    received: list[bytes] = []
    ask(lambda web: web.download(url, received.append))
    return b"".join(received)


def test_a_page_is_read() -> None:
    with serving({"/": Reply(body=b"page", headers={"ETag": "1"})}) as server:
        answer = ask(lambda web: web.get(f"{server.url}/", {"accept": "text/html"}))
    assert (answer.status, answer.body, answer.headers["etag"], answer.url) == (200, b"page", "1", f"{server.url}/")
    assert server.seen[0].headers["accept"] == "text/html"


@pytest.mark.parametrize("status", [304, 404, 410])
def test_what_callers_can_use_is_handed_to_them(status: int) -> None:
    with serving({"/": Reply(status=status)}) as server:
        assert ask(lambda web: web.get(f"{server.url}/")).status == status


@pytest.mark.parametrize(
    "trouble",
    [
        Reply(status=500),
        Reply(status=503, headers={"Retry-After": "0"}),
        Reply(status=429, headers={"Retry-After": "0"}),
        Reply(status=429, headers={"Retry-After": format_datetime(datetime.now(UTC) - timedelta(days=1))}),
        Reply(status=429, headers={"Retry-After": "soon"}),
        Reply(status=429, headers={"Retry-After": "Mon, 01 Jan 99999999999999 00:00:00 GMT"}),
        Reply(body=b"half a page", cut=4),
        Reply(body=b"", cut=0, headers={"Content-Length": "5"}),
    ],
)
def test_passing_trouble_is_tried_again(trouble: Reply) -> None:
    with serving({"/": in_turn(trouble, trouble, Reply(body=b"page"))}) as server:
        assert ask(lambda web: web.get(f"{server.url}/")).body == b"page"
    assert len(server.seen) == 3


@pytest.mark.parametrize(
    ("reply", "why", "tries"),
    [
        (Reply(status=500), "500", 4),
        (Reply(status=401), "401", 1),
        (Reply(status=403), "403", 1),
        (Reply(status=418), "418", 1),
        (Reply(status=429, headers={"Retry-After": "3600"}), "wait for 3600 s", 1),
        (Reply(status=429, headers={"Retry-After": "9" * 5000}), "wait for inf s", 1),
        (Reply(body=b"x" * 20, headers={"Content-Encoding": "gzip"}), "unpacked", 1),
    ],
)
def test_lasting_trouble_is_told(reply: Reply, why: str, tries: int) -> None:
    with serving({"/page": reply}) as server:
        with pytest.raises(IndexAccessError, match=why) as caught:
            ask(lambda web: web.get(f"{server.url}/page"))
        assert f"{server.url}/page" in caught.value.message
    assert caught.value.hint
    assert len(server.seen) == tries


def test_an_unreachable_host_is_named() -> None:
    with serving({}) as server:
        url = server.url
    with pytest.raises(Unreachable) as caught:
        ask(lambda web: web.get(url))
    host = url.removeprefix("http://")
    assert caught.value.message == f"cannot read {url}: {host}: no connection (connection refused), tried 4 times"


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(IndexAccessError, match=r"nowhere\.invalid") as caught:
        ask(lambda web: web.get("http://nowhere.invalid/"))
    assert "Name or service not known), tried" not in caught.value.message


def test_a_server_that_accepts_and_stays_silent_is_told_long_before_the_timeout() -> None:
    with listening() as (server, url):
        with pytest.raises(Unreachable) as caught:
            ask(lambda web: web.get(f"{url}/"), Options(timeout=180, patience=0.1))
        server.accept()[0].close()
    assert caught.value.message == f"cannot read {url}/: {url.removeprefix('http://')}: silent for 0.1 s"


def test_silence_that_the_user_limits_is_tried_again() -> None:
    with listening() as (_, url), pytest.raises(Unreachable, match=r"silent for 0\.05 s, tried 4 times"):
        ask(lambda web: web.get(f"{url}/"), Options(timeout=0.05, pause=0))


def test_a_file_may_be_silent_for_as_long_as_the_user_says() -> None:
    with listening() as (_, url), pytest.raises(Unreachable, match=r"silent for 0\.2 s"):
        ask(lambda web: web.download(f"{url}/", bytearray().extend), Options(timeout=0.2, patience=0.1, retries=0))


def test_a_body_that_has_begun_may_take_longer_than_patience() -> None:
    with listening() as (server, url):

        def trickle() -> None:
            with server.accept()[0] as line:
                line.recv(1 << 16)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npa")
                threading.Event().wait(1.2)
                line.sendall(b"ge")

        thread = threading.Thread(target=trickle)
        thread.start()
        assert ask(lambda web: web.get(f"{url}/"), Options(patience=1, retries=0)).body == b"page"
        thread.join()


@pytest.mark.parametrize("url", ["ftp://index.example/", "http://user:p:a/ss@host/", "nonsense", "http://["])
def test_what_is_no_address_is_told_without_a_piece_of_it(url: str) -> None:
    with pytest.raises(IndexAccessError, match="no URL") as caught:
        ask(lambda web: web.get(url))
    assert "p:a" not in caught.value.message


def test_a_redirect_loop_ends() -> None:
    circle = Reply(status=302, headers={"Location": "/"})
    with serving({"/": circle}) as server, pytest.raises(IndexAccessError, match="redirects more than 5 times"):
        ask(lambda web: web.get(f"{server.url}/"))


def test_the_address_after_redirects_is_told() -> None:
    with serving({"/a": Reply(status=301, headers={"Location": "/b/"}), "/b/": b"page"}) as server:
        assert ask(lambda web: web.get(f"{server.url}/a")).url == f"{server.url}/b/"


def test_credentials_are_sent_and_never_shown() -> None:
    routes: dict[str, Route] = {"/": b"page", "/broken": Reply(status=401)}
    with serving(routes) as server:
        secret = server.url.replace("://", "://user:se%40cret@")
        answer = ask(lambda web: web.get(f"{secret}/"))
        with pytest.raises(IndexAccessError) as caught:
            ask(lambda web: web.get(f"{secret}/broken"))
    expected = base64.b64encode(b"user:se@cret").decode()
    assert server.seen[0].headers["authorization"] == f"Basic {expected}"
    assert "cret" not in answer.url + caught.value.message


def test_credentials_do_not_follow_a_redirect_to_another_server() -> None:
    with serving({"/": b"page"}) as other, serving({"/": Reply(status=302, headers={"Location": other.url})}) as server:
        ask(lambda web: web.get(server.url.replace("://", "://user:secret@")))
    assert "authorization" not in other.seen[0].headers


@pytest.mark.parametrize(
    ("start", "stop", "place"),
    [(10, 20, slice(10, 20)), (299_990, None, slice(299_990, None)), (-7, None, slice(-7, None))],
)
def test_ranges_count_as_slices_do(start: int, stop: int | None, place: slice) -> None:
    with serving({"/": ranged(BODY)}) as server:
        part = ask(lambda web: web.range(f"{server.url}/", start, stop))
    assert part == Part(start=place.indices(len(BODY))[0], total=len(BODY), data=BODY[place])


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=BODY),
        Reply(status=416),
        Reply(status=206, body=b"12345"),
        Reply(status=206, body=b"12345", headers={"Content-Range": "bytes 0-4/100"}),
        Reply(status=206, body=b"12345", headers={"Content-Range": "bytes 10-16/100"}),
        Reply(status=206, body=b"12345", headers={"Content-Range": "bytes 10-12/100"}),
        Reply(status=206, body=b"12345", headers={"Content-Range": "bytes 10-14/3"}),
        Reply(status=206, body=b"12345", headers={"Content-Range": "bytes 10-14/*"}),
        Reply(status=206, body=b"12345", headers={"Content-Range": f"bytes 10-14/{'9' * 5000}"}),
    ],
)
def test_a_server_that_is_wrong_about_ranges_gives_none(reply: Reply) -> None:
    with serving({"/": reply}) as server:
        assert ask(lambda web: web.range(f"{server.url}/", 10, 15)) is None


def test_a_missing_file_has_no_ranges() -> None:
    with serving({}) as server, pytest.raises(IndexAccessError, match="404"):
        ask(lambda web: web.range(f"{server.url}/", -10))


def test_a_file_is_downloaded_as_it_is() -> None:
    with serving({"/": Reply(body=BODY, headers={"Content-Encoding": "gzip"})}) as server:
        assert download(f"{server.url}/") == BODY
    assert server.seen[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("headers", [{}, {"ETag": '"1"'}])
def test_a_broken_download_is_resumed_where_it_broke(headers: Mapping[str, str]) -> None:
    cut = Reply(body=BODY, headers=headers, cut=200_000)
    with serving({"/": in_turn(cut, ranged(BODY, headers))}) as server:
        assert download(f"{server.url}/") == BODY
    assert server.seen[1].headers["range"].startswith("bytes=")


def test_without_ranges_a_broken_download_skips_what_is_here() -> None:
    with serving({"/": in_turn(Reply(body=BODY, cut=200_000), Reply(body=BODY))}) as server:
        assert download(f"{server.url}/") == BODY


def test_a_download_goes_on_as_long_as_it_advances() -> None:
    cuts = [Reply(body=BODY, cut=size) for size in range(70_000, 300_000, 70_000)]
    tries = [reply for cut in cuts for reply in (cut, Reply(status=503))]
    with serving({"/": in_turn(*tries, Reply(body=BODY))}) as server:
        assert download(f"{server.url}/") == BODY


def test_a_file_that_changes_between_two_tries_is_refused() -> None:
    first = Reply(body=BODY, headers={"ETag": '"1"'}, cut=200_000)
    route = in_turn(first, ranged(BODY, {"ETag": '"2"'}))
    with serving({"/": route}) as server, pytest.raises(IndexAccessError, match="changed while it was read"):
        download(f"{server.url}/")


def test_the_rest_is_asked_for_on_condition_that_the_file_is_the_same() -> None:
    marks = {"ETag": '"1"', "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}
    # A part need not repeat all that is said of the whole (RFC 9110, 15.3.7).
    rest = ranged(BODY, {"ETag": '"1"'})
    with serving({"/": in_turn(Reply(body=BODY, headers=marks, cut=200_000), rest)}) as server:
        assert download(f"{server.url}/") == BODY
    assert server.seen[1].headers["if-range"] == '"1"'


def test_a_weak_mark_is_no_condition() -> None:
    marks = {"ETag": 'W/"1"'}
    with serving({"/": in_turn(Reply(body=BODY, headers=marks, cut=200_000), ranged(BODY, marks))}) as server:
        assert download(f"{server.url}/") == BODY
    assert "if-range" not in server.seen[1].headers


def drip() -> Iterator[bytes]:
    for _ in range(600):
        threading.Event().wait(0.1)
        yield b"x" * 2048


def test_a_page_that_does_not_end_is_told() -> None:
    with serving({"/": Reply(pieces=drip())}) as server, pytest.raises(Unreachable, match=r"not ended after 0\.3 s"):
        ask(lambda web: web.get(f"{server.url}/"), Options(page=0.3))


def test_a_part_that_does_not_end_is_told() -> None:
    reply = Reply(status=206, headers={"Content-Range": "bytes 0-9999999/10000000"}, pieces=drip())
    with serving({"/": reply}) as server, pytest.raises(Unreachable, match=r"not ended after 0\.3 s"):
        ask(lambda web: web.range(f"{server.url}/", 0), Options(page=0.3))


def test_a_download_that_never_gets_on_is_told() -> None:
    with serving({"/": Reply(body=BODY, cut=0)}) as server, pytest.raises(IndexAccessError, match="4 times"):
        download(f"{server.url}/")


def test_certificates_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing\.pem"):
        ask(lambda web: web.get("https://index.example/"), Options(cert=tmp_path / "missing.pem"))


def test_a_client_that_was_warmed_and_never_used_closes() -> None:
    async def main() -> None:
        async with Web() as web:
            web.warm()

    asyncio.run(main())
