"""A requirement is read, or its fault is shown in its place."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelforge.errors import ExitCode
from wheelforge.formats.requirement import (
    BY_NAME,
    NOT_EDITABLE,
    BadRequirement,
    parse_editable,
    parse_input,
    parse_requirement,
)
from wheelforge.model.digest import sha256
from wheelforge.model.inputs import Reference

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = "requirements.txt:3"


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a project in it with another inside, one beside it, an archive, and what is neither."""
    here = tmp_path / "here"
    for folder in (
        here / "project" / "inner",
        here / "project",
        here / "a project",
        here / "empty",
        tmp_path / "outside",
    ):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pyproject.toml").touch()
    (here / "empty" / "pyproject.toml").unlink()
    (here / "flask-3.0.tar.gz").touch()
    (here / "r.txt").touch()
    monkeypatch.chdir(here)
    return here


@pytest.mark.parametrize(
    "text",
    [
        "flask",
        "Flask[async] >= 3, < 4",
        "flask; python_version < '3.13' and sys_platform == 'linux'",
        "flask (>=3)",
        "zope.interface===5.0/weird",
        "flask; os_name == 'a/b'",
    ],
)
def test_what_pep_508_takes_is_taken(text: str) -> None:
    asked = parse_requirement(text, origin=ORIGIN)
    assert asked.requirement.name in text
    assert (asked.origin, asked.hashes) == (ORIGIN, frozenset())


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("flask >=>3", 7, "expected a version specifier"),
        ("flask==", 6, "expected a version specifier"),
        ("flask=3", 6, "expected a version specifier"),
        ("flask>=1,<=abc", 10, "expected a version specifier"),
        ("flask ??", 7, "expected a version specifier, ';' with a marker, or the end"),
        ("flask>=1 <2", 10, "expected a comma, ';' with a marker, or the end"),
        ("", 1, "expected the name of a project"),
        ("==3", 1, "expected the name of a project"),
        ("flask[a", 8, "expected a comma or ']' after the extra"),
        ("flask (>=1", 11, "expected ')' after the version specifier"),
        ("flask; foo=='x'", 8, "expected a marker variable or quoted string"),
        ("flask; " + "(" * 5000, 1, "the marker is nested too deeply"),
    ],
)
def test_a_fault_has_its_column_and_says_what_is_wanted(text: str, column: int, problem: str) -> None:
    with pytest.raises(BadRequirement) as caught:
        parse_requirement(text, origin=ORIGIN)
    [fault] = caught.value.faults
    assert (fault.column, fault.problem) == (column, problem)
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize(
    "text",
    [
        "flask @ https://files.example/flask-3.0.tar.gz",
        "https://files.example/flask-3.0.tar.gz",
        "git+https://git.example/flask@main#subdirectory=src",
        "file:///tmp/flask",
        "./flask",
        "../flask[async]",
        "/srv/flask",
        "~/flask",
        "src/flask; os_name == 'posix'",
        "C:\\src\\flask",
        "flask-3.0-py3-none-any.whl",
        "flask-3.0.tar.gz",
    ],
)
def test_a_place_is_refused_where_only_a_name_can_stand(text: str) -> None:
    with pytest.raises(BadRequirement) as caught:
        parse_requirement(text, origin=ORIGIN)
    assert [fault.problem for fault in caught.value.faults] == [BY_NAME]


@pytest.mark.parametrize(
    ("text", "location", "name", "extras"),
    [
        ("https://files.example/flask-3.0.tar.gz", "https://files.example/flask-3.0.tar.gz", None, ()),
        ("Flask[B,a] @ https://files.example/x.whl", "https://files.example/x.whl", "flask", ("a", "b")),
        ("https://files.example/x.whl[async]", "https://files.example/x.whl", None, ("async",)),
        ("flask@git+https://git.example/x@v1", "git+https://git.example/x@v1", "flask", ()),
        ("git+ssh://git@git.example/x.git#egg=Zope.I[a]", "git+ssh://git@git.example/x.git", "zope-i", ("a",)),
        ("GIT+https://git.example/x#egg=flask&subdirectory=s", "git+https://git.example/x", "flask", ()),
        ("./project[a]", "file://HERE/project", None, ("a",)),
        ("project/", "file://HERE/project", None, ()),
        ("a project/", "file://HERE/a%20project", None, ()),
        ("file:project", "file://HERE/project", None, ()),
        ("flask @ ./project", "file://HERE/project", "flask", ()),
        ("flask-3.0.tar.gz", "file://HERE/flask-3.0.tar.gz", None, ()),
    ],
)
def test_a_place_is_taken_apart(
    text: str, location: str, name: str | None, extras: tuple[str, ...], places: Path
) -> None:
    found = parse_input(text, origin=ORIGIN)
    assert isinstance(found, Reference)
    assert found.location == location.replace("HERE", places.as_posix())
    assert (found.name, found.extras, found.origin) == (name, extras, ORIGIN)


