"""Addresses of repositories, taken apart."""

from __future__ import annotations

import pytest

from places import place
from wheelforge.direct.repository_address import repository_address
from wheelforge.errors import UsageError

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("location", "url", "ref"),
    [
        ("git+https://host.example/x.git", "https://host.example/x.git", None),
        ("git+https://host.example:8443/a/x@v1.0", "https://host.example:8443/a/x", "v1.0"),
        ("git+http://localhost/x@feature/one", "http://localhost/x", "feature/one"),
        ("git+https://host.example/@scope/x@main", "https://host.example/@scope/x", "main"),
        ("git+https://host.example/x@v1%2Blocal", "https://host.example/x", "v1+local"),
        ("git+file:///home/x@main", "file:///home/x", "main"),
        ("git+file://localhost/home/x", "file://localhost/home/x", None),
        ("git+ssh://git@host.example/x@main", "ssh://git@host.example/x", "main"),
    ],
)
def test_the_url_and_the_ref_are_told_apart(location: str, url: str, ref: str | None) -> None:
    address = repository_address(place(location))
    assert (address.url, address.public, address.ref, address.login) == (url, url, ref, None)


def test_credentials_go_to_the_server_and_into_nothing_that_is_recorded() -> None:
    address = repository_address(place("git+https://user:s3cret@host.example/x?token=s3cret@main"))
    assert address.login == ("https://user:s3cret@host.example/", "https://host.example/")
    assert "s3cret" not in f"{address.url} {address.public} {address.ref}"


def test_a_user_of_ssh_is_sent_and_only_the_well_known_one_is_recorded() -> None:
    address = repository_address(place("git+ssh://ann:s3cret@host.example/x"))
    assert (address.url, address.public) == ("ssh://ann@host.example/x", "ssh://host.example/x")


@pytest.mark.parametrize(("ref", "fixed"), [("main", False), (COMMIT[:10], False), (COMMIT, True)])
def test_only_a_full_commit_is_fixed(ref: str, *, fixed: bool) -> None:
    assert repository_address(place(f"git+https://host.example/x@{ref}")).is_fixed is fixed


@pytest.mark.parametrize(
    "location",
    [
        "git+file:///thing@--upload-pack=touch planted",
        "git+file:///thing@-x",
        "git+file:///thing@",
        "git+file:///thing@a..b",
        "git+file:///thing@a%0Ab",
        "git+file:///thing@a:b",
        "git+file:///--upload-pack=touch",
        "git+ssh://-oProxyCommand=touch/x",
        "git+ssh://%2DoProxyCommand=touch/x",
        "git+ssh://-oProxyCommand=touch@host.example/x",
        "git+ext::sh -c touch% planted",
        "git+git://host.example/x",
        "git+https://host.example",
        "git+https:///x",
        "git+file://host.example/thing",
        "git+https://host.example:port/thing",
    ],
)
def test_what_git_could_take_for_an_option_or_a_helper_is_refused(location: str) -> None:
    with pytest.raises(UsageError):
        repository_address(place(location))
