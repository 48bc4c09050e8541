"""What others wrote is told without harm, and keeps its columns."""

from __future__ import annotations

import pytest

from wheelforge.errors import IntegrityError, UsageError
from wheelforge.model.told import holds_credentials, naming, plain, plain_lines, printable, underlined, without_login


def test_what_a_terminal_would_obey_is_blank() -> None:
    assert printable("a\x1b[31m\nb") == "a [31m b"


def test_credentials_are_masked_in_place() -> None:
    assert printable("x @ https://me:secret@h.example/x") == "x @ https://*********@h.example/x"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("https://me:s3cr/et@h.example/x", "https://**********@h.example/x"),
        ("https://me:p@ss/w@h.example/x", "https://*********@h.example/x"),
        ("https://me:s#c?r@h.example/x", "https://********@h.example/x"),
        ("https://to/ken@h.example/x", "https://******@h.example/x"),
        ("git+https://me:s3cr/et@h.example/x@v1", "git+https://**********************@v1"),
        ("git+https://me:s3c@h.example/x@v1", "git+https://******@h.example/x@v1"),
        ("git+https://to/ken@h.example/x", "git+https://******@h.example/x"),
        ("git+https://h.example:443/x@v1", "git+https://h.example:443/x@v1"),
        ("git+https://[::1]/x@v1", "git+https://[::1]/x@v1"),
        ("git+file:///home/x@v1", "git+file:///home/x@v1"),
        ("https://a:b/c@h.example and https://d:e/f@h.example", "https://*****@h.example and https://*****@h.example"),
        ("x @ https://h.example/x me@h.example", "x @ https://h.example/x me@h.example"),
        ("me@h.example//x", "me@h.example//x"),
    ],
)
def test_a_password_may_hold_what_no_url_may(text: str, told: str) -> None:
    assert printable(text) == told


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("https://me:s3cr/et@h.example/x", "https://h.example/x"),
        ("git+https://me@h.example/x@v1", "git+https://h.example/x@v1"),
        ("https://h.example/x", "https://h.example/x"),
    ],
)
def test_a_login_can_be_left_out(url: str, bare: str) -> None:
    assert without_login(url) == bare


@pytest.mark.parametrize("text", ["//" * 1_000_000 + "@", "//@" * 1_000_000, "@//" * 1_000_000, "a" * 3_000_000])
def test_a_text_of_megabytes_is_told_too(text: str) -> None:
    assert len(printable(text)) == len(text)


def test_lines_stay_lines() -> None:
    assert plain_lines("a\x1b[31m\n\tb\r\n") == "a [31m\n b \n"


def test_a_part_is_underlined_where_it_stands() -> None:
    assert underlined("cp3x-linux", slice(2, 4)) == "    cp3x-linux\n      ^^"
    assert underlined("cp", slice(2, 2)) == "    cp\n      ^"


def test_a_user_of_ssh_stays_where_no_credentials_can_be() -> None:
    assert plain("git+ssh://git@h.example/x\x1b[31m") == "git+ssh://git@h.example/x [31m"


def test_an_error_names_the_entry_of_a_lock_once() -> None:
    with pytest.raises(IntegrityError) as caught, naming("uv.lock: package[0]"), naming("uv.lock: package[0]"):
        raise IntegrityError("a.whl is broken")
    assert caught.value.message == str(caught.value) == "a.whl is broken\n  listed by uv.lock: package[0]"
    assert caught.value.hint is not None


@pytest.mark.parametrize("lister", ["", "uv.lock: package[0]"])
def test_an_error_that_names_the_entry_already_stays_as_it_is(lister: str) -> None:
    with pytest.raises(UsageError) as caught, naming(lister):
        raise UsageError("a.whl is not there", hint="see uv.lock: package[0]")
    assert caught.value.message == "a.whl is not there"


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("https://h.example/x", False),
        ("https://me@h.example/x", True),
        ("see https://h.example and http://me:secret@h.example/x", True),
        ("ssh://git@h.example/x", False),
        ("git+ssh://git@h.example/x@v1", False),
        ("ssh://git:secret@h.example/x", True),
        ("//me@h.example", False),
        ("://me@h.example", True),
        ("a" * 1_000_000, False),
        ("://a" * 1_000_000, False),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_user_is_a_secret_but_for_that_of_ssh(text: str, *, holds: bool) -> None:
    assert holds_credentials(text) is holds
