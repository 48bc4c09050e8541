"""A project says what it requires, and what is wrong with it, in its place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from wheelforge.errors import UsageError
from wheelforge.formats.lock_picks import Picks
from wheelforge.formats.project_inputs import read_project_inputs

if TYPE_CHECKING:
    from wheelforge.formats.dependency_walk import ProjectInputs

BUILT = "[build-system]\nrequires = []\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are as they are given, so the tests stand in the folder itself."""
    monkeypatch.chdir(tmp_path)


def write(text: str, path: str = "pyproject.toml") -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def read(text: str, picks: Picks | None = None) -> ProjectInputs:
    return read_project_inputs(write(text), picks or Picks())


def extras(*names: str) -> Picks:
    return Picks(extras=tuple(map(canonicalize_name, names)))


def groups(*names: str) -> Picks:
    return Picks(groups=tuple(map(canonicalize_name, names)))


def asked(found: ProjectInputs) -> list[str]:
    return [str(one.requirement) for one in found.requirements]


def places(found: ProjectInputs) -> list[str]:
    return [one.written for one in found.references]


PROJECT = (
    BUILT
    + """
[project]
name = "Some.App"
dependencies = ["flask>=3"]
requires-python = ">=3.11"
[project.optional-dependencies]
Web_Extra = ["jinja2"]
more = ["some-app[web-extra]; os_name == 'nt'", "click"]
[dependency-groups]
dev = ["pytest", {include-group = "Lint"}]
lint = ["ruff"]
docs = ["some-app[web-extra]"]
"""
)


def test_a_project_is_wanted_with_its_dependencies_and_its_default_group() -> None:
    found = read(PROJECT)
    assert [(str(one.requirement), one.origin) for one in found.requirements] == [
        ("flask>=3", "pyproject.toml [project]"),
        ("pytest", "pyproject.toml [dependency-groups] dev"),
        ("ruff", "pyproject.toml [dependency-groups] dev"),
    ]
    assert places(found) == ["."]
    assert found.references[0].name == "some-app"
    assert [f"{one.who} {one.specifier}" for one in found.requires_python] == ["some-app (pyproject.toml) >=3.11"]


@pytest.mark.parametrize(
    ("picks", "names", "written"),
    [
        (extras("web-extra"), ["flask>=3", "jinja2", "pytest", "ruff"], [".[web-extra]"]),
        (
            extras("more"),
            ["flask>=3", "click", 'jinja2; os_name == "nt"', "pytest", "ruff"],
            [".[more]"],
        ),
        (groups("lint"), ["flask>=3", "ruff", "pytest", "ruff"], ["."]),
        (groups("docs"), ["flask>=3", "jinja2", "pytest", "ruff"], [".", ".[web-extra]"]),
        (Picks(only_groups=(canonicalize_name("lint"),)), ["ruff"], []),
        (Picks(default_groups=False), ["flask>=3"], ["."]),
        (Picks(emit_project=False, default_groups=False), ["flask>=3"], []),
    ],
)
def test_parts_of_a_project_can_be_picked(picks: Picks, names: list[str], written: list[str]) -> None:
    found = read(PROJECT, picks)
    assert sorted(asked(found)) == sorted(names)
    assert places(found) == written


def test_all_extras_are_those_that_the_project_lists() -> None:
    [itself] = read(PROJECT, Picks(all_extras=True)).references
    assert itself.extras == ("more", "web-extra")


def test_a_project_without_a_build_system_is_a_list_of_requirements() -> None:
    found = read("[project]\nname = 'x'\ndependencies = ['flask']")
    assert (asked(found), places(found)) == (["flask"], [])
    assert found.notes == ("pyproject.toml: no build system, so x itself is not collected",)
    assert places(read("[project]\nname = 'x'\n[tool.uv]\npackage = true")) == ["."]


