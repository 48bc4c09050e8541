"""A project's page tells of the project as a whole, too (PEP 792)."""

from __future__ import annotations

import json

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from loopback import HTML, JSON
from wheelforge.model.artifacts import Project, Status
from wheelforge.simple.pages import read_page
from wheelforge.simple.projects import project, tell_status

URL = "https://index.example/simple/demo/"
FILE = {"filename": "demo-1.0.tar.gz", "url": "demo-1.0.tar.gz", "hashes": {}}


def from_json(status: object, **fields: object) -> Project:
    page = {"files": [FILE | fields], "project-status": status}
    return made(json.dumps(page).encode(), JSON)


def made(body: bytes, kind: str) -> Project:
    return project(read_page(body, kind, URL), name=canonicalize_name("demo"), index="main", url=URL)


@pytest.mark.parametrize("status", [None, {"status": "active"}, {"status": "unheard-of"}, {}])
def test_a_project_is_active_unless_its_page_says_otherwise(status: object) -> None:
    found = from_json(status)
    assert (found.status, found.status_reason) == (Status.ACTIVE, "")
    assert tell_status(found) is None


def test_a_status_comes_with_its_reason() -> None:
    found = from_json({"status": "deprecated", "reason": "use \x1b[31mother\n instead"})
    assert (found.status, found.status_reason) == (Status.DEPRECATED, "use [31mother instead")
    warning = tell_status(found)
    assert warning is not None
    assert warning.text == "demo is deprecated on main: use [31mother instead"
    assert list(found.releases) == [Version("1.0")]


def test_html_says_the_same() -> None:
    found = made(
        b'<meta name="pypi:project-status" content="archived">'
        b'<meta name="pypi:project-status-reason" content="done"><a href="demo-1.0.tar.gz">',
        HTML,
    )
    assert (found.status, found.status_reason) == (Status.ARCHIVED, "done")
    warning = tell_status(found)
    assert warning is not None
    assert warning.text == "demo is archived on main: it gets no updates any more: done"


def test_a_project_in_quarantine_offers_nothing() -> None:
    found = from_json({"status": "quarantined"})
    assert dict(found.releases) == {}
    warning = tell_status(found)
    assert warning is not None
    assert warning.text == "demo is in quarantine on main, and none of its files are taken"


@pytest.mark.parametrize(
    ("written", "provenance"),
    [
        ("https://index.example/p/1", "https://index.example/p/1"),
        ("../../p/1", "https://index.example/p/1"),
        ("https://u:secret@index.example/p/1#x", "https://index.example/p/1"),
        ("javascript:x", None),
        (None, None),
    ],
)
def test_the_provenance_of_a_file_is_recorded(written: str | None, provenance: str | None) -> None:
    [artifact] = from_json(None, provenance=written).releases[Version("1.0")]
    assert artifact.provenance == provenance


def test_html_gives_the_provenance_as_an_attribute() -> None:
    found = made(b'<a href="demo-1.0.tar.gz" data-provenance="https://index.example/p/1">', HTML)
    [artifact] = found.releases[Version("1.0")]
    assert artifact.provenance == "https://index.example/p/1"
