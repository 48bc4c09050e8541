"""Pages of both forms are read into the same files; what is no page is told."""

from __future__ import annotations

import tracemalloc

import pytest
from packaging.utils import canonicalize_name

from loopback import HTML, JSON
from wheelforge.errors import IndexAccessError
from wheelforge.simple.pages import File, Hashes, read_page
from wheelforge.simple.releases import may_be_of

URL = "https://index.example/simple/demo/"
SHA256 = "a" * 64
SHA384, SHA512 = "b" * 96, "c" * 128
UNSAFE = b'{"filename":"../x.zip","url":"x"}'
PAGE = b"""{
  "meta": {"api-version": "1.4", "_new": 1},
  "name": "demo",
  "versions": ["1.0"],
  "files": [{
    "filename": "demo-1.0-py3-none-any.whl",
    "url": "../../files/demo-1.0-py3-none-any.whl",
    "hashes": {"md5": "x", "sha256": "%s"},
    "requires-python": ">=3.9",
    "size": 12,
    "upload-time": "2025-01-02T03:04:05.678Z",
    "yanked": "broken",
    "core-metadata": {"sha256": "%s"},
    "provenance": null
  }]
}""" % (SHA256.encode(), SHA256.encode())


def test_json_is_read() -> None:
    assert read_page(PAGE, JSON, URL).files == [
        File(
            filename="demo-1.0-py3-none-any.whl",
            url="../../files/demo-1.0-py3-none-any.whl",
            hashes=Hashes(sha256=SHA256),
            requires_python=">=3.9",
            size=12,
            upload_time="2025-01-02T03:04:05.678Z",
            yanked="broken",
            core_metadata=Hashes(sha256=SHA256),
        )
    ]


def test_html_is_read() -> None:
    page = f"""<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.0"></head><body>
    <a href="../../files/demo-1.0-py3-none-any.whl#sha256={SHA256}" data-requires-python="&gt;=3.9" data-yanked="broken"
       data-core-metadata="sha256={SHA256}">whatever</a><br>
    <a href="/demo%2B1-2.0.tar.gz" data-yanked>text</a> <a name="no-link">nothing</a> <a href="https://[">broken</a>
    """
    wheel, sdist = read_page(page.encode(), "text/html; charset=utf-8", URL).files
    assert wheel == File(
        filename="demo-1.0-py3-none-any.whl",
        url="../../files/demo-1.0-py3-none-any.whl",
        hashes=Hashes(sha256=SHA256),
        requires_python=">=3.9",
        yanked="broken",
        core_metadata=Hashes(sha256=SHA256),
        data_dist_info_metadata=False,
    )
    assert (sdist.filename, sdist.url, sdist.yanked) == (
        "demo+1-2.0.tar.gz",
        "/demo%2B1-2.0.tar.gz",
        True,
    )


@pytest.mark.parametrize(
    ("fragment", "hashes"),
    [
        (f"sha512={SHA512}", Hashes(sha512=SHA512)),
        (f"sha384={SHA384}", Hashes(sha384=SHA384)),
        (f"sha256={SHA256}&sha512={SHA512}", Hashes(sha256=SHA256, sha512=SHA512)),
        (f"egg=demo&sha256={SHA256}", Hashes(sha256=SHA256)),
        ("md5=1", Hashes()),
        ("sha512", Hashes(sha512="")),
        ("", Hashes()),
    ],
)
def test_every_strong_hash_of_a_link_is_read(fragment: str, hashes: Hashes) -> None:
    [file] = read_page(f'<a href="demo-1.0.zip#{fragment}">'.encode(), HTML, URL).files
    assert file.hashes == hashes


def test_every_strong_hash_of_json_is_read() -> None:
    hashes = f'{{"sha256": "{SHA256}", "sha384": "{SHA384}", "sha512": "{SHA512}", "blake2b": "x"}}'
    page = f'{{"files": [{{"filename": "demo-1.0.zip", "url": "x", "hashes": {hashes}}}]}}'
    [file] = read_page(page.encode(), JSON, URL).files
    assert file.hashes == Hashes(sha256=SHA256, sha384=SHA384, sha512=SHA512)


def test_the_base_of_html_counts() -> None:
    [file] = read_page(b'<base href="https://files.example/x/"><a href="demo-1.0.tar.gz">', HTML, URL).files
    assert file.url == "https://files.example/x/demo-1.0.tar.gz"


