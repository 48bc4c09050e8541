"""File names say what their page may offer; unsafe and foreign ones are told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelforge.model.artifacts import Kind
from wheelforge.model.filenames import Named, build_tag, named, tag_set, version_of


@pytest.mark.parametrize(
    ("filename", "project", "expected"),
    [
        ("flask-3.1.3-py3-none-any.whl", "flask", (Kind.WHEEL, "3.1.3", "", "py3-none-any")),
        ("Foo_Bar-1.0-2b-cp312-cp312-win32.whl", "foo-bar", (Kind.WHEEL, "1.0", "2b", "cp312-cp312-win32")),
        (
            "torch-2.0+cu118-cp311-cp311-linux_x86_64.whl",
            "torch",
            (Kind.WHEEL, "2.0+cu118", "", "cp311-cp311-linux_x86_64"),
        ),
        ("Flask-0.1.tar.gz", "flask", (Kind.SDIST, "0.1", "", "")),
        ("zope.interface-1!5.0.zip", "zope-interface", (Kind.SDIST, "1!5.0", "", "")),
        ("old-name-1.0-1.tar.gz", "old-name", (Kind.SDIST, "1.0-1", "", "")),
    ],
)
def test_names_are_taken_apart(filename: str, project: str, expected: tuple[Kind, str, str, str]) -> None:
    assert named(filename, canonicalize_name(project)) == Named(*expected)


@pytest.mark.parametrize(
    "filename",
    [
        "flask-3.1.3-py3-none-any.exe",
        "flask-3.1.3-py3.13.egg",
        "flask-3.1.3.tar.bz2",
        "flask-3.1.3-x-py3-none-any.whl",
        "flask-3.1.3-none-any.whl",
        "flask_login-3.1.3-py3-none-any.whl",
        "flasklogin-1.0.tar.gz",
        "../flask-3.1.3-py3-none-any.whl",
        "flask-3.1.3-py3-none-any/../../x.whl",
        "..\\flask-1.0.tar.gz",
        "flask-1.0\n.tar.gz",
        "flask-1.0\0.tar.gz",
        "flask-1.0\x1b[31m.tar.gz",
        ".flask-1.0.tar.gz",
        "flask-1.0\u2215.tar.gz",
        f"flask-{'1' * 250}.tar.gz",
        "",
    ],
)
def test_unsafe_and_foreign_names_are_none(filename: str) -> None:
    assert named(filename, canonicalize_name("flask")) is None


@given(st.text())
def test_whatever_is_taken_can_be_a_file_name(text: str) -> None:
    filename = f"flask-{text}.tar.gz"
    if named(filename, canonicalize_name("flask")) is not None:
        assert not set(filename) & set("/\\\0\n\r")
        assert filename.isprintable()


def test_compressed_tags_are_expanded() -> None:
    assert {str(tag) for tag in tag_set("py2.py3-none-any")} == {"py2-none-any", "py3-none-any"}


@pytest.mark.parametrize(("text", "tag"), [("", ()), ("2", (2, "")), ("10b", (10, "b"))])
def test_build_tags_sort_by_number(text: str, tag: tuple[int, str] | tuple[()]) -> None:
    assert build_tag(text) == tag


@pytest.mark.parametrize(("text", "version"), [("1.0-1", Version("1.0.post1")), ("1.0.x", None), ("", None)])
def test_a_text_that_is_no_version_is_none(text: str, version: Version | None) -> None:
    assert version_of(text) == version
