"""Credentials are found where users keep them, and sent to their own server only."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING

import pytest

from loopback import Loopback, Reply, Request, serving
from wheelforge.errors import IndexAccessError
from wheelforge.events import Warn
from wheelforge.simple.address import Login
from wheelforge.simple.exchange import Denied, Options
from wheelforge.simple.logged_in import LoggedIn
from wheelforge.simple.logins import Credentials, KeyringFailed, Logins
from wheelforge.simple.web import Web

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wheelforge.events import Event

ME = Credentials("me", "p@ss word")


def sent(request: Request) -> str:
    """``USER:PASSWORD`` of a request."""
    return base64.b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()


def private(request: Request) -> Reply:
    """A server that knows one user."""
    return Reply(body=b"welcome") if sent(request) == ":".join(ME) else Reply(status=401)


class Keyring:
    """A keyring that knows one user of one service, and remembers what it was asked."""

    def __init__(self, service: str) -> None:
        self._service = service
        self.asked: list[tuple[str, str | None]] = []

    def __call__(self, service: str, user: str | None) -> Credentials | None:
        self.asked.append((service, user))
        return ME if service == self._service else None


@pytest.fixture
def server() -> Iterator[Loopback]:
    with serving({"/simple/": private, "/simple/other/": private, "/open/": b"open"}) as server:
        yield server


class Run:
    """Reads pages of one index in a run of its own."""

    def __init__(self, server: Loopback, logins: Logins, userinfo: str = "") -> None:
        self._login = Login(base=f"{server.url}/simple/", userinfo=userinfo)
        self._logins = logins

    def __call__(self, *urls: str) -> list[bytes]:
        async def main() -> list[bytes]:
            async with Web(Options(pause=0)) as web:
                client = LoggedIn(web, self._login, self._logins, name="my-corp")
                return [answer.body for answer in await asyncio.gather(*map(client.get, urls))]

        return asyncio.run(main())


def netrc(folder: Path, text: str) -> Path:
    path = folder / "netrc"
    path.write_text(text)
    return path


def test_netrc_s_word_for_the_index_is_sent_at_once(server: Loopback, tmp_path: Path) -> None:
    path = netrc(tmp_path, f'machine 127.0.0.1 login {ME.user} password "{ME.password}"\n')
    assert Run(server, Logins(netrc_files=[tmp_path / "none", path]))(f"{server.url}/simple/") == [b"welcome"]
    assert len(server.seen) == 1


def test_netrc_s_word_for_all_hosts_is_sent_when_it_is_asked_for(server: Loopback, tmp_path: Path) -> None:
    path = netrc(tmp_path, f'default login {ME.user} password "{ME.password}"\n')
    run = Run(server, Logins(netrc_files=[path]))
    assert run(f"{server.url}/open/") == [b"open"]
    assert run(f"{server.url}/simple/") == [b"welcome"]
    assert [sent(request) for request in server.seen] == ["", "", ":".join(ME)]


def test_the_url_s_own_credentials_count_before_all_others(server: Loopback, tmp_path: Path) -> None:
    path = netrc(tmp_path, "machine 127.0.0.1 login someone password else\n")
    keyring = Keyring("")
    run = Run(server, Logins(netrc_files=[path], keyring=keyring), ME.userinfo)
    assert run(f"{server.url}/simple/") == [b"welcome"]
    assert keyring.asked == []


def test_credentials_in_the_url_of_a_file_are_sent_as_they_are(server: Loopback, tmp_path: Path) -> None:
    path = netrc(tmp_path, "machine 127.0.0.1 login someone password else\n")
    url = f"{server.url}/simple/".replace("://", f"://{ME.userinfo}@")
    assert Run(server, Logins(netrc_files=[path]))(url) == [b"welcome"]


def test_wrong_credentials_of_the_url_are_not_replaced(server: Loopback) -> None:
    keyring = Keyring(f"{server.url}/simple/")
    with pytest.raises(Denied):
        Run(server, Logins(keyring=keyring), "me:wrong")(f"{server.url}/simple/")
    assert keyring.asked == []


def test_the_keyring_is_asked_once_when_the_server_refuses(server: Loopback) -> None:
    keyring = Keyring(f"{server.url}/simple/")
    run = Run(server, Logins(keyring=keyring))
    assert run(f"{server.url}/simple/", f"{server.url}/simple/other/") == [b"welcome"] * 2
    assert keyring.asked == [(f"{server.url}/simple/", None)]


def test_the_keyring_is_asked_by_the_host_too_and_with_the_user_of_the_url(server: Loopback) -> None:
    keyring = Keyring("127.0.0.1")
    assert Run(server, Logins(keyring=keyring), "me")(f"{server.url}/simple/") == [b"welcome"]
    assert keyring.asked == [(f"{server.url}/simple/", "me"), ("127.0.0.1", "me")]


def test_without_any_credentials_the_ways_to_give_them_are_told(server: Loopback) -> None:
    with pytest.raises(IndexAccessError, match="401") as caught:
        Run(server, Logins())(f"{server.url}/simple/")
    assert "~/.netrc" in str(caught.value.hint)
    assert "WHEELFORGE_INDEX_MY_CORP_USERNAME" in str(caught.value.hint)


def test_no_credentials_go_to_another_server(server: Loopback, tmp_path: Path) -> None:
    path = netrc(tmp_path, f'machine 127.0.0.1 login {ME.user} password "{ME.password}"\n')
    keyring = Keyring("127.0.0.1")
    with serving({"/file": Reply(status=401)}) as other:
        for userinfo in ("", ME.userinfo):
            run = Run(server, Logins(netrc_files=[path], keyring=keyring), userinfo)
            with pytest.raises(Denied):
                run(f"{other.url}/file")
    assert [request.headers.get("authorization") for request in other.seen] == [None, None]
    assert keyring.asked == []


def test_a_download_is_logged_in_too(server: Loopback) -> None:
    async def main() -> bytes:
        async with Web(Options(pause=0)) as web:
            client = LoggedIn(web, Login.of(f"{server.url}/simple/"), Logins(keyring=Keyring(f"{server.url}/simple/")))
            body = bytearray()
            await client.download(f"{server.url}/simple/", body.extend)
            return bytes(body)

    assert asyncio.run(main()) == b"welcome"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"machine x login secret-me secret-word\n", ": not a netrc file; "),
        (b"machine \xff login me password secret\n", "netrc: not a netrc file in UTF-8; "),
    ],
)
def test_a_broken_netrc_is_named_once_and_not_quoted(server: Loopback, tmp_path: Path, text: bytes, told: str) -> None:
    path = tmp_path / "netrc"
    path.write_bytes(text)
    events: list[Event] = []
    run = Run(server, Logins(netrc_files=[path], reporter=events.append))
    assert run(f"{server.url}/open/", f"{server.url}/open/") == [b"open"] * 2
    [warning] = events
    assert isinstance(warning, Warn)
    assert told in warning.text
    assert "secret" not in warning.text


def test_a_netrc_that_cannot_be_read_is_named(server: Loopback, tmp_path: Path) -> None:
    events: list[Event] = []
    Run(server, Logins(netrc_files=[tmp_path], reporter=events.append))(f"{server.url}/open/")
    [warning] = events
    assert isinstance(warning, Warn)
    assert warning.text == f"{tmp_path} cannot be read: Is a directory; its credentials are not used"


def test_a_keyring_that_fails_is_told_once_and_asked_no_more(server: Loopback) -> None:
    def broken(service: str, user: str | None) -> Credentials | None:
        asked.append((service, user))
        raise KeyringFailed("it is locked")

    asked: list[tuple[str, str | None]] = []
    events: list[Event] = []
    logins = Logins(keyring=broken, reporter=events.append)
    for _ in range(2):
        with pytest.raises(Denied):
            Run(server, logins)(f"{server.url}/simple/")
    assert len(asked) == 1
    [warning] = events
    assert isinstance(warning, Warn)
    assert warning.text == "the keyring cannot be asked: it is locked"


def test_a_login_without_a_password_is_told_once_and_the_refusal_names_the_file(
    server: Loopback, tmp_path: Path
) -> None:
    path = netrc(tmp_path, "machine 127.0.0.1 login bob password")
    events: list[Event] = []
    run = Run(server, Logins(netrc_files=[path], reporter=events.append))
    for _ in range(2):
        with pytest.raises(Denied) as caught:
            run(f"{server.url}/simple/")
        assert f"in {path}, the keyring" in str(caught.value.hint)
    assert events == [Warn(text=f"{path} has a login for 127.0.0.1 and no password", hint="add: password WORD")]
