"""An index whose pages fail, lie or never end: told with its address, or survived; the folder stays as it was."""

from __future__ import annotations

import gzip
import os
import re
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from hostile import FILE, PAGE, Endless, Siege, page, wheel
from integration.command import wheelforge
from loopback import HTML, JSON, Reply, in_turn, listening, serving
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PORTAL = b"""<!DOCTYPE html><html><head><title>Welcome to the airport</title></head><body>
<form action="/login"><input name="room"><button>Go online</button></form> <a href="/terms">Terms</a></body></html>"""
GZIP = {"Content-Encoding": "gzip"}


def html(body: bytes) -> Reply:
    return Reply(body=body, headers={"Content-Type": "text/html"})


def as_json(body: bytes, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(body=body, headers={"Content-Type": JSON, **(headers or {})})


def later(seconds: float) -> Reply:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    return Reply(status=429, headers={"Retry-After": moment})


def test_a_project_that_is_not_there_has_no_versions(siege: Siege) -> None:
    siege.server.routes[PAGE] = Reply(status=404)
    said = siege.fails(code=ExitCode.RESOLUTION)
    assert "demo" in said
    siege.recovers()


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        pytest.param(Reply(status=401), "it answers 401 Unauthorized\nhint: .*credentials", id="who are you"),
        pytest.param(Reply(status=403), "it answers 403 Forbidden\nhint: .*credentials", id="not you"),
        pytest.param(Reply(status=407), "it answers 407 .*\nhint: .*proxy", id="proxy"),
        pytest.param(Reply(status=418), "it answers 418", id="teapot"),
        pytest.param(Reply(status=503), "it answers 503 .*, tried 2 times\nhint: wait a while", id="busy"),
        pytest.param(Reply(status=429, headers={"Retry-After": "3600"}), "to wait for 3600 s\nhint: wait", id="429"),
        pytest.param(later(7200), r"asks to wait for [67]\d{3} s", id="429 with a date"),
        pytest.param(Reply(status=302, headers={"Location": PAGE}), "it redirects more than 5 times", id="circle"),
        pytest.param(Reply(status=302, headers={"Location": "file:///etc/passwd"}), "no URL", id="to a file"),
        pytest.param(Reply(status=302, headers={"Location": "http://[/"}), "name cannot be resolved", id="to nowhere"),
        pytest.param(html(PORTAL), "it is a web page that leads to no file", id="portal"),
        pytest.param(as_json(PORTAL), "is no page of a package index: JSON is malformed", id="portal that says JSON"),
        pytest.param(as_json(b'{"files": ['), "no page of a package index: Input data was truncated", id="half JSON"),
        pytest.param(as_json(b'{"files": "all"}'), r"Expected `array`, got `str` - at `\$.files`", id="wrong types"),
        pytest.param(as_json(b"[" * 100_000), "no page of a package index", id="deep JSON"),
        pytest.param(as_json(b'{"files": [], "x": ' + b"[" * 100_000), "no page", id="deep JSON in what is skipped"),
        pytest.param(page(wheel(), size=-1), "no page of a package index: Expected `int` >= 0", id="negative size"),
        pytest.param(Reply(body=b"x", headers={"Content-Type": "image/png"}), "'image/png'", id="picture"),
        pytest.param(Reply(body=b"{}" * 99, cut=9), "the connection broke", id="cut short"),
        pytest.param(as_json(b'{"files": []}', {"Content-Length": "5"}), "no page", id="too short"),
        pytest.param(Reply(pieces=[b"zz\r\n"], headers={"Transfer-Encoding": "chunked"}), "broke", id="no chunks"),
        pytest.param(as_json(b"no gzip", GZIP), "cannot be unpacked", id="no gzip"),
        pytest.param(as_json(b"x", {"Content-Encoding": "gzip, gzip"}), "packed as 'gzip, gzip'", id="packed twice"),
        pytest.param(as_json(gzip.compress(b"x" * 99)[:-9], GZIP), "ends too early", id="half gzip"),
        pytest.param(Reply(body=b"{}", headers={"Content-Type": HTML, "X": "x" * 200_000}), "broke", id="long head"),
        pytest.param(Reply(pieces=Endless(b" ", 0.05), headers={"Content-Type": JSON}), "bytes in 0.5 s", id="drips"),
        pytest.param(Reply(pieces=Endless(b" " * 65536), headers={"Content-Type": JSON}), "than 64 MiB", id="no end"),
    ],
)  # fmt: skip
def test_a_page_that_is_none_is_told(reply: Reply, why: str, siege: Siege) -> None:
    siege.server.routes[PAGE] = reply
    said = siege.fails(code=ExitCode.INDEX)
    assert siege.server.url in said
    assert re.search(why, said), said


