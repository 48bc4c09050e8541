"""From what was typed to the inputs of a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from wheelforge.cli.options import Asking, Choosing
from wheelforge.cli.request import Extent, read_request
from wheelforge.errors import UsageError
from wheelforge.formats.fault import FaultyText
from wheelforge.formats.requirements_file import IndexOptions, Written
from wheelforge.model.digest import sha256
from wheelforge.model.inputs import Formats, Inputs, Prefer, Resolution

DEFAULT = Choosing()
HASH = f"--hash=sha256:{'a' * 64}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(name: str, *lines: str) -> str:
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join((*lines, "")))
    return name


def asking(*requirements: str, files: tuple[str, ...] = ()) -> Asking:
    return Asking(requirements=requirements, requirement_files=files)


def read(asked: Asking, choosing: Choosing = DEFAULT, closure: Extent = Extent.RUNTIME) -> Inputs:
    return read_request(asked, choosing, closure).inputs


def texts(inputs: Inputs) -> list[tuple[str, str]]:
    return [(str(asked.requirement), asked.origin) for asked in inputs.requirements]


def test_requirements_keep_their_order_and_who_wrote_them_down() -> None:
    file = written("some.txt", "lib", "", "leaf>=1  # why not")
    assert texts(read(asking("app", files=(file,)))) == [
        ("app", "the command line"),
        ("lib", "some.txt:1"),
        ("leaf>=1", "some.txt:3"),
    ]


def test_constraints_come_from_their_own_files_and_from_requirement_files() -> None:
    limits, builds = written("limits.txt", "leaf<2"), written("builds.txt", "tool<3")
    file = written("some.txt", "lib", "-c limits.txt")
    inputs = read(replace(asking(files=(file,)), constraint_files=(limits,), build_constraint_files=(builds,)))
    assert [(str(one.requirement), one.origin) for one in inputs.constraints] == [("leaf<2", "limits.txt:1")] * 2
    assert [str(one.requirement) for one in inputs.build_constraints] == ["tool<3"]


def test_places_bind_what_is_shipped_and_neither_builds_nor_overrides() -> None:
    limits = written("limits.txt", "leaf @ https://files.example/leaf.zip")
    inputs = read(replace(asking("leaf"), constraint_files=(limits,)))
    assert [(str(one.name), one.origin) for one in inputs.constraint_places] == [("leaf", "limits.txt:1")]
    nested = written("nested.txt", "-c limits.txt")
    for file in (limits, nested):
        with pytest.raises(UsageError, match=r"not places:\n  leaf @ https://files\.example/leaf\.zip \(limits\.txt:1"):
            read(replace(asking("leaf"), build_constraint_files=(file,)))
    with pytest.raises(UsageError, match="not places"):
        read(asking("leaf"), replace(DEFAULT, override_files=(nested,)))


def test_nothing_asked_for_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"^nothing to collect$"):
        read(asking(files=(written("empty.txt", "# nothing"),)))
    with pytest.raises(UsageError, match=r"^nothing to collect$"):
        read(asking())


def test_nothing_named_means_what_stands_here() -> None:
    written("pyproject.toml", "[project]", "name = 'x'", "dependencies = ['leaf']")
    request = read_request(asking(), DEFAULT, Extent.RUNTIME)
    assert texts(request.inputs) == [("leaf", "pyproject.toml [project]")]
    assert request.notes[0] == "nothing was named, so pyproject.toml is taken"
    assert texts(read(asking("lib"))) == [("lib", "the command line")]


def test_a_project_that_asks_for_nothing_says_why() -> None:
    written("pyproject.toml", "[project]", "name = 'x'")
    with pytest.raises(UsageError, match=r"(?s)^nothing to collect\n.*no build system, so x itself is not collected$"):
        read(asking())


def test_what_only_poetry_knows_is_told() -> None:
    written("pyproject.toml", "[tool.poetry.dependencies]", "leaf = '^1'")
    with pytest.raises(UsageError, match=r"the dependencies of \[tool\.poetry\] are not read"):
        read(asking())


def test_places_are_references() -> None:
    written("project/setup.py")
    file = written("some.txt", "git+https://git.example/x", "-e project")
    inputs = read(replace(asking("./project", "leaf", files=(file,)), editables=("git+https://git.example/y",)))
    assert [(one.written, one.origin) for one in inputs.references] == [
        ("./project", "the command line"),
        ("-e git+https://git.example/y", "the command line"),
        ("git+https://git.example/x", "some.txt:1"),
        ("-e project", "some.txt:2"),
    ]
    assert texts(inputs) == [("leaf", "the command line")]


def test_all_faults_of_the_command_line_are_told_at_once() -> None:
    with pytest.raises(FaultyText) as caught:
        read(replace(asking("x y", "leaf", "./none"), editables=("none",)))
    assert [fault.text for fault in caught.value.faults] == ["x y", "./none", "none"]


def test_a_file_that_stands_for_a_requirement_is_told() -> None:
    with pytest.raises(UsageError, match=r"^some\.txt is a file") as caught:
        read(asking(written("some.txt", "leaf")))
    assert caught.value.hint == "-r some.txt"


def test_a_project_brings_pins_pythons_and_rules_of_its_own() -> None:
    file = written(
        "pyproject.toml",
        "[project]",
        "name = 'x'",
        "requires-python = '>=3.11'",
        "dependencies = ['leaf', 'lib']",
        "[tool.uv]",
        "override-dependencies = ['lib<2']",
        "[tool.uv.sources]",
        "leaf = [{index = 'one', marker = \"os_name == 'nt'\"}, {index = 'two', marker = \"os_name != 'nt'\"}]",
    )
    request = read_request(asking(files=(file,)), DEFAULT, Extent.RUNTIME)
    assert [str(pin) for pin in request.inputs.index_pins] == ['leaf=one; os_name == "nt"', 'leaf=two; os_name != "nt"']
    assert [str(one.requirement) for one in request.inputs.overrides] == ["lib<2"]
    assert [str(one.specifier) for one in request.requires_python] == [">=3.11"]


def test_a_project_cannot_come_from_two_indexes_at_once() -> None:
    sources = "leaf = [{index = 'one', marker = \"os_name == 'nt'\"}, {index = 'two'}]"
    lines = ("[project]", "name = 'x'", "dependencies = ['leaf']", "[tool.uv.sources]", sources)
    with pytest.raises(
        UsageError,
        match=r"^leaf is taken from two indexes: leaf=two \(pyproject\.toml \[tool\.uv\.sources\]\) and leaf=one; ",
    ):
        read(asking(files=(written("pyproject.toml", *lines),)))


def test_a_script_is_an_input() -> None:
    file = written("tool.py", "# /// script", "# dependencies = ['leaf']", "# ///")
    assert texts(read(asking(files=(file,)))) == [("leaf", "tool.py")]


def test_a_lock_is_an_input() -> None:
    lock = written("pylock.toml", "lock-version = '1.0'", "created-by = 'test'", "packages = []")
    inputs = read(asking(files=(lock,)))
    assert [one.origin for one in inputs.locks] == ["pylock.toml"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"extras": ("a",)}, "--extra: there is no project to pick from"),
        ({"groups": ("a",), "package": "x"}, "--group, --package: there is no project to pick from"),
        ({"all_extras": True}, "--all-extras: there is no project to pick from"),
        ({"only_groups": ("a",), "requirement_files": ("pylock.toml",)}, "the lock has no group a"),
    ],
)
def test_what_picks_from_nothing_is_told(change: dict[str, Any], words: str) -> None:
    written("pylock.toml", "lock-version = '1.0'", "created-by = 'test'", "packages = []")
    with pytest.raises(UsageError, match=words):
        read(replace(asking("leaf"), **change))


def test_overrides_come_from_their_own_files_and_count_their_options_for_nothing() -> None:
    files = (written("over.txt", "leaf==1", "-i https://index.example/simple/"),)
    request = read_request(asking("leaf"), replace(DEFAULT, override_files=files), Extent.RUNTIME)
    assert [str(one.requirement) for one in request.inputs.overrides] == ["leaf==1"]
    assert request.index == IndexOptions()
    assert request.warnings == ("over.txt: its options count for nothing here",)
    with pytest.raises(UsageError, match=r"not places:\n  git\+https://git\.example/x"):
        read(asking("leaf"), replace(DEFAULT, override_files=(written("o.txt", "git+https://git.example/x"),)))


@pytest.mark.parametrize("name", ["pyproject.toml", "pylock.toml", "uv.lock", "tool.py"])
def test_constraints_and_overrides_come_as_lists(name: str) -> None:
    with pytest.raises(UsageError, match=f"{name} is no requirement file"):
        read(replace(asking("leaf"), constraint_files=(name,)))
    with pytest.raises(UsageError, match=f"{name} is no requirement file"):
        read(asking("leaf"), replace(DEFAULT, override_files=(name,)))


def test_the_options_of_a_constraint_file_count() -> None:
    limits = written("limits.txt", "leaf<2", "--no-binary leaf", "--pre", "-f links", "-r more.txt")
    written("more.txt", "lib")
    request = read_request(replace(asking("leaf"), constraint_files=(limits,)), DEFAULT, Extent.RUNTIME)
    assert request.inputs.formats.no_binary == {"leaf"}
    assert request.inputs.allow_prereleases
    assert [one.value for one in request.index.find_links] == ["links"]
    assert texts(request.inputs) == [("leaf", "the command line"), ("lib", "more.txt:1")]


def test_rules_are_handed_on() -> None:
    choosing = replace(
        DEFAULT, resolution="lowest", uploaded_prior_to="2025-03-01T00:00:00Z", with_fallback=True, align=True
    )
    inputs = read(asking("leaf"), choosing)
    assert inputs.resolution is Resolution.LOWEST
    assert inputs.uploaded_prior_to == datetime(2025, 3, 1, tzinfo=UTC)
    assert (inputs.with_fallback, inputs.align) == (True, True)


def test_settings_of_one_requirement_are_kept_with_it() -> None:
    inputs = read(asking(files=(written("r.txt", "leaf -C k=v -C k=w", "other"),)), closure=Extent.BUILDS)
    assert [one.settings for one in inputs.requirements] == [(("k", "v"), ("k", "w")), ()]


def test_settings_of_the_command_line_are_for_what_is_named_there() -> None:
    files = (written("r.txt", "other"),)
    written("setup.py")
    inputs = read(replace(asking("leaf", files=files), editables=(".",), config_settings=("k=v=w", "k=x")))
    assert [one.settings for one in inputs.requirements] == [(("k", "v=w"), ("k", "x")), ()]
    assert [one.settings for one in inputs.references] == [(("k", "v=w"), ("k", "x"))]


def test_settings_are_for_the_project_where_nothing_is_named() -> None:
    table = ["[project]", 'name = "app"', 'version = "1"', 'dependencies = ["leaf"]', "[build-system]", "requires = []"]
    inputs = read(replace(asking(files=(written("pyproject.toml", *table),)), config_settings=("k=v",)))
    assert [one.settings for one in inputs.references] == [(("k", "v"),)]
    assert [one.settings for one in inputs.requirements] == [()] * len(inputs.requirements)


def test_settings_for_nothing_or_without_a_value_are_faults() -> None:
    files = (written("r.txt", "other"),)
    with pytest.raises(UsageError, match="are for what is named on the command line, and nothing is"):
        read(replace(asking(files=files), config_settings=("k=v",)))
    with pytest.raises(UsageError, match="expected KEY=VALUE"):
        read(replace(asking("leaf"), config_settings=("k",)))


def test_pips_word_for_wheels_first() -> None:
    assert read(asking("leaf"), replace(DEFAULT, prefer_binary=True), Extent.BUILDS).formats.prefer is Prefer.WHEEL
    files = (written("r.txt", "leaf", "--prefer-binary"),)
    assert read(asking(files=files), closure=Extent.BUILDS).formats.prefer is Prefer.WHEEL
    choosing = replace(DEFAULT, prefer="source")
    assert read(asking(files=files), choosing, Extent.BUILDS).formats.prefer is Prefer.SOURCE
    with pytest.raises(UsageError, match="exclude each other"):
        read(asking("leaf"), replace(choosing, prefer_binary=True))


@pytest.mark.parametrize(
    ("prefer", "closure", "preferred"),
    [
        (None, Extent.RUNTIME, Prefer.WHEEL),
        (None, Extent.BUILDS, Prefer.SOURCE),
        ("wheel", Extent.BUILDS, Prefer.WHEEL),
        ("source", Extent.RUNTIME, Prefer.SOURCE),
    ],
)
def test_source_comes_first_where_builds_are_collected(prefer: str | None, closure: Extent, preferred: Prefer) -> None:
    inputs = read(asking("app"), replace(DEFAULT, prefer=prefer), closure)
    assert (inputs.formats.prefer, inputs.build_deps) == (preferred, closure is Extent.BUILDS)


@pytest.mark.parametrize(
    ("first", "second", "choosing", "formats"),
    [
        pytest.param(
            "--only-binary lib", "--no-binary lib", DEFAULT, Formats(no_binary=frozenset({"lib"})), id="the last file"
        ),
        pytest.param(
            "--no-binary lib", "--only-binary :all:", DEFAULT, Formats(only_binary=frozenset({":all:"})), id=":all:"
        ),
        pytest.param(
            "--no-binary lib",
            "--no-binary leaf",
            replace(DEFAULT, only_binary=("Lib",)),
            Formats(no_binary=frozenset({"leaf"}), only_binary=frozenset({"lib"})),
            id="the command line",
        ),
    ],
)
def test_the_last_word_on_a_format_counts(first: str, second: str, choosing: Choosing, formats: Formats) -> None:
    files = (written("first.txt", "lib", first), written("second.txt", second))
    assert read(asking(files=files), choosing).formats == formats


def test_a_file_may_ask_for_pre_releases_and_name_the_index() -> None:
    files = (
        written("first.txt", "leaf", "--pre", "-i https://index.example/first/"),
        written("second.txt", "--index-url https://index.example/second/"),
    )
    request = read_request(asking(files=files), DEFAULT, Extent.RUNTIME)
    assert request.inputs.allow_prereleases
    assert request.index.index_url == Written(value="https://index.example/second/", origin="second.txt:1")


def test_one_hash_turns_on_that_all_must_have_one() -> None:
    hashed = written("hashed.txt", f"leaf==2.0 {HASH}")
    inputs = read(asking(files=(hashed,)))
    assert inputs.require_hashes
    assert inputs.requirements[0].hashes == {sha256("a" * 64)}
    with pytest.raises(UsageError, match=r"these have none:\n  lib \(the command line\)$"):
        read(asking("lib", files=(hashed,)))


def test_what_has_a_hash_of_its_own_can_be_checked() -> None:
    url = "https://files.example/x.zip"
    hashed = written("hashed.txt", f"leaf==2.0 {HASH}", f"{url}#sha256={'b' * 64}", f"a @ {url} {HASH}")
    assert [one.hashes for one in read(asking(files=(hashed,))).references] == [{sha256("b" * 64)}, {sha256("a" * 64)}]
    with pytest.raises(UsageError, match=rf"these have none:\n  {url} \(the command line\)$"):
        read(asking(url, files=(hashed,)))


@pytest.mark.parametrize("place", ["git+https://git.example/x", "./project"])
def test_repositories_and_folders_have_no_hash(place: str) -> None:
    written("project/setup.py")
    with pytest.raises(UsageError, match="repositories and folders have none"):
        read(asking(place), replace(DEFAULT, require_hashes=True))


def test_a_hash_in_a_url_does_not_ask_for_others() -> None:
    assert not read(asking("leaf", f"https://files.example/x.zip#sha256={'b' * 64}")).require_hashes


def test_hashes_can_be_left_to_those_that_have_one() -> None:
    file = written("r.txt", f"leaf==2.0 {HASH}", "lib", "--no-require-hashes")
    assert not read(asking(files=(file,))).require_hashes
    with pytest.raises(UsageError, match="exclude each other"):
        read(asking(files=(file,)), replace(DEFAULT, require_hashes=True))


def test_hashes_can_be_asked_for_where_there_are_none() -> None:
    with pytest.raises(UsageError, match="hashes are required"):
        read(asking("leaf"), replace(DEFAULT, require_hashes=True))


def test_how_long_ago_files_may_be_uploaded_is_kept_as_it_was_asked() -> None:
    inputs = read_request(asking("leaf"), replace(DEFAULT, uploaded_prior_to="P3D"), Extent.RUNTIME).inputs
    assert inputs.uploaded_prior_to is not None
    assert inputs.uploaded_prior_to_written == "P3D"


def test_seeds_are_normalised() -> None:
    assert read(asking("app"), replace(DEFAULT, seeds=("Some_Name",))).seeds == {"some-name"}


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml", "dev.in", "uv.lock"])
def test_a_name_like_a_file_that_is_not_there_is_no_project(name: str) -> None:
    with pytest.raises(UsageError, match=f"^there is no file {name}$") as caught:
        read(asking(name))
    assert caught.value.hint is not None
    assert "-r FILE" in caught.value.hint
    with pytest.raises(UsageError, match=f"^{name} is a file, and stands where a requirement is expected$"):
        read(asking(written(name, "x")))
    assert texts(read(asking("discord.py"))) == [("discord.py", "the command line")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[project", "vv/pyproject.toml:1:9: not TOML: "),
        ("[project]\ndependencies = ['a b']", "vv/pyproject.toml:2:20: expected a version specifier"),
        ("[project.optional-dependencies]\nx = ['a>=']", "vv/pyproject.toml:2:8: expected a version specifier"),
        ("[build-system]\nrequires = ['!']", "vv/pyproject.toml:2:14: expected the name of a project"),
    ],
)
def test_what_is_wrong_with_a_folder_that_is_named_is_told_in_its_place(text: str, said: str) -> None:
    written("vv/pyproject.toml", text)
    with pytest.raises(FaultyText) as caught:
        read(asking("./vv"))
    assert caught.value.message.startswith(said)


def test_of_a_folder_only_what_standards_know_is_looked_at() -> None:
    head = "[project]\ndependencies = ['x @ {root:uri}/x', 1]\noptional-dependencies = 1\n"
    written("vv/pyproject.toml", f"{head}[tool.uv]\nsources = 1\n[build-system]\nrequires = 'x'")
    assert len(read(asking("./vv")).references) == 1


@pytest.mark.parametrize("place", ["http://u:sesame@[bad/x.txt", "htp://u:sesame@x/c.txt", "https:///c.txt"])
def test_a_file_at_what_is_no_url_is_told_without_its_password(place: str) -> None:
    for asked in (asking(files=(place,)), replace(asking("x"), constraint_files=(place,))):
        with pytest.raises(UsageError, match="is neither a path nor the URL of a web server") as caught:
            read_request(asked, DEFAULT, Extent.RUNTIME, fetch=lambda _: b"")
        assert "sesame" not in caught.value.message
