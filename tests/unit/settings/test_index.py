"""The index's URL is checked, and its credentials go apart."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from distlib.index import DEFAULT_INDEX  # type: ignore[import-untyped] # distlib ships no types

from wheelforge.errors import UsageError
from wheelforge.settings.index import Index, default_index, parse_index
from wheelforge.settings.setting import Setting


def _parse(url: str) -> Index:
    return parse_index(Setting(value=url, origin="--index-url"))


@pytest.mark.parametrize(
    ("written", "url", "userinfo"),
    [
        ("https://index.example/simple/", "https://index.example/simple/", ""),
        (" http://127.0.0.1:8080/simple ", "http://127.0.0.1:8080/simple/", ""),
        ("https://index.example", "https://index.example/", ""),
        ("https://me:p%40ss@index.example:444/a", "https://index.example:444/a/", "me:p%40ss"),
        ("https://token@index.example/", "https://index.example/", "token"),
        ("http://[::1]:80/x/", "http://[::1]:80/x/", ""),
    ],
)
def test_a_url_is_taken_apart(written: str, url: str, userinfo: str) -> None:
    assert _parse(written) == Index(url=url, userinfo=userinfo)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("", "''"),
        ("index.example/simple", "'index.example/simple'"),
        ("ftp://index.example/", "'ftp://index.example/'"),
        ("https://", "'https://'"),
        ("https://[x/", "'https://[x/'"),
        ("http://x:port/", "'http://x:port/'"),
        ("me:secret@x", "'...@x'"),
        ("ftp://me:sec#ret@x/?token=secret", "'ftp://...@x/'"),
    ],
)
def test_what_is_no_index_is_shown_without_its_secrets(written: str, shown: str) -> None:
    with pytest.raises(UsageError) as caught:
        _parse(written)
    assert caught.value.message == f"--index-url: not the URL of an index: {shown}"


@pytest.mark.parametrize("written", ["https://index.example/simple/?token=secret", "https://index.example/#secret"])
def test_a_query_is_refused_by_its_origin_and_not_shown(written: str) -> None:
    with pytest.raises(UsageError, match="--index-url: the URL of an index ends with its path") as caught:
        _parse(written)
    assert "secret" not in f"{caught.value.message}{caught.value.hint}"


def test_a_password_is_in_no_representation() -> None:
    assert "secret" not in repr(_parse("https://me:secret@index.example/"))


def test_the_default_is_the_simple_api_of_the_host_that_distlib_names() -> None:
    named, ours = urlsplit(str(DEFAULT_INDEX)), urlsplit(default_index().url)
    assert (ours.scheme, ours.netloc, ours.path) == (named.scheme, named.netloc, "/simple/")