def test_a_relative_path_stands_under_the_base_that_is_given(places: Path) -> None:
    found = parse_input("./inner", origin=ORIGIN, base=places / "project")
    assert isinstance(found, Reference)
    assert found.location == (places / "project" / "inner").as_uri()
    assert found.written == "project/inner"


@pytest.mark.parametrize(
    "text",
    [
        "https://files.example/x.whl; os_name == 'nt'",
        "https://files.example/x.whl ;os_name == 'nt'",
        "./project ; os_name == 'nt'",
        "./project[a];os_name == 'nt'",
        "flask @ https://files.example/x.whl ; os_name == 'nt'",
    ],
)
@pytest.mark.usefixtures("places")
def test_a_marker_stands_behind_a_place(text: str) -> None:
    found = parse_input(text, origin=ORIGIN)
    assert isinstance(found, Reference)
    assert str(found.marker) == 'os_name == "nt"'
    assert "nt" not in found.location


def test_a_fragment_may_give_several_hashes_of_which_weak_ones_count_for_nothing() -> None:
    url = f"https://files.example/x.zip#md5=1&sha512={'B' * 128}&sha384={'c' * 96}"
    found = parse_input(url, origin=ORIGIN)
    assert isinstance(found, Reference)
    assert list(map(str, sorted(found.hashes))) == [f"sha384:{'c' * 96}", f"sha512:{'b' * 128}"]


def test_a_fragment_gives_the_hash_and_the_folder_inside() -> None:
    found = parse_input(f"https://files.example/x.zip#sha256={'A' * 64}&subdirectory=a/./b", origin=ORIGIN)
    assert isinstance(found, Reference)
    assert found.hashes == {sha256("a" * 64)}
    assert found.subdirectory == "a/b"
    assert found.location == "https://files.example/x.zip"


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("./none", 1, "there is no file or folder ./none"),
        ("flask @ ./none", 9, "there is no file or folder ./none"),
        ("./empty", 1, "the folder ./empty is no project: it has neither pyproject.toml nor setup.py"),
        ("./r.txt", 1, "./r.txt is neither an archive nor a folder; a requirement file is given with -r"),
        ("./project; os_nam == 'nt'", 12, "expected a marker variable or quoted string"),
        ("hg+https://hg.example/x", 1, "of repositories only git is taken"),
        ("git://git.example/x", 1, "a repository is named by git+https://, git+ssh:// or git+file://"),
        ("git@git.example:x", 1, "write a repository as git+ssh://git@git.example/x"),
        ("git+me@git.example:x", 1, "write a repository as git+ssh://me@git.example/x"),
        ("ftp://files.example/x.zip", 1, "nothing can be fetched by ftp:"),
        ("https:///x.zip", 1, "the URL names no host"),
        ("https://files.example/a b.zip", 1, "a URL has no blanks; write %20"),
        ("file://elsewhere/x.zip", 1, "a file URL names no host: write file:///PATH"),
        ("git+https://git.example/x@", 1, "a branch, a tag or a commit stands behind @"),
        ("git+https://git.example/x@--upload-pack=x", 1, "no branch, tag or commit begins with a dash"),
        ("git+https://git.example/x#subdirectory=../up", 1, "a subdirectory is a folder inside the place"),
        ("git+https://git.example/x#subdirectory=/up", 1, "a subdirectory is a folder inside the place"),
        ("https://files.example/x.zip#sha256=12", 1, "#sha256= is 64 hex digits"),
        ("https://files.example/x.zip#sha512=12", 1, "#sha512= is 128 hex digits"),
        ("https://files.example/x.zip#md5=12", 1, "#md5= is not checked; give #sha256="),
        ("git+https://git.example/x#egg=a==1", 35, "#egg= holds a name only"),
        ("a @ git+https://git.example/x#egg=b", 5, "#egg= names another project than a"),
        ("https://files.example/x.zip\x1b[31m", 1, "a place has no control characters"),
    ],
)
@pytest.mark.usefixtures("places")
def test_a_place_that_cannot_be_meant_is_told(text: str, column: int, problem: str) -> None:
    with pytest.raises(BadRequirement) as caught:
        parse_input(text, origin=ORIGIN)
    [fault] = caught.value.faults
    assert (fault.column, fault.problem) == (column, problem)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a @ https://me:secret@files.example/x.whl", "a @ https://files.example/x.whl"),
        ("git+ssh://git@git.example/x", "git+ssh://git@git.example/x"),
        ("git+ssh://git:secret@git.example/x", "git+ssh://git.example/x"),
        ("./project[a] ; os_name == 'nt'", "./project[a] ; os_name == 'nt'"),
        ("HERE/project", "project"),
        ("file://HERE/project#subdirectory=inner", "project#subdirectory=inner"),
        ("git+file://HERE/project@main", "git+file:project@main"),
        ("HERE/../outside", "outside"),
    ],
)
def test_what_is_remembered_has_neither_credentials_nor_paths_of_the_machine(
    text: str, written: str, places: Path
) -> None:
    found = parse_input(text.replace("HERE", str(places)), origin=ORIGIN)
    assert isinstance(found, Reference)
    assert found.written == written


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a @ https://me:secret@files.example/x.whl", "a @ https://files.example/x.whl"),
        ("git+ssh://git@git.example/x", "git+ssh://git@git.example/x"),
        ("git+ssh://git:secret@git.example/x", "git+ssh://git.example/x"),
        ("./project[a] ; os_name == 'nt'", "./project[a] ; os_name == 'nt'"),
        ("HERE/project", "HERE/project"),
        ("file://HERE/project#subdirectory=inner", "file://HERE/project#subdirectory=inner"),
        ("git+file://HERE/project@main", "git+file://HERE/project@main"),
        ("HERE/../outside", "HERE/../outside"),
    ],
)
def test_what_is_told_is_what_was_written_but_for_credentials(text: str, told: str, places: Path) -> None:
    found = parse_input(text.replace("HERE", str(places)), origin=ORIGIN)
    assert isinstance(found, Reference)
    assert found.told == told.replace("HERE", str(places))


