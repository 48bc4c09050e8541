"""The benchmarks can be run: their rows name what there is, and their indexes serve what a client asks for."""

from __future__ import annotations

import contextlib
import importlib
import io
import string
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
WHEEL = "/files/spam-1.0-py3-none-any.whl"


@contextlib.contextmanager
def client_of(script: str, *arguments: str | Path) -> Iterator[httpx.Client]:
    """A client of the server that a script starts, and whose index it names."""
    command = [sys.executable, BENCHMARKS / script, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            root = server.stdout.readline().strip().removesuffix("/simple/")
            with httpx.Client(base_url=root, trust_env=False) as client:
                yield client
        finally:
            server.terminate()


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    for path, content in (("simple/spam.json", b'{"files": []}'), (WHEEL.lstrip("/"), b"0123456789")):
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_bytes(content)
    return tmp_path


def test_every_command_of_a_row_names_tools_and_scripts_that_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(BENCHMARKS)
    tools, rows = importlib.import_module("tools"), importlib.import_module("rows").ROWS
    assert len({row.name for row in rows}) == len(rows)
    for row in rows:
        ours = [*row.once, *row.prepare, row.ours, *filter(None, [row.index])]
        commands = [(tools.OURS, command) for command in ours] + [(peer.tool, peer.command) for peer in row.peers]
        for tool, command in commands:
            assert tool in {tools.OURS, tools.BARE, *tools.PROJECTS}
            fields = {field for _, field, _, _ in string.Formatter().parse(command) if field}
            assert fields <= {"out", "shared", "here", "python", tool}, command
            scripts = [word.removeprefix("{here}/") for word in command.split() if word.startswith("{here}/")]
            assert all((BENCHMARKS / script).is_file() for script in scripts), command


def test_a_recorded_index_serves_its_pages_and_parts_of_its_files(recording: Path) -> None:
    with client_of("slow_index.py", recording, "--delay", "0") as client:
        page = client.get("/simple/spam/")
        assert (page.headers["content-type"], page.json()) == ("application/vnd.pypi.simple.v1+json", {"files": []})
        assert client.get(WHEEL).content == b"0123456789"
        for asked, part in (("bytes=2-4", b"234"), ("bytes=7-", b"789"), ("bytes=-2", b"89")):
            answer = client.get(WHEEL, headers={"range": asked})
            assert (answer.status_code, answer.content) == (206, part)
        assert client.head(WHEEL).headers["content-length"] == "10"


def test_a_recorded_index_has_nothing_else(recording: Path) -> None:
    with client_of("slow_index.py", recording, "--delay", "0") as client:
        assert [client.get(path).status_code for path in ("/simple/eggs/", "/files/eggs-1.0.tar.gz")] == [404, 404]


def test_the_giant_wheel_is_a_wheel_whatever_its_size() -> None:
    with client_of("giant_index.py", "1000000") as client:
        (file,) = client.get("/simple/giant/").json()["files"]
        body = client.get(f"/simple/giant/{file['url']}").content
        middle = client.get(f"/simple/giant/{file['url']}", headers={"range": "bytes=250000-550000"}).content
    assert (len(body), middle) == (file["size"], body[250000:550001])
    with zipfile.ZipFile(io.BytesIO(body)) as wheel:
        assert wheel.testzip() is None
        assert "giant-1.0.dist-info/RECORD" in wheel.namelist()


def test_the_made_up_index_promises_the_metadata_that_it_has() -> None:
    with client_of("synthetic_index.py") as client:
        files = client.get("/simple/synthetic-007/").json()["files"]
        newest = client.get(f"/simple/synthetic-007/{files[-1]['url']}.metadata").text
    assert "Name: synthetic-007\n" in newest
    assert "Requires-Dist: synthetic-015 >=" in newest