def test_what_a_build_backend_alone_knows_is_left_to_the_project_itself() -> None:
    text = f"{BUILT}[project]\nname = 'x'\ndynamic = ['dependencies', 'optional-dependencies']"
    assert places(read(text, extras("any"))) == [".[any]"]
    assert places(read(BUILT)) == ["."]
    with pytest.raises(UsageError, match="only the build backend knows what the project requires"):
        read(text, Picks(emit_project=False))


def test_uv_names_default_groups_constraints_and_overrides() -> None:
    found = read(
        """
        [dependency-groups]
        a = ["click"]
        dev = ["pytest"]
        [tool.uv]
        default-groups = ["a"]
        dev-dependencies = ["tox"]
        constraint-dependencies = ["idna<4"]
        override-dependencies = ["click>8"]
        build-constraint-dependencies = ["setuptools<80"]
        """,
    )
    assert asked(found) == ["click"]
    lists = (found.constraints, found.overrides, found.build_constraints)
    assert [str(one.requirement) for entries in lists for one in entries] == ["idna<4", "click>8", "setuptools<80"]


def test_groups_of_uv_from_before_there_were_groups_are_dev() -> None:
    assert asked(read("[tool.uv]\ndev-dependencies = ['tox']")) == ["tox"]
    assert asked(read("[dependency-groups]\na = ['x']\n[tool.uv]\ndefault-groups = 'all'")) == ["x"]


WORKSPACE = f"""{BUILT}
[project]
name = "root"
dependencies = ["a", "click"]
[tool.uv.workspace]
members = ["libs/*", "gone/*"]
exclude = ["libs/not*"]
[tool.uv.sources]
vendored = {{path = "vendor/v"}}
"""


@pytest.fixture
def workspace() -> Path:
    write(
        f"{BUILT}[project]\nname = 'a'\ndependencies = ['b[x]; os_name == \"nt\"', 'vendored']", "libs/a/pyproject.toml"
    )
    write(f"{BUILT}[project]\nname = 'b'\noptional-dependencies = {{x = ['a', 'rich']}}", "libs/b/pyproject.toml")
    write("[project]\nname = 'a'", "libs/not-this/pyproject.toml")
    write("", "libs/.hidden/pyproject.toml")
    write("", "libs/README.md")
    write("", "vendor/v/setup.py")
    return write(WORKSPACE)


def test_members_are_taken_from_their_folders_and_bring_those_that_they_require(workspace: Path) -> None:
    found = read_project_inputs(workspace, Picks())
    assert asked(found) == ["click"]
    assert [(one.name, one.written, str(one.marker)) for one in found.references] == [
        ("root", ".", "None"),
        ("a", "a @ libs/a", "None"),
        ("b", 'b[x] @ libs/b ; os_name == "nt"', 'os_name == "nt"'),
        ("vendored", "vendored @ vendor/v", "None"),
    ]


@pytest.mark.usefixtures("workspace")
def test_a_member_finds_its_workspace_above_it() -> None:
    found = read_project_inputs(Path("libs/b/pyproject.toml"), extras("x"))
    assert asked(found) == ["rich"]
    assert {one.name for one in found.references} == {"a", "b", "vendored"}


def test_members_can_be_picked_from_the_root(workspace: Path) -> None:
    everything = read_project_inputs(workspace, Picks(all_packages=True))
    assert places(everything)[:3] == ["libs/a", "libs/b", "."]
    one = read_project_inputs(workspace, Picks(package=canonicalize_name("B")))
    assert places(one) == ["libs/b"]
    with pytest.raises(UsageError, match="no member 'c'"):
        read_project_inputs(workspace, Picks(package=canonicalize_name("c")))


def test_the_root_of_a_workspace_need_be_no_project() -> None:
    write("[project]\nname = 'a'\ndependencies = ['click']", "libs/a/pyproject.toml")
    text = "[tool.uv.workspace]\nmembers = ['.', '', 'libs/a']"
    assert read(text).notes == ("pyproject.toml: the root of a workspace only; --all-packages takes its members",)
    assert asked(read(text, Picks(all_packages=True))) == ["click"]