def test_an_editable_is_told_with_its_option(places: Path) -> None:
    assert parse_editable(f"{places}/project", origin=ORIGIN).told == f"-e {places}/project"


def test_a_query_is_remembered_by_its_digest_since_it_may_hold_a_token() -> None:
    written = [
        found.written
        for query in ("token=secret", "token=other")
        if isinstance(found := parse_input(f"https://files.example/x.whl?{query}", origin=ORIGIN), Reference)
    ]
    assert len(set(written)) == 2
    assert not any("secret" in text or "other" in text for text in written)


@pytest.mark.parametrize(
    ("text", "name", "extras", "marker"),
    [
        ("project", None, (), "None"),
        ("./project[a] ; os_name == 'nt'", None, ("a",), 'os_name == "nt"'),
        ("flask @ ./project", "flask", (), "None"),
        ("git+https://git.example/x@v1#egg=flask", "flask", (), "None"),
    ],
)
@pytest.mark.usefixtures("places")
def test_an_editable_is_a_folder_or_a_repository(
    text: str, name: str | None, extras: tuple[str, ...], marker: str
) -> None:
    found = parse_editable(text, origin=ORIGIN)
    assert (found.name, found.extras, str(found.marker)) == (name, extras, marker)
    assert found.editable
    assert found.written == f"-e {text}"


@pytest.mark.parametrize("text", ["https://files.example/x.zip", "./flask-3.0.tar.gz", "flask @ ./flask-3.0.tar.gz"])
@pytest.mark.usefixtures("places")
def test_an_archive_is_no_editable(text: str) -> None:
    with pytest.raises(BadRequirement, match=NOT_EDITABLE):
        parse_editable(text, origin=ORIGIN)


def test_a_fault_in_a_file_underlines_its_place() -> None:
    with pytest.raises(BadRequirement) as caught:
        parse_requirement("flask >=>3", origin=ORIGIN)
    assert caught.value.message.splitlines() == [
        "requirements.txt:3:7: expected a version specifier",
        "    flask >=>3",
        "          ^",
    ]


def test_a_fault_elsewhere_names_its_column() -> None:
    with pytest.raises(BadRequirement, match=r"^the command line, column 7: expected a version specifier\n"):
        parse_requirement("flask >=>3", origin="the command line")


def test_credentials_and_terminal_controls_are_not_shown() -> None:
    with pytest.raises(BadRequirement) as caught:
        parse_requirement("git+https://me:secret@git.example/\x1b[31m", origin=ORIGIN)
    assert "secret" not in caught.value.message
    assert "\x1b" not in caught.value.message


_PIECES = ["git+", "https://", "file:", "h", "@", "#egg=", "[a]", ";", " ", "os_name=='x'", "./", "~", "&sha256=", "\0"]


@given(st.text() | st.lists(st.sampled_from(_PIECES)).map("".join))
def test_no_text_that_may_name_a_place_brings_anything_else(text: str) -> None:
    for parse in (parse_input, parse_editable):
        with suppress(BadRequirement):
            assert parse(text, origin=ORIGIN).origin == ORIGIN


@given(st.text() | st.text(alphabet="af0[]()<>=!~,;@'\" -./\\"))
def test_no_text_brings_anything_but_a_bad_requirement(text: str) -> None:
    with suppress(BadRequirement):
        asked = parse_requirement(text, origin=ORIGIN)
        assert parse_requirement(str(asked.requirement), origin=ORIGIN) == asked


@pytest.mark.parametrize("begins", ["a", "./a", "https://h.example/ "])
def test_a_megabyte_of_blanks_is_told_too(begins: str) -> None:
    text = f"{begins}{' ' * 1_000_000}b"
    for parse in (parse_input, parse_editable):
        with pytest.raises(BadRequirement):
            parse(text, origin=ORIGIN)


def test_a_path_that_no_file_system_takes_is_told_without_it(places: Path) -> None:
    with pytest.raises(BadRequirement, match=r":1: no place to be found: file name too long\n") as caught:
        parse_input(f"./{'a' * 1000}", origin=ORIGIN)
    assert places.name not in caught.value.message
