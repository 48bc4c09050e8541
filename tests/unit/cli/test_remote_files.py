"""Requirement files of the web are read with the credentials that the user has for their server."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from loopback import Reply, Request, serving
from wheelforge.cli.options import Telling
from wheelforge.cli.remote_files import remote_files
from wheelforge.errors import IndexAccessError, UsageError
from wheelforge.formats.requirements_txt import read_requirements

if TYPE_CHECKING:
    from pathlib import Path

TELLING = Telling(as_json=False, quiet=True, verbose=False)


@pytest.fixture(autouse=True)
def logins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A netrc without a word, in a folder without configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_KEYRING_PROVIDER", "disabled")
    monkeypatch.setenv("NETRC", str(tmp_path / "logins"))
    return tmp_path / "logins"


def guarded(request: Request) -> Reply:
    told = base64.b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()
    if told != "me:sesame":
        return Reply(status=401)
    return Reply(body=b"-r more.txt\nleaf\n" if request.path == "/all.txt" else b"lib\n")


def test_files_are_read_with_what_netrc_knows(logins: Path) -> None:
    logins.write_text("machine 127.0.0.1 login me password sesame\n")
    with serving({"/all.txt": guarded, "/more.txt": guarded}) as server:
        with remote_files({}, TELLING) as fetch:
            found = read_requirements(f"{server.url}/all.txt", fetch=fetch)
        assert server.paths() == ["/all.txt", "/more.txt"]
    assert [str(one.requirement) for one in found.requirements] == ["lib", "leaf"]


def test_credentials_of_the_address_serve_for_the_files_beside_it() -> None:
    with serving({"/all.txt": guarded, "/more.txt": guarded}) as server, remote_files({}, TELLING) as fetch:
        bare = f"{server.url}/more.txt"
        fetch(f"{server.url.replace('://', '://me:sesame@')}/all.txt")
        assert fetch(bare) == b"lib\n"


def test_a_server_that_wants_to_know_who_asks_is_told() -> None:
    refusal = pytest.raises(IndexAccessError, match="401")
    with serving({"/all.txt": guarded}) as server, remote_files({}, TELLING) as fetch, refusal:
        fetch(f"{server.url}/all.txt")


def test_a_file_that_is_not_there_is_told() -> None:
    told = r"there is no requirements file at http://127\.0\.0\.1:\d+/all\.txt$"
    with serving({}) as server, remote_files({}, TELLING) as fetch, pytest.raises(UsageError, match=told):
        fetch(f"{server.url}/all.txt?token=secret")
