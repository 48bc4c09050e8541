"""What is asked for, as values."""

from __future__ import annotations

import pytest

from wheelforge.model.inputs import Reference


@pytest.mark.parametrize(
    ("location", "public"),
    [
        ("https://me:secret@h.example:8080/x.whl?token=secret", "https://h.example:8080/x.whl"),
        ("git+https://secret@h.example/x.git@v1", "git+https://h.example/x.git@v1"),
        ("git+ssh://git@h.example/x.git", "git+ssh://git@h.example/x.git"),
        ("git+ssh://me@h.example/x.git", "git+ssh://h.example/x.git"),
        ("file:///home/me/x.whl", "file:x.whl"),
        ("git+file:///home/me/x@v1", "git+file:x@v1"),
        ("git+file:///home/me/x@feature/one", "git+file:x@feature/one"),
        ("https://[secret", "https:"),
    ],
)
def test_a_place_may_be_recorded_without_secrets_and_paths_of_this_machine(location: str, public: str) -> None:
    assert Reference(location=location, origin="here", written="").public == public


def test_what_may_be_recorded_can_be_said() -> None:
    location = "https://h.example/secret/x.whl"
    assert Reference(location=location, origin="here", written="", public="https://h.example/${T}/x.whl").public == (
        "https://h.example/${T}/x.whl"
    )


@pytest.mark.parametrize(("told", "shown"), [("", "x.whl"), ("/home/me/x.whl\n", "/home/me/x.whl ")])
def test_a_place_is_told_as_it_was_written_and_does_not_differ_by_that(told: str, shown: str) -> None:
    reference = Reference(location="file:///home/me/x.whl", origin="here", written="x.whl", told=told)
    assert reference.told == shown
    assert reference == Reference(location="file:///home/me/x.whl", origin="here", written="x.whl")
