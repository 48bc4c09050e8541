"""What cannot be given is refused in words that help: what, where, who wants it, what there is, what to type."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from integration.command import archives, assert_nothing_finished, refused, wheelforge, write
from wheelforge.cli.output import ErrorDocument
from wheelforge.errors import ExitCode

pytestmark = pytest.mark.usefixtures("here")


def told(*arguments: str, code: ExitCode = ExitCode.RESOLUTION) -> str:
    """What a collect that must fail says; it leaves nothing behind."""
    said = refused("collect", *arguments, "-o", "folder", code=code)
    assert_nothing_finished(Path("folder"))
    return said


def test_an_unknown_project_is_named_with_who_wants_it() -> None:
    assert told("leaf", "nonesuch>=2") == (
        "error: no project 'nonesuch' on the index, wanted by the requirements\n"
        "  the command line -> nonesuch>=2\n"
        "hint: check the spelling, or name the index that has it: --index-url URL\n"
    )


def test_no_version_that_fits_tells_those_that_exist() -> None:
    said = told("leaf==9")
    assert "error: no version of leaf fits ==9\n  the command line -> leaf==9\n" in said
    assert "versions that exist: 4.0, 3.0rc1, 2.1, 2.0, 1.1, 1.0\n" in said


def test_a_version_for_another_python_tells_which_it_needs() -> None:
    assert "wheels need Python >=3.99; this is 3." in told("leaf==4.0")


def test_a_conflict_tells_who_wants_what_along_which_path() -> None:
    Path("old.txt").write_text("leaf\nwants-old\n")
    said = told("wants-new", "-r", "old.txt")
    assert "cannot be met together" in said
    assert "the command line -> wants-new 1.0 -> leaf>=2" in said
    assert "old.txt:2 -> wants-old 1.0 -> leaf<2" in said


def test_wheels_alone_do_not_do_where_they_are_forbidden() -> None:
    said = told("wheel-only", "--no-binary", ":all:")
    assert "wheel-only has no sdist: 1.0 comes as 1 wheel only" in said
    assert said.endswith("hint: take its wheel: --only-binary wheel-only\n")
    wheelforge("collect", "wheel-only", "--no-binary", ":all:", "--only-binary", "wheel-only", "-o", "folder")
    assert archives(Path("folder")) == {"wheel_only-1.0-py3-none-any.whl"}


def test_a_requirement_that_is_none_is_shown_with_a_caret() -> None:
    assert told("leaf", "lib[fancy", code=ExitCode.USAGE) == (
        "error: the command line, column 10: expected a comma or ']' after the extra\n    lib[fancy\n             ^\n"
    )


def test_all_faults_of_files_are_told_in_one_go_with_line_and_column() -> None:
    Path("good.txt").write_text("leaf\n-r bad.txt\n")
    Path("bad.txt").write_text("leaf >= 1, < \n\n  lib[fancy\nlib --hash=sha256:12\n--frobnicate\n")
    said = told("-r", "good.txt", code=ExitCode.USAGE)
    places = [line.split(": ")[0 if line.startswith("bad") else 1] for line in said.splitlines() if "bad.txt:" in line]
    assert [place.split(":")[1] for place in places] == ["1", "3", "4", "5"]
    assert "  lib[fancy\n" in said
    assert said.count("^") == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-r", "nowhere.txt"], "nowhere.txt cannot be read: no such file or directory"),
        ([], "nothing to collect"),
        (["leaf", "--index-url", "ftp://index.example/simple/"], "--index-url: not the URL of an index"),
        (["leaf", "--timeout", "soon"], "--timeout"),
        (["leaf", "--no-binary", "!"], "'!' is not the name of a project"),
        (["leaf", "--prefer", "neither"], "--prefer"),
        (["leaf", "--frobnicate"], "--frobnicate"),
        (["./leaf"], "there is no file or folder ./leaf"),
        (["-e", "leaf"], "there is no file or folder leaf"),
        (["leaf", "--group", "dev", "--package", "x"], "--group, --package: there is no project to pick from"),
        (["leaf", "--uploaded-prior-to", "soon"], "'soon' is no moment"),
    ],
)
def test_what_cannot_be_meant_is_named(arguments: list[str], words: str) -> None:
    assert words in told(*arguments, code=ExitCode.USAGE)


def test_an_index_that_does_not_answer_is_named() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        port = deaf.getsockname()[1]
        said = told("leaf", "--index-url", f"http://127.0.0.1:{port}/simple/", "--retries", "1", code=ExitCode.INDEX)
    assert f"127.0.0.1:{port}" in said
    assert "hint: check the network" in said


def test_an_error_is_json_too() -> None:
    outcome = wheelforge("collect", "leaf==9", "--json", code=ExitCode.RESOLUTION)
    error = outcome.document(ErrorDocument)
    assert (error.kind, error.exit_code) == ("NoVersion", 3)
    assert outcome.stderr == f"error: {error.message}\nhint: {error.hint}\n"


def test_a_fault_of_the_command_line_is_json_too() -> None:
    error = wheelforge("collect", "--json", "--frobnicate", code=ExitCode.USAGE).document(ErrorDocument)
    assert (error.kind, error.exit_code) == ("UsageError", 2)


def test_all_faults_of_a_project_are_told_in_their_places() -> None:
    write("pyproject.toml", "[project]", 'name = "x"', "dependencies = [", '  "lib >=>1",', '  "./nowhere",', "]")
    assert told("-r", "pyproject.toml", code=ExitCode.USAGE) == (
        "error: pyproject.toml:4:8: expected a version specifier\n"
        '      "lib >=>1",\n'
        "           ^\n"
        "pyproject.toml:5:4: there is no file or folder ./nowhere\n"
        '      "./nowhere",\n'
        "       ^\n"
    )


def test_an_extra_that_is_not_there_brings_the_nearest_that_is() -> None:
    write("pyproject.toml", "[project]", 'name = "x"', "optional-dependencies = {fancy = ['leaf']}")
    assert told("--extra", "fanzy", code=ExitCode.USAGE) == (
        "error: pyproject.toml: no extra 'fanzy'\nhint: did you mean fancy?\n"
    )


def test_a_file_in_the_place_of_a_requirement_is_told_with_its_option() -> None:
    assert told(write("some.txt", "leaf"), code=ExitCode.USAGE).endswith("hint: -r some.txt\n")


def test_what_has_no_hash_cannot_be_checked() -> None:
    write("project/setup.py")
    write("r.txt", "./project", "git+https://index.example/x", f"leaf==2.0 --hash=sha256:{'0' * 64}")
    assert told("-r", "r.txt", code=ExitCode.USAGE) == (
        "error: hashes are required, and repositories and folders have none:\n"
        "  ./project (r.txt:1)\n"
        "  git+https://index.example/x (r.txt:2)\n"
        "hint: name an archive of it with its hash, or leave out the hashes\n"
    )
