"""Credentials are sent to their own server, and never shown."""

from __future__ import annotations

import pytest

from wheelforge.simple.address import Login, exposed, host, origin, redact


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://index.example/simple/", "https://index.example/simple/"),
        ("https://user:secret@index.example/simple/#sha256=1", "https://index.example/simple/"),
        ("https://index.example/files/a?token=secret&x=1#y", "https://index.example/files/a"),
        ("https://token@index.example:8443/simple/", "https://index.example:8443/simple/"),
        ("https://user:p@ss@index.example/", "https://index.example/"),
        ("https://user:pa/ss@index.example/", "an address that is no URL"),
        ("https://index.example/\x1b[31m\x9b\u202ered", "https://index.example/%1B[31m%C2%9B%E2%80%AEred"),
        ("https://[user:secret@index.example/", "an address that is no URL"),
    ],
)
def test_no_credentials_are_shown(url: str, shown: str) -> None:
    assert redact(url) == shown


def test_the_host_is_named_with_its_port() -> None:
    assert host("https://user:secret@index.example:8443/simple/") == "index.example:8443"


@pytest.mark.parametrize("url", ["http://index.example/", "http://localhost.example/", "http://127.0.0.1.example/"])
def test_http_over_a_network_is_exposed(url: str) -> None:
    assert exposed(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://index.example/",
        "http://user:pw@localhost:80/",
        "http://127.0.0.2/",
        "http://[::1]:8080/",
        "file:///srv/",
    ],
)
def test_encrypted_and_local_addresses_are_not_exposed(url: str) -> None:
    assert not exposed(url)


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://index.example/files/a", "https://user:se%40cret@index.example/files/a"),
        ("https://index.example:443/files/a", "https://user:se%40cret@index.example:443/files/a"),
        ("https://index.example:8443/files/a", "https://index.example:8443/files/a"),
        ("http://index.example/files/a", "http://index.example/files/a"),
        ("https://files.example/a", "https://files.example/a"),
    ],
)
def test_credentials_go_to_their_own_server_only(url: str, sent: str) -> None:
    login = Login.of("https://user:se%40cret@index.example/simple/")
    assert login.base == "https://index.example/simple/"
    assert login.onto(url) == sent


def test_without_credentials_none_are_added() -> None:
    assert Login.of("https://index.example/simple/").onto("https://index.example/a") == "https://index.example/a"


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://u:p@index.example:443/x?y", True),
        ("HTTPS://INDEX.example/", True),
        ("http://index.example:443/", False),
        ("https://index.example:444/", False),
        ("https://index.example.evil.example/", False),
        ("https://[broken/", False),
    ],
)
def test_a_server_is_its_scheme_host_and_port(url: str, same: bool) -> None:  # noqa: FBT001 - the expected answer
    assert (origin(url) == origin("https://index.example/")) is same


@pytest.mark.parametrize(("url", "usual"), [("https://a/", True), ("https://a:8443/", False), ("http://a/", False)])
def test_the_usual_server_of_a_host_speaks_https(url: str, usual: bool) -> None:  # noqa: FBT001 - the expected answer
    server = origin(url)
    assert server is not None
    assert server.is_usual is usual