@pytest.mark.parametrize(
    ("body", "kind", "why"),
    [
        (b"<html>", JSON, "JSON is malformed"),
        (b'{"files": 1}', JSON, "files"),
        (b'{"files": [{"filename": "\xff"}]}', JSON, "no page"),
        (b"{}", JSON, "files"),
        (b'{"files": [], "new": ' + b"[" * 100_000, JSON, "no page"),
        (b'{"files": [{"filename": "x", "url": "x", "size": -1}]}', JSON, "size"),
        (b'{"files": [{"filename": "x", "url": "x", "size": 1%b}]}' % (b"0" * 40), JSON, "size|out of range"),
        (b"<form action=login><a href=/terms>Terms</a>", "text/html", "perhaps the log-in page"),
        (b"<script src=portal.js></script>", HTML, "perhaps the log-in page"),
        (b"%PDF", "application/pdf", "application/pdf"),
        (b"", "", "content type"),
        (b'{"files": [], "meta": {"api-version": "2.0"}}', JSON, "version 2.0"),
        (b'<meta name="pypi:repository-version" content="2.0">', HTML, "version 2.0"),
    ],
)
def test_what_is_no_page_is_told(body: bytes, kind: str, why: str) -> None:
    with pytest.raises(IndexAccessError, match=why) as caught:
        read_page(body, kind, URL)
    assert URL in caught.value.message


def test_a_newer_minor_version_is_read() -> None:
    assert read_page(b'{"files": [], "meta": {"api-version": "1.99"}}', JSON, URL).files == []


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><h1>Links for demo</h1>",
        b'<meta name="pypi:repository-version" content="1.0"><script src="theme.js"></script>',
        b'<form>search</form><a href="demo-1.0.win32.exe">',
        b'<base href="https://[/"><a href="demo-1.0.zip">',
    ],
)
def test_a_page_without_a_file_of_today_is_a_page(page: bytes) -> None:
    assert len(read_page(page, "text/html", URL).files) == page.count(b"<a ")


def test_of_a_page_that_leads_anywhere_only_what_is_wanted_is_kept() -> None:
    page = b'<a href="other-1.0.tar.gz"><a href="f/Demo_x-1.0.tar.gz?x=/y#sha256=1"><a href="..">'
    [file] = read_page(page, HTML, URL, wanted=may_be_of(canonicalize_name("demo-x"))).files
    assert (file.filename, file.url) == ("Demo_x-1.0.tar.gz", "f/Demo_x-1.0.tar.gz?x=/y")


def test_a_page_with_a_million_other_links_takes_no_room() -> None:
    page = b'<a href="other-1.0.tar.gz">x</a>' * 200_001
    tracemalloc.start()
    try:
        assert read_page(page, HTML, URL, wanted=may_be_of(canonicalize_name("demo"))).files == []
        assert tracemalloc.get_traced_memory()[1] < len(page)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("piece", "begin", "end", "kind"),
    [
        (b'<a href="demo-1.zip">', b"", b"", HTML),
        (b'{"filename":"demo-1.zip","url":"x"},', b'{"files":[', b"0]}", JSON),
    ],
)
def test_a_page_with_more_files_than_any_project_has_is_refused(
    piece: bytes, begin: bytes, end: bytes, kind: str
) -> None:
    with pytest.raises(IndexAccessError, match="lists more than 200000 files"):
        read_page(begin + piece * 200_001 + end, kind, URL)


@pytest.mark.parametrize(
    ("page", "kind", "doubt"),
    [
        (b'<a href="%2e%2e%2fdemo-1.0.zip">', HTML, "1 file has a name that cannot be used"),
        (b'{"files":[%b,%b]}' % (UNSAFE, UNSAFE), JSON, "2 files have names that cannot be used"),
        (b"<h1>Welcome</h1>", HTML, "its page has no link at all: is it an index?"),
        (b'<a href="..">up</a>', HTML, ""),
    ],
)
def test_what_is_odd_about_a_page_is_remembered(page: bytes, kind: str, doubt: str) -> None:
    assert read_page(page, kind, URL).doubt.startswith(doubt)
    assert bool(read_page(page, kind, URL).doubt) == bool(doubt)
