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
from wheelforge.formats.requirements_file import IndexOptions, RequirementsFile, Written
from wheelforge.formats.requirements_txt import Use, read_requirements, write_requirements
from wheelforge.model.digest import sha256

if TYPE_CHECKING:
    from collections.abc import Mapping

SHA256 = "0123456789abcdef" * 4
NO_CONSTRAINT = "a constraint begins with the name of its project, also where it names a place: NAME @ URL"
NO_HASH = "expected sha256: and 64 hex digits, sha384: and 96, or sha512: and 128"


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
        ("flask>=3", "r.txt:2", {sha256(SHA256), sha256("0" * 64)}),
        ("click", "r.txt:5", frozenset()),
    ]


def test_markers_and_hashes_stand_on_one_line() -> None:
    [asked] = _read(f"flask ; python_version > '3' --hash=sha256:{SHA256}").requirements
    assert str(asked.requirement.marker) == 'python_version > "3"'
    assert asked.hashes == {sha256(SHA256)}


def test_files_are_included_from_where_they_are_named(folder: Path) -> None:
    (folder / "more").mkdir()
    (folder / "more" / "base.txt").write_text("click\n-r deep.txt\n")
    (folder / "more" / "deep.txt").write_text("jinja2\n")
    found = _read("flask\n-r more/base.txt\n-c limits.txt\n--requirement=more/deep.txt\n", limits="idna<4\n")
    assert [(one.requirement.name, one.origin) for one in found.requirements] == [
        ("flask", "r.txt:1"),
        ("click", "more/base.txt:1"),
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
        --prefer-binary --no-index
        --extra-index-url https://three.example/ --extra-index-url=four
        -f links --find-links=https://five.example/ --trusted-host six.example:8080
    """)
    assert found == RequirementsFile(
        index=IndexOptions(
            index_url=Written(value="https://two.example/simple/", origin="r.txt:3"),
            extra_index_urls=(
                Written(value="https://three.example/", origin="r.txt:8"),
                Written(value="four", origin="r.txt:8"),
            ),
            find_links=(
                Written(value="links", origin="r.txt:9"),
                Written(value="https://five.example/", origin="r.txt:9"),
            ),
            no_index=True,
            trusted_hosts=(Written(value="six.example:8080", origin="r.txt:9"),),
        ),
        prefer_binary=True,
        no_binary=frozenset({":all:"}),
        only_binary=frozenset({"numpy", "zope-interface"}),
        pre=True,
        require_hashes=True,
    )


@pytest.mark.parametrize("line", ["-ibase", "-i base", "-i=base", "--index-url base", "--index-url=base", "-i 'base'"])
def test_a_value_may_be_attached_or_follow(line: str) -> None:
    index_url = _read(line).index.index_url
    assert index_url is not None
    assert index_url.value == "base"


def test_variables_are_expanded_and_kept_when_they_are_not_set() -> None:
    found = _read("-i https://${USER}:${TOKEN}@index.example/simple/\n${WEB}\n", {"TOKEN": "secret", "WEB": "flask"})
    assert found.index.index_url == Written(value="https://${USER}:secret@index.example/simple/", origin="r.txt:1")
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
        ("flask -C x", "r.txt:1:7: expected KEY=VALUE"),
        ("flask --global-option=x", "r.txt:1:7: pip takes --global-option no more; see --config-settings"),
        ("-C x=y", "r.txt:1:1: --config-settings stands on the line of its requirement"),
        ("--pre -e x", "r.txt:1:7: -e stands at the beginning of a line, and a place behind it"),
        ("--all-releases flask", "r.txt:1:1: --all-releases is taken for :all: only"),
        ("flask -e x", "r.txt:1:7: --editable stands on a line of its own"),
        ("-e", "r.txt:1:1: -e needs a value"),
        ("-e none", "r.txt:1:4: there is no file or folder none"),
        ("-e none --pre", "r.txt:1:4: there is no file or folder none"),
        ("-c c.txt", f"c.txt:1:1: {NO_CONSTRAINT}"),
        ("-r pyproject.toml", "r.txt:1:1: pyproject.toml is no requirement file; name it on the command line with -r"),
        ("-i", "r.txt:1:1: -i needs a value"),
        ("--index-url=", "r.txt:1:1: --index-url needs a value"),
        ("--pre=yes", "r.txt:1:1: --pre takes no value"),
        ("--pre flask", "r.txt:1:7: expected an option; a requirement stands before its options"),
        ("--index-url 'x", "r.txt:1:13: this quotation has no end"),
        ("flask --pre", "r.txt:1:7: --pre stands on a line of its own"),
        ("flask --hash=md5:00", f"r.txt:1:7: {NO_HASH}"),
        ("flask --hash=sha256:00", f"r.txt:1:7: {NO_HASH}"),
        (f"--hash=sha256:{SHA256}", "r.txt:1:1: a hash stands on the line of its requirement"),
        ("--no-binary=a/b", "r.txt:1:1: expected names of projects, :all: or :none:"),
        ("-r https://files.example/r.txt", "r.txt:1:1: https://files.example/r.txt is not fetched"),
        ("-r none.txt", "r.txt:1:1: none.txt cannot be read: no such file or directory"),
        ("-r 'a\0b'", "r.txt:1:1: 'a b' is no path"),
        ("-r loop", "r.txt:1:1: loop cannot be read: too many levels of symbolic links"),
        ("-r r.txt", "r.txt:1:1: the file includes itself: r.txt -> r.txt"),
    ],
)
def test_a_fault_names_its_line_and_column(text: str, told: str, folder: Path) -> None:
    (folder / "loop").symlink_to("loop")
    assert _faults(text, c="https://files.example/x.whl") == [told]


def test_places_are_taken_with_their_markers_hashes_and_settings(folder: Path) -> None:
    (folder / "pyproject.toml").touch()
    found = _read(
        f"""
        ./ ; os_name == 'nt'
        a @ https://files.example/a.zip --hash=sha256:{SHA256} -C k=v=w
        -e .[x]
        --editable=git+https://me:secret@git.example/b@v1#egg=b --config-settings=k=v
        -e "c @ . ; os_name == 'nt'"
        """
    )
    assert [(one.written, one.origin, one.editable) for one in found.references] == [
        ("./ ; os_name == 'nt'", "r.txt:2", False),
        ("a @ https://files.example/a.zip", "r.txt:3", False),
        ("-e .[x]", "r.txt:4", True),
        ("-e git+https://git.example/b@v1#egg=b", "r.txt:5", True),
        ("-e c @ . ; os_name == 'nt'", "r.txt:6", True),
    ]
    assert found.references[1].hashes == {sha256(SHA256)}
    assert found.hashed
    assert [one.settings for one in found.references] == [(), (("k", "v=w"),), (), (("k", "v"),), ()]


def test_a_local_place_stands_in_the_working_folder_as_for_pip(folder: Path) -> None:
    (folder / "more" / "project").mkdir(parents=True)
    (folder / "more" / "more.txt").write_text("./project")
    assert _faults("-r more/more.txt") == ["more/more.txt:1:1: there is no file or folder ./project"]


def test_links_beside_the_file_come_before_those_of_the_working_folder(folder: Path) -> None:
    (folder / "more" / "links").mkdir(parents=True)
    (folder / "more" / "more.txt").write_text("-f links\n-f others")
    found = _read("-r more/more.txt").index.find_links
    assert [one.value for one in found] == [str(Path("more/links")), "others"]


def test_a_constraint_file_may_name_requirements_and_options_of_its_own() -> None:
    Path("c.txt").write_text("click<9\n-r more.txt\n--no-index\n")
    Path("more.txt").write_text("flask")
    found = read_requirements(Path("c.txt"), use=Use.CONSTRAINTS, environ={})
    assert [str(one.requirement) for one in found.constraints] == ["click<9"]
    assert [str(one.requirement) for one in found.requirements] == ["flask"]
    assert found.index.no_index


def test_a_constraint_may_name_the_place_of_a_project() -> None:
    urls = "https://files.example/a.zip#sha384=", "git+https://git.example/b#egg=b"
    Path("c.txt").write_text(f"a @ {urls[0]}{'0' * 96} ; os_name == 'nt' --hash=sha256:{SHA256}\n{urls[1]}\nclick<9")
    found = read_requirements(Path("c.txt"), use=Use.CONSTRAINTS, environ={})
    assert [(one.name, one.origin, len(one.hashes)) for one in found.constraint_places] == [
        ("a", "c.txt:1", 2),
        ("b", "c.txt:2", 0),
    ]
    assert [str(one.requirement) for one in found.constraints] == ["click<9"]
    assert (found.references, found.hashed) == ((), True)


@pytest.mark.parametrize(
    ("text", "pre"),
    [("--all-releases=:all:", True), ("--pre\n--only-final=:all:", False), ("--only-final=:all:\n--pre", True)],
)
def test_the_last_word_on_pre_releases_counts(text: str, pre: bool) -> None:  # noqa: FBT001 - a table's column
    assert _read(text).pre is pre


def test_hashes_of_all_algorithms_that_pip_takes_stand_on_one_line() -> None:
    written = [f"sha256:{SHA256}", f"sha384:{'0' * 96}", f"sha512:{'1' * 128}"]
    [asked] = _read(" ".join(["flask", *(f"--hash={one}" for one in written)])).requirements
    assert list(map(str, sorted(asked.hashes))) == written
    assert _faults(f"flask --hash=sha384:{SHA256}") == [f"r.txt:1:7: {NO_HASH}"]


def test_a_feature_of_pip_is_noted_and_does_nothing() -> None:
    assert _read("--use-feature fast-deps").notes == ("r.txt:1: --use-feature fast-deps means nothing here",)


def test_files_from_the_web_are_fetched_where_that_can_be_done() -> None:
    web = {
        "https://me:secret@files.example/a/r.txt": "flask\n-r ../b.txt\n",
        "https://me:secret@files.example/b.txt": "==1",
    }
    Path("r.txt").write_text("-r https://me:secret@files.example/a/r.txt")
    with pytest.raises(
        FaultyText, match=r"^https://files\.example/b\.txt:1:1: expected the name of a project"
    ) as caught:
        read_requirements("r.txt", environ={}, fetch=lambda url: web[url].encode())
    assert "secret" not in caught.value.message


def test_a_circle_on_the_web_is_told() -> None:
    with pytest.raises(FaultyText, match=r"the file includes itself: https://files\.example/r\.txt -> "):
        read_requirements("https://files.example/r.txt", environ={}, fetch=lambda _: b"-r r.txt")


def test_a_file_from_the_web_reads_no_local_one() -> None:
    Path("local.txt").write_text("flask")
    here = Path("local.txt").resolve().as_uri()
    with pytest.raises(FaultyText, match="a file from the web includes no local one"):
        read_requirements("https://files.example/r.txt", environ={}, fetch=lambda _: f"-r {here}".encode())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("--extra-index-url https://evil.example/${TOKEN}/", "3:40: a file from the web is told no variable"),
        ("https://evil.example/${UNSET}/x.whl", "3:22: a file from the web is told no variable"),
        ("./x.whl", "3:1: a file from the web names no place on this machine"),
        ("x @ file:///x.whl", "3:5: a file from the web names no place on this machine"),
        ("-e git+file:///x", "3:4: a file from the web names no place on this machine"),
        ("-f file:///etc", "3:1: a file from the web names no place on this machine"),
        ("-f links", "3:1: a file from the web names no place on this machine"),
        ("-i company", "3:1: a file from the web names no place on this machine"),
        ("--extra-index-url file:///etc", "3:1: a file from the web names no place on this machine"),
        ("--no-require-hashes", "3:1: a file from the web does not say that files need no hash"),
        ("--trusted-host evil.example", "3:1: a file from the web does not say which hosts are trusted"),
    ],
)
@pytest.mark.parametrize("way", ["https://files.example/r.txt", "r.txt"])
def test_a_file_from_the_web_speaks_for_a_stranger(line: str, told: str, way: str) -> None:
    Path("r.txt").write_text("-r https://files.example/r.txt")
    Path("x.whl").touch()
    with pytest.raises(FaultyText) as caught:
        read_requirements(way, environ={"TOKEN": "secret"}, fetch=lambda _: f"# ${{TOKEN}}\n\n{line}".encode())
    [fault] = caught.value.faults
    assert str(fault).startswith(f"https://files.example/r.txt:{told}")


def test_a_file_from_the_web_may_name_indexes_and_places_of_the_web() -> None:
    text = b"-i https://index.example/simple/\n-f HTTPS://files.example/\nx @ https://files.example/x.whl"
    found = read_requirements("https://files.example/r.txt", environ={}, fetch=lambda _: text)
    assert found.index.index_url is not None
    assert [one.location for one in found.references] == ["https://files.example/x.whl"]


def test_a_file_that_is_included_many_times_is_read_once_for_each_use() -> None:
    asked = list[str]()

    def fetch(url: str) -> bytes:
        asked.append(url)
        number = int(url.rpartition("/")[2])
        return f"-r {number + 1}\n-r {number + 1}\n-c {number + 1}".encode() if number < 20 else b"flask"

    found = read_requirements("https://files.example/0", environ={}, fetch=fetch)
    assert len(asked) == 41
    assert (len(found.requirements), len(found.constraints)) == (1, 1)


def test_a_chain_of_files_has_an_end() -> None:
    with pytest.raises(FaultyText, match=r"/49:1:1: files include each other more than 50 deep"):
        read_requirements(
            "https://files.example/0", environ={}, fetch=lambda url: b"-r %d" % (int(url.rpartition("/")[2]) + 1)
        )


def test_files_that_are_included_have_an_end() -> None:
    def fetch(url: str) -> bytes:
        return b"" if "deep" in url else "\n".join(f"-r deep/{number}" for number in range(1001)).encode()

    with pytest.raises(FaultyText) as caught:
        read_requirements("https://files.example/r.txt", environ={}, fetch=fetch)
    assert [fault.problem for fault in caught.value.faults] == ["more than 1000 files are included"] * 2


@pytest.mark.parametrize(
    ("line", "written", "public"),
    [
        (
            "x @ https://${T}@h.example/${T}/x.whl ; python_version > '3'",
            "x @ https://h.example/${T}/x.whl ; python_version > '3'",
            "https://h.example/${T}/x.whl",
        ),
        (
            "https://me:${T}@h.example/x.whl?q=${T}#sha256=" + SHA256,
            "https://h.example/x.whl?d23834be#sha256=" + SHA256,
            "https://h.example/x.whl",
        ),
        ("${WEB}x.whl", "${WEB}x.whl", "${WEB}x.whl"),
        (
            "-e git+ssh://git@h.example/${T}.git@${T}#egg=x",
            "-e git+ssh://git@h.example/${T}.git@${T}#egg=x",
            "git+ssh://git@h.example/${T}.git@${T}",
        ),
        ("${HERE}/secret.whl[a]", "${HERE}/secret.whl[a]", "${HERE}/secret.whl"),
        ("FOLDER/${T}.whl", "${T}.whl", "${T}.whl"),
        ("x @ file://FOLDER/${T}.whl", "x @ ${T}.whl", "${T}.whl"),
        ("https://${UNSET}@h.example/x.whl?a", "https://h.example/x.whl?ca978112", "https://h.example/x.whl"),
    ],
)
def test_the_values_of_variables_are_not_told(line: str, written: str, public: str, folder: Path) -> None:
    (folder / "secret.whl").touch()
    environ = {"T": "secret", "WEB": "https://me:secret@h.example/secret/", "HERE": str(folder)}
    [found] = _read(line.replace("FOLDER", str(folder)), environ).references
    assert (found.written, found.public) == (written, public)
    assert "secret" in found.location or "UNSET" in line


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("https://h.example:${T}/x.whl", "not a URL: https://h.example:${T}/x.whl"),
        ("./${T}", "there is no file or folder ./${T}"),
        ("${T}://x", "nothing can be fetched by ${T}://x"),
        ("-r ${T}.txt", "${T}.txt cannot be read: no such file or directory"),
        ("-r https://h.example/${T}.txt", "https://h.example/${T}.txt is not fetched"),
    ],
)
def test_nor_are_they_in_messages(line: str, problem: str) -> None:
    with pytest.raises(FaultyText) as caught:
        _read(line, {"T": "secret"})
    assert [fault.problem for fault in caught.value.faults] == [problem]


def test_a_file_that_a_variable_named_is_called_by_it() -> None:
    web = {"https://h.example/secret/r.txt": b"-r b.txt", "https://h.example/secret/b.txt": b"==1"}
    Path("r.txt").write_text("-r https://me@h.example/${T}/r.txt")
    with pytest.raises(FaultyText) as caught:
        read_requirements("r.txt", environ={"T": "secret"}, fetch=lambda url: web[url.replace("me@", "")])
    assert caught.value.faults[0].origin == "https://h.example/${T}/b.txt:1"


@pytest.mark.parametrize("line", ["x @ {}", "{}", "-e git+{}", "-r {}", "x @ git+{}@v1", "-e {}"])
def test_nor_are_passwords_that_hold_a_slash(line: str) -> None:
    with pytest.raises(FaultyText) as caught:
        _read(line.format("https://me:s3cr/etpw@h.example/x.whl"))
    assert "s3cr" not in caught.value.message
    assert "etpw" not in caught.value.message
    assert line.startswith("-r") or "; in a user or a password / is written %2F" in caught.value.message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_byte_order_mark_tells_the_encoding(encoding: str, folder: Path) -> None:
    (folder / "r.txt").write_bytes("flask # \u00e9".encode(encoding))
    assert len(read_requirements("r.txt").requirements) == 1


def test_a_comment_tells_the_encoding(folder: Path) -> None:
    (folder / "r.txt").write_bytes(b"# -*- coding: latin-1 -*-\nflask # caf\xe9")
    assert len(read_requirements("r.txt").requirements) == 1


@pytest.mark.parametrize("encoding", ["none-such", "undefined", "idna", "punycode", "unicode_escape", "rot13", "hex"])
def test_what_is_no_encoding_of_text_is_told(encoding: str, folder: Path) -> None:
    (folder / "r.txt").write_bytes(f"# coding: {encoding}\nflask".encode())
    with pytest.raises(UsageError, match=rf"^r\.txt: no encoding '{encoding}' is known$"):
        read_requirements("r.txt")


def test_a_constraint_takes_no_extras() -> None:
    for text in ("flask[async]<4", "flask[async] @ https://files.example/x.whl"):
        assert _faults("-c c.txt", c=text) == ["c.txt:1:6: a constraint takes no extras"]
    editable = "-e flask @ git+https://git.example/x"
    assert _faults("-c c.txt", c=editable) == [f"c.txt:1:4: {NO_CONSTRAINT}"]


def test_a_circle_of_files_is_told_as_a_path() -> None:
    assert _faults("-r a.txt", a="-c b.txt", b="\n-r a.txt") == [
        "b.txt:2:1: the file includes itself: r.txt -> a.txt -> b.txt -> a.txt"
    ]


def test_all_faults_of_all_files_are_told_at_once() -> None:
    assert [fault.split(": ")[0] for fault in _faults("x y\n-r a.txt\nok\n--bad", a="==1\n-e none")] == [
        "r.txt:1:3",
        "a.txt:1:1",
        "a.txt:2:4",
        "r.txt:4:1",
    ]


def test_a_fault_shows_its_line_as_it_was_written() -> None:
    with pytest.raises(FaultyText) as caught:
        _read("--frobnicate ${TOKEN}", {"TOKEN": "secret"})
    assert caught.value.message.splitlines()[1:] == ["    --frobnicate ${TOKEN}", "    ^"]


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match=r"^none\.txt cannot be read: no such file"):
        read_requirements(Path("none.txt"))


def test_a_file_in_another_encoding_is_named_with_its_line(folder: Path) -> None:
    (folder / "r.txt").write_bytes(b"flask\n# caf\xe9\n")
    with pytest.raises(UsageError, match=r"^r\.txt:2: not UTF-8$"):
        read_requirements(Path("r.txt"))


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("tok=${T}", "r.txt:1:6: a lock records config settings, and a variable may hold a secret"),
        ('"tok=${T}"', "r.txt:1:6: a lock records config settings, and a variable may hold a secret"),
        ("${K}=1", "r.txt:1:6: a lock records config settings, and a variable may hold a secret"),
        ("tok=${SEVERAL}", "r.txt:1:6: a lock records config settings, and a variable may hold a secret"),
        ("u=https://me:secret@h.example/", "r.txt:1:6: it holds credentials"),
        ("a=b\u200b", "r.txt:1:6: it holds characters that cannot be printed"),
    ],
)
def test_a_setting_that_no_lock_may_record_is_refused(setting: str, told: str) -> None:
    environ = {"T": "secret", "K": "secret", "SEVERAL": "a -C k=secret"}
    with pytest.raises(FaultyText) as caught:
        _read(f"demo -C {setting}", environ)
    assert caught.value.message.startswith(told)
    assert "secret@" not in caught.value.message
    assert "k=secret" not in caught.value.message


def test_a_setting_may_hold_what_looks_like_a_variable_that_is_not_set() -> None:
    assert _read("demo -C 'a=${T}'").requirements[0].settings == (("a", "${T}"),)


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


_PIECES = [
    "-e ",
    "./",
    "@",
    "git+file:",
    "flask",
    " ",
    "\n",
    "\\\n",
    "-r r.txt",
    "--hash=",
    "-i",
    "--",
    "#",
    "'",
    '"',
    "\\",
    "${A}",
    ">=1",
    ";",
    "\0",
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | st.lists(st.sampled_from(_PIECES)).map("".join))
def test_no_text_brings_anything_but_our_own_errors(text: str) -> None:
    with suppress(UsageError):
        _read(text)


def test_what_variables_bring_into_urls_is_remembered_as_secret() -> None:
    environ = {name: name.lower() * 4 for name in ("MAIN", "EXTRA", "LINKS", "TRUSTED", "PLACE", "NAME", "FOLDER")}
    lines = (
        *("-i https://me:${NAME}@h.example/${MAIN}/", "--extra-index-url https://${EXTRA}/", "-f ${FOLDER}"),
        *("-f https://h.example/${LINKS}", "--trusted-host ${TRUSTED}", "a @ https://h.example/${PLACE}/a.zip"),
        "${NAME}==1",
    )
    found = _read("\n".join(lines), environ)
    secret = {name for name, value in environ.items() if found.secrets.are_in(f"https://h.example/{value}/")}
    assert secret == {"MAIN", "EXTRA", "LINKS", "TRUSTED", "PLACE"}


def test_a_variable_that_is_not_set_is_named_where_its_line_fails_and_else_noted() -> None:
    assert _faults("x @ ${FL}/x.whl") == ["r.txt:1:5: there is no file or folder ${FL}/x.whl; ${FL} is not set"]
    assert _faults("-r ${FL}/${B}.txt")[0].endswith("no such file or directory; ${FL}, ${B} are not set")
    assert _read("# ${FL}\n-f ${FL}").notes == ("r.txt:2: ${FL} is not set, and so it stays as it is written",)
    assert _read("-f ${FL}", {"FL": "links"}).notes == ()
