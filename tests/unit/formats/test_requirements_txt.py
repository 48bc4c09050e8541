"""A requirement file says what pip would take from it, or all of its faults at once."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unit.formats.sample_lock import CLICK, FLASK, file
from wheelforge.errors import UsageError
from wheelforge.formats.fault import FaultyText
from wheelforge.formats.requirements_txt import RequirementsFile, read_requirements, write_requirements

if TYPE_CHECKING:
    from collections.abc import Mapping

SHA256 = "0123456789abcdef" * 4


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Paths in messages are as they were given, so the tests stand in the folder itself."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _read(text: str, environ: Mapping[str, str] | None = None, **others: str) -> RequirementsFile:
    for name, content in {"r": text, **others}.items():
        Path(f"{name}.txt").write_text(content, encoding="utf-8")
    return read_requirements(Path("r.txt"), environ=environ or {})


def _faults(text: str, **others: str) -> list[str]:
    with pytest.raises(FaultyText) as caught:
        _read(text, {}, **others)
    return [str(fault).splitlines()[0] for fault in caught.value.faults]


def test_requirements_keep_their_order_their_line_and_their_hashes() -> None:
    found = _read(f"# ours\nflask >=3 \\\n  --hash=sha256:{SHA256.upper()} --hash sha256:{'0' * 64}\n\nclick # cli\n")
    assert [(str(one.requirement), one.origin, one.hashes) for one in found.requirements] == [
        ("flask>=3", "r.txt:2", {SHA256, "0" * 64}),
        ("click", "r.txt:5", frozenset()),
    ]


def test_markers_and_hashes_stand_on_one_line() -> None:
    [asked] = _read(f"flask ; python_version > '3' --hash=sha256:{SHA256}").requirements
    assert str(asked.requirement.marker) == 'python_version > "3"'
    assert asked.hashes == {SHA256}


def test_files_are_included_from_where_they_are_named(folder: Path) -> None:
    (folder / "more").mkdir()
    (folder / "more" / "base.txt").write_text("click\n-r deep.txt\n")
    (folder / "more" / "deep.txt").write_text("jinja2\n")
    found = _read("flask\n-r more/base.txt\n-c limits.txt\n--requirement=more/deep.txt\n", limits="idna<4\n")
    assert [(one.requirement.name, one.origin) for one in found.requirements] == [
        ("flask", "r.txt:1"),
        ("click", "more/base.txt:1"),
        ("jinja2", "more/deep.txt:1"),
        ("jinja2", "more/deep.txt:1"),
    ]
    assert [(str(one.requirement), one.origin) for one in found.constraints] == [("idna<4", "limits.txt:1")]


def test_options_are_read_in_all_their_spellings() -> None:
    found = _read("""
        -i https://one.example/simple/
        --index-url="https://two.example/simple/"
        --no-binary :all: --only-binary=numpy,Zope.Interface
        --pre
        --require-hashes
    """)
    assert found == RequirementsFile(
        index_url="https://two.example/simple/",
        no_binary=frozenset({":all:"}),
        only_binary=frozenset({"numpy", "zope-interface"}),
        pre=True,
        require_hashes=True,
    )


@pytest.mark.parametrize("line", ["-ibase", "-i base", "-i=base", "--index-url base", "--index-url=base", "-i 'base'"])
def test_a_value_may_be_attached_or_follow(line: str) -> None:
    assert _read(line).index_url == "base"


def test_variables_are_expanded_and_kept_when_they_are_not_set() -> None:
    found = _read("-i https://${USER}:${TOKEN}@index.example/simple/\n${WEB}\n", {"TOKEN": "secret", "WEB": "flask"})
    assert found.index_url == "https://${USER}:secret@index.example/simple/"
    assert found.requirements[0].requirement.name == "flask"
    assert "secret" not in repr(found)


def test_a_byte_order_mark_is_passed_over() -> None:
    assert _read("\ufeffflask").requirements[0].requirement.name == "flask"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("flask\n  click >=>3", "r.txt:2:9: expected a version specifier"),
        ("flask \\\n  >=>3", "r.txt:2:3: expected a version specifier"),
        ("--frob", "r.txt:1:1: no such option"),
        ("--index-ur x", "r.txt:1:1: no such option; did you mean --index-url?"),
        ("--pre --extra-index-url x", "r.txt:1:7: --extra-index-url is not supported yet"),
        ("-f links", "r.txt:1:1: --find-links is not supported yet"),
        ("--prefer-binary", "r.txt:1:1: --prefer-binary is not supported yet"),
        ("--no-index", "r.txt:1:1: --no-index is not supported yet"),
        ("flask -C x=y", "r.txt:1:7: --config-settings is not supported yet"),
        ("-i", "r.txt:1:1: -i needs a value"),
        ("--index-url=", "r.txt:1:1: --index-url needs a value"),
        ("--pre=yes", "r.txt:1:1: --pre takes no value"),
        ("--pre flask", "r.txt:1:7: expected an option; a requirement stands before its options"),
        ("--index-url 'x", "r.txt:1:13: this quotation has no end"),
        ("flask --pre", "r.txt:1:7: --pre stands on a line of its own"),
        ("flask --hash=md5:00", "r.txt:1:7: expected sha256: and 64 hex digits"),
        ("flask --hash=sha256:00", "r.txt:1:7: expected sha256: and 64 hex digits"),
        (f"--hash=sha256:{SHA256}", "r.txt:1:1: a hash stands on the line of its requirement"),
        ("--no-binary=a/b", "r.txt:1:1: expected names of projects, :all: or :none:"),
        ("-r https://files.example/r.txt", "r.txt:1:1: a requirement file from a URL is not supported yet"),
        ("-r none.txt", "r.txt:1:1: none.txt cannot be read: no such file or directory"),
        ("-r 'a\0b'", "r.txt:1:1: 'a b' is no path"),
        ("-r loop", "r.txt:1:1: loop cannot be read: too many levels of symbolic links"),
        ("-r r.txt", "r.txt:1:1: the file includes itself: r.txt -> r.txt"),
    ],
)
def test_a_fault_names_its_line_and_column(text: str, told: str, folder: Path) -> None:
    (folder / "loop").symlink_to("loop")
    assert _faults(text) == [told]


@pytest.mark.parametrize("text", ["-e .", "--editable=src", "./src", "git+https://git.example/x", "a @ file:///a"])
def test_what_names_a_place_is_not_taken_yet(text: str) -> None:
    [told] = _faults(text)
    assert "direct references are not supported yet" in told


def test_a_constraint_takes_no_extras() -> None:
    assert _faults("-c c.txt", c="flask[async]<4") == ["c.txt:1:6: a constraint takes no extras"]


def test_a_circle_of_files_is_told_as_a_path() -> None:
    assert _faults("-r a.txt", a="-c b.txt", b="\n-r a.txt") == [
        "b.txt:2:1: the file includes itself: r.txt -> a.txt -> b.txt -> a.txt"
    ]


def test_all_faults_of_all_files_are_told_at_once() -> None:
    assert [fault.split(": ")[0] for fault in _faults("x y\n-r a.txt\nok\n--bad", a="==1\n-e .")] == [
        "r.txt:1:3",
        "a.txt:1:1",
        "a.txt:2:1",
        "r.txt:4:1",
    ]


def test_a_fault_shows_its_line_as_it_was_written() -> None:
    with pytest.raises(FaultyText) as caught:
        _read("--trusted-host ${TOKEN}", {"TOKEN": "secret"})
    assert caught.value.message.splitlines()[1:] == ["    --trusted-host ${TOKEN}", "    ^"]


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match=r"^none\.txt cannot be read: no such file"):
        read_requirements(Path("none.txt"))


def test_a_file_in_another_encoding_is_named_with_its_line(folder: Path) -> None:
    (folder / "r.txt").write_bytes(b"flask\n# caf\xe9\n")
    with pytest.raises(UsageError, match=r"^r\.txt:2: not UTF-8$"):
        read_requirements(Path("r.txt"))


def test_what_is_written_is_sorted_and_read_back() -> None:
    other = file("click-8.1.7-cp311-cp311-linux_x86_64.whl", sha256="00" * 32)
    text = write_requirements([FLASK, CLICK, other])
    assert text == (
        f"click==8.1.7 \\\n    --hash=sha256:{'00' * 32} \\\n    --hash=sha256:{'ab' * 32}\n"
        f"flask==3.0.3 \\\n    --hash=sha256:{'ab' * 32}\n"
    )
    assert [(str(one.requirement), len(one.hashes)) for one in _read(text).requirements] == [
        ("click==8.1.7", 2),
        ("flask==3.0.3", 1),
    ]
    assert write_requirements([other, CLICK, FLASK]) == text


_PIECES = ["flask", " ", "\n", "\\\n", "-r r.txt", "--hash=", "-i", "--", "#", "'", '"', "\\", "${A}", ">=1", ";", "\0"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | st.lists(st.sampled_from(_PIECES)).map("".join))
def test_no_text_brings_anything_but_our_own_errors(text: str) -> None:
    with suppress(UsageError):
        _read(text)