def test_a_member_without_a_build_system_is_a_package_where_another_one_requires_it() -> None:
    write("[project]\nname = 'a'", "libs/a/pyproject.toml")
    write("[project]\nname = 'b'", "libs/b/pyproject.toml")
    head = "[project]\nname = 'root'\ndependencies = ['a']\n[tool.uv.sources]\na = {workspace = true}\n"
    found = read(f"{head}[tool.uv.workspace]\nmembers = ['libs/*']", Picks(all_packages=True))
    assert places(found) == ["a @ libs/a"]
    assert found.notes == (
        "libs/b/pyproject.toml: no build system, so b itself is not collected",
        "pyproject.toml: no build system, so root itself is not collected",
    )


def test_two_members_of_one_name_are_told(workspace: Path) -> None:
    write("[project]\nname = 'A'", "libs/again/pyproject.toml")
    with pytest.raises(UsageError, match="two members of a workspace are named a: "):
        read_project_inputs(workspace, Picks())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[project]\nname = "x\n', r"pyproject\.toml:2:\d+: not TOML: "),
        ("[project", r"pyproject\.toml:1:\d+: not TOML: "),
        ("[project]\nname = 'x'\ndependencies = 'leaf'", r"project\.dependencies: expected array, got str"),
        ("[project]\nversion = '1'", "project: object missing required field name"),
        ("[project]\nname = 'x y'", "name is invalid: 'x y'"),
        (
            "[project]\nname = 'x'\noptional-dependencies = {a-b = [], a_b = []}",
            "the extra 'a-b' stands twice",
        ),
        ("[project]\nname = 'x'\nrequires-python = 'new'", "requires-python: 'new' is no version specifier"),
        ("[dependency-groups]\ndev = [{include-group = 'dev'}]", "cyclic dependency group include"),
        ("[dependency-groups]\ndev = [{include-group = 'test'}]", "dependency group 'test' not found"),
        ("[dependency-groups]\ndev = ['lib >=>1']", r"pyproject\.toml:2:13: expected a version specifier"),
        ("[dependency-groups]\ndev = [{path = 'x'}]", "invalid dependency group item"),
        ("[dependency-groups]\ndev = []\nDev = []", "dev"),
        ("[tool.uv]\ndefault-groups = ['test']", "no group 'test'"),
        ("[tool.uv]\ndefault-groups = 'test'", "expected a list or 'all', got 'test'"),
        ("[tool.uv]\nconstraint-dependencies = ['./x']", r"pyproject\.toml:2:29: only a project"),
        ("[project]\nname = 'x'\n[tool.uv.workspace]\nmembers = ['/*']", "'/\\*' matches no folder below it"),
    ],
)
def test_what_is_wrong_is_told_in_its_place(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read(text)


@pytest.mark.parametrize(
    ("picks", "message", "hint"),
    [
        (extras("web-extro"), "pyproject.toml: no extra 'web-extro'", "did you mean web-extra?"),
        (groups("zz"), "pyproject.toml: no group 'zz'", "groups there are: dev, docs, lint"),
        (Picks(only_groups=(canonicalize_name("doc"),)), "pyproject.toml: no group 'doc'", "did you mean docs?"),
        (
            Picks(all_packages=True),
            "pyproject.toml belongs to no workspace",
            "leave out --all-packages",
        ),
    ],
)
def test_what_is_not_there_is_named_with_what_is(picks: Picks, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(PROJECT, picks)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_broken_project_above_is_no_affair_of_this_one() -> None:
    write("[project", "pyproject.toml")
    file = write("[project]\nname = 'x'\ndependencies = ['flask']", "inner/pyproject.toml")
    assert asked(read_project_inputs(file, Picks())) == ["flask"]