def test_what_was_said_once_is_not_remembered(siege: Siege) -> None:
    keep = {"Cache-Control": "max-age=600", "ETag": '"1"'}
    for reply in (
        Reply(body=PORTAL, headers={"Content-Type": "text/html", **keep}),
        as_json(b'{"files": "all"}', keep),
    ):
        siege.server.routes[PAGE] = reply
        siege.fails(code=ExitCode.INDEX)
    siege.recovers()


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(Reply(status=500), id="500"),
        pytest.param(Reply(status=429, headers={"Retry-After": "1"}), id="429"),
        pytest.param(later(1.5), id="429 with a date"),
        pytest.param(Reply(body=b"{}" * 99, cut=9), id="cut short"),
    ],
)
def test_trouble_that_passes_is_waited_for(trouble: Reply, siege: Siege) -> None:
    good = siege.server.routes[PAGE]
    assert isinstance(good, Reply)
    siege.server.routes[PAGE] = in_turn(trouble, good)
    siege.collects()
    assert siege.server.paths().count(PAGE) == 2


def test_a_page_that_comes_slowly_but_surely_is_read(siege: Siege) -> None:
    good = siege.server.routes[PAGE]
    assert isinstance(good, Reply)

    def slowly() -> Iterator[bytes]:
        yield good.body
        for _ in range(25):
            threading.Event().wait(0.03)
            yield b" " * 2000

    # The last piece comes after the limit of silence.
    siege.server.routes[PAGE] = Reply(pieces=slowly(), headers=good.headers)
    siege.collects()


def test_a_server_that_says_nothing_is_told(siege: Siege) -> None:
    with listening() as (_, url):
        said = siege.fails(code=ExitCode.INDEX, url=f"{url}/simple/")
        assert f"cannot read {url}{PAGE}: {url.removeprefix('http://')}: silent for 0.5 s, tried 2 times" in said
    siege.recovers()


def test_a_server_that_takes_no_connection_is_told(siege: Siege) -> None:
    with serving({}) as gone:
        url = gone.url
    said = siege.fails(code=ExitCode.INDEX, url=f"{url}/simple/")
    assert f"cannot read {url}{PAGE}: {url.removeprefix('http://')}: no connection (connection refused)" in said


def test_a_name_that_is_looked_up_for_ever_is_told_in_time(
    siege: Siege, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No test can take the machine's resolver away, so Python's door to it hangs.
    tmp_path.joinpath("sitecustomize.py").write_text(
        "import socket, threading\n"
        "ask = socket.getaddrinfo\n"
        "def hang(host, *rest, **options):\n"
        "    if host in ('index.example', b'index.example'):\n"
        "        threading.Event().wait(50)\n"
        "    return ask(host, *rest, **options)\n"
        "socket.getaddrinfo = hang\n"
    )
    paths = [str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    began = time.monotonic()
    said = siege.fails(code=ExitCode.INDEX, url="http://index.example/simple/")
    assert "index.example: no connection within" in said
    assert time.monotonic() - began < 40


@pytest.mark.parametrize(
    ("about", "requirement", "code"),
    [
        pytest.param("Requires-Dist: leaf", "demo", ExitCode.RESOLUTION, id="a reason to refuse"),
        pytest.param("Requires-Dist: le\x1b]0;title\x07af!", "demo==2.0", ExitCode.RESOLUTION, id="a requirement"),
        pytest.param("Requires-Python: >=3", "demo==2.0", ExitCode.DONE, id="a reason to beware"),
    ],
)
def test_what_a_terminal_would_obey_reaches_none(
    about: str, requirement: str, code: ExitCode, siege: Siege, tmp_path: Path
) -> None:
    body = wheel(about)
    siege.server.routes.update({PAGE: page(body, yanked="\x1b]0;title\x07broken"), FILE: body})
    places = ("-o", tmp_path / "new", "--cache-dir", siege.cache, "-i", siege.url)
    told = wheelforge("collect", requirement, *places, "--json", code=code)
    assert "]0;title" in told.stderr
    for obeyed in ("\x1b", "\x07"):
        assert obeyed not in told.stderr
        assert obeyed not in told.stdout
