"""Header blocks are read as Python's own email parser reads them."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import compat32

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wheelforge.archives.headers import read_headers

LINES = st.lists(
    st.one_of(
        st.sampled_from(
            ["Requires-Dist: a>=1", "requires-dist:b", "Name : x", " folded", "\tfolded", "no field", ":", ""]
        ),
        st.text(st.characters(min_codepoint=32, max_codepoint=126)),
    ),
    max_size=8,
)


@given(lines=LINES, end=st.sampled_from(["\n", "\r\n", "\r"]))
@example(lines=["Name: a", "Description: one", "  two", "", "Version: 1"], end="\n")
def test_fields_are_those_of_the_email_parser(lines: list[str], end: str) -> None:
    data = end.join(["Name: demo", *lines]).encode()
    message = BytesParser(policy=compat32).parsebytes(data, headersonly=True)
    expected: dict[str, list[str]] = {}
    for key, value in message.items():
        expected.setdefault(key.lower(), []).append("\n".join(value.splitlines()).strip())
    assert {name: list(values) for name, values in read_headers(data).fields.items()} == expected


def test_the_body_holds_no_fields() -> None:
    headers = read_headers(b"Name: demo\n\nVersion: 1.0\n")
    assert headers.first("version") is None
    assert headers.all("version") == ()


@pytest.mark.parametrize("data", [b"", b"\n\nName: demo", b"\xff\xfe\x00"])
def test_what_has_no_headers_has_no_fields(data: bytes) -> None:
    assert read_headers(data).fields == {}


def test_bytes_of_an_old_encoding_do_not_hide_the_fields_after_them() -> None:
    headers = read_headers(b"\xef\xbb\xbfName: demo\nAuthor: Andr\xe9\nVersion: 1.0\n")
    assert (headers.first("name"), headers.first("version")) == ("demo", "1.0")
