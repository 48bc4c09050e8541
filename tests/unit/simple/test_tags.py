"""The tags of a page are found as browsers find them, and a hostile page costs no more time than a good one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from wheelforge.simple.tags import is_alive, tags


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<a href="x">', [("a", {"href": "x"})]),
        ("<A HREF='x y' data-yanked>", [("a", {"href": "x y", "data-yanked": None})]),
        ("<a\n href = x/y#z\t/>", [("a", {"href": "x/y#z"})]),
        ('<a data-requires-python="&gt;=3.9" href="a>b">', [("a", {"data-requires-python": ">=3.9", "href": "a>b"})]),
        ('<meta name="x" content="" >', [("meta", {"name": "x", "content": ""})]),
        ('<p>text</p><br/><a href="1"></a>', [("p", {}), ("br", {}), ("a", {"href": "1"})]),
        ('<!-- <a href="1"> --><a href="2">', [("a", {"href": "2"})]),
        ("<script>'<a href=1>'</script ><a href=2>", [("a", {"href": "2"})]),
        ('<!-- <a href="1">', []),
        ('<a href="1" <a href="2">', [("a", {"href": "2"})]),
        ("<a>b<c <", [("a", {})]),
        ("a < b > c", []),
    ],
)  # fmt: skip
def test_each_opening_tag_comes_with_its_attributes(text: str, found: list[tuple[str, dict[str, str | None]]]) -> None:
    assert list(tags(text.encode())) == found


def test_a_page_that_asks_is_alive() -> None:
    assert is_alive(b"<form action='/login'>")
    assert is_alive(b"<SCRIPT src=x>")
    assert not is_alive(b"<html><a href=x.whl>formal</a><formation>")


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<![CDATA[", "<a ", "<a href='", "<a =", '<a href=x"', "<a x=\"'<a", "<script>", "<style ", "<a x   "],
)  # fmt: skip
def test_what_is_never_closed_costs_no_time(piece: str) -> None:
    # Where the time grows with the square of the length this takes hours, and the limit stands far from what is needed.
    program = "import sys; from wheelforge.simple.tags import tags; list(tags(sys.argv[1].encode() * 300_000))"
    subprocess.run([sys.executable, "-c", program, piece], check=True, timeout=60)
