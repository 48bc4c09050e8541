"""``uv.lock`` as an input, as uv 0.13.9 has written it, and bent ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tomli_w
from packaging.utils import canonicalize_name
from packaging.version import Version

from fakes import make_target
from wheelforge.errors import IntegrityError, ResolutionError, UsageError
from wheelforge.formats.lock_input import Picks, read_lock_input
from wheelforge.model.digest import sha256

if TYPE_CHECKING:
    from collections.abc import Callable

    from wheelforge.model.inputs import LockedSet

SAMPLES = Path(__file__).parent / "samples"
LINUX = make_target("3.12.1", ["manylinux_2_28_x86_64"])
WINDOWS = make_target(
    "3.10.4", ["win_amd64"], sys_platform="win32", os_name="nt", platform_system="Windows", platform_machine="AMD64"
)
MAC = make_target("3.12.1", ["macosx_14_0_arm64"], sys_platform="darwin", platform_system="Darwin")
FLASK = {
    "blinker==1.9.0",
    "click==8.5.1",
    "flask==3.1.3",
    "itsdangerous==2.2.0",
    "jinja2==3.1.6",
    "markupsafe==3.0.4",
    "werkzeug==3.1.9",
}
COMMIT = "49bf86aebb90cc208c748098467546453f41b7f5"

INDEX = {"registry": "https://index.example/simple"}
WHEEL = {"url": "https://files.example/lib-1.0-py3-none-any.whl", "hash": "sha256:" + "ab" * 32, "size": 7}
LIB = {"name": "lib", "version": "1.0", "source": INDEX, "wheels": [WHEEL]}
ROOT = {"name": "app", "version": "0.1", "source": {"virtual": "."}}
APP = {**ROOT, "dependencies": [{"name": "lib"}]}


def picks(extras: str = "", groups: str = "", package: str = "", only_groups: str = "", **more: bool) -> Picks:
    return Picks(
        extras=tuple(map(canonicalize_name, extras.split())),
        groups=tuple(map(canonicalize_name, groups.split())),
        package=canonicalize_name(package) if package else None,
        only_groups=tuple(map(canonicalize_name, only_groups.split())),
        **more,
    )


def pins(taken: LockedSet) -> set[str]:
    assert [asked.requirement.name for asked in taken.requirements] == list(taken.projects)
    return {str(asked.requirement) for asked in taken.requirements}


def read(name: str, chosen: Picks | None = None) -> LockedSet:
    return read_lock_input(SAMPLES / name, chosen).select(LINUX)


@pytest.fixture
def lock(tmp_path: Path) -> Callable[..., LockedSet]:
    """What a lock of these packages holds for Linux; further keys are those of its head."""

    def take(*packages: dict[str, Any], chosen: Picks | None = None, **head: Any) -> LockedSet:  # noqa: ANN401 - TOML
        keys = {key.replace("_", "-"): value for key, value in head.items()}
        path = tmp_path / "uv.lock"
        path.write_text(tomli_w.dumps({"version": 1, **keys, "package": list(packages)}))
        return read_lock_input(path, chosen, origin="uv.lock").select(LINUX)

    return take


def test_a_project_is_walked_with_its_default_groups() -> None:
    app = read_lock_input(SAMPLES / "app" / "uv.lock")
    assert pins(app.select(LINUX)) == FLASK | {"iniconfig==2.3.1"}
    assert pins(app.select(WINDOWS)) == FLASK | {"iniconfig==2.3.1", "tomli==2.5.0", "colorama==0.4.6"}


def test_extras_and_groups_are_those_that_are_picked() -> None:
    app = read_lock_input(SAMPLES / "app" / "uv.lock", picks(extras="fast", groups="docs", default_groups=False))
    both = (FLASK - {"flask==3.1.3"}) | {"flask[async]==3.1.3", "typing-extensions==4.16.0"}
    assert pins(app.select(LINUX)) == both | {"asgiref==3.13.0"}
    assert pins(app.select(WINDOWS)) == both | {"asgiref==3.12.1", "colorama==0.4.6"}


def test_all_extras_and_only_some_groups_can_be_picked() -> None:
    app = SAMPLES / "app" / "uv.lock"
    every = read_lock_input(app, picks(all_extras=True, default_groups=False))
    assert every.picks == ("extras=fast",)
    assert every.select(LINUX) == read_lock_input(app, picks(extras="fast", default_groups=False)).select(LINUX)
    only = read_lock_input(app, picks(only_groups="dev", all_extras=True))
    assert only.picks == ("groups=dev", "only-groups")
    assert pins(only.select(LINUX)) == {"iniconfig==2.3.1"}


def test_only_a_group_leaves_out_the_project_and_what_conflicts_with_it(lock: Callable[..., LockedSet]) -> None:
    only = picks(only_groups="dev")
    edge = {"name": "lib", "marker": "extra != 'project-3-app'"}
    app = {**APP, "source": {"editable": "."}, "dev-dependencies": {"dev": [edge]}}
    conflicts = [[{"package": "app"}, {"package": "app", "group": "dev"}]]
    with pytest.raises(UsageError, match="cannot be had together"):
        lock(app, LIB, conflicts=conflicts)
    taken = lock(app, LIB, chosen=only, conflicts=conflicts)
    assert (pins(taken), taken.references) == ({"lib==1.0"}, ())
    manifest = {"requirements": [{"name": "lib"}], "dependency-groups": {"dev": []}}
    assert pins(lock({**ROOT, "dev-dependencies": {"dev": []}}, LIB, chosen=only, manifest=manifest)) == set()


def test_what_is_picked_is_told_with_the_groups_that_the_project_takes_by_default(
    lock: Callable[..., LockedSet], tmp_path: Path
) -> None:
    lock({**APP, "dev-dependencies": {"dev": [], "docs": []}}, LIB)

    def told(chosen: Picks | None = None) -> tuple[str, ...]:
        return read_lock_input(tmp_path / "uv.lock", chosen).picks

    assert told() == ("groups=dev",)
    (tmp_path / "pyproject.toml").write_text("[tool.uv]\ndefault-groups = 'all'\n")
    assert told() == ("groups=dev,docs",)
    assert told(picks(package="app", default_groups=False)) == ("package=app",)
    assert told(picks(all_packages=True, emit_project=False)) == ("groups=dev,docs", "all-packages", "no-project")


def test_the_default_groups_are_those_of_the_project_beside_the_lock(
    lock: Callable[..., LockedSet], tmp_path: Path
) -> None:
    project = {**APP, "dependencies": [], "dev-dependencies": {"docs": [{"name": "lib"}], "dev": []}}
    assert pins(lock(project, LIB)) == set()
    for written in ('["Docs", "gone"]', '"all"'):
        (tmp_path / "pyproject.toml").write_text(f"[tool.uv]\ndefault-groups = {written}\n")
        assert pins(lock(project, LIB)) == {"lib==1.0"}
    (tmp_path / "pyproject.toml").write_text("[tool.uv]\ndefault-groups = 'docs'\n")
    with pytest.raises(UsageError, match="default-groups: expected a list or 'all', got 'docs'"):
        lock(project, LIB)


@pytest.mark.parametrize("told", ["0001-01-01T00:00:00+23:59", "\x1b[31m"])
def test_an_upload_time_that_is_no_moment_is_none(lock: Callable[..., LockedSet], told: str) -> None:
    taken = lock(APP, {**LIB, "wheels": [{**WHEEL, "upload-time": told}]})
    [[wheel]] = taken.projects[canonicalize_name("lib")].releases.values()
    assert wheel.upload_time is None


def test_a_file_is_told_as_an_index_would_tell_it() -> None:
    project = read("app/uv.lock").projects[canonicalize_name("click")]
    sdist, wheel = project.releases[Version("8.5.1")]
    assert (sdist.filename, sdist.size, sdist.index) == ("click-8.5.1.tar.gz", 399151, "index.example")
    assert sdist.sha256 == "9bbfada76703fd1d784b83eea012e3e8c6a001a876543ef104fa56aaaeb072b4"
    assert sdist.upload_time == "2026-11-06T17:37:01Z"
    assert wheel.url.startswith("https://files.index.example/")
    assert LINUX.rank(wheel.tags) is not None


def test_a_workspace_has_folders_repositories_and_archives() -> None:
    taken = read("workspace/uv.lock")
    home = SAMPLES / "workspace"
    assert pins(taken) == {
        "blinker==1.9.0",
        "click==8.5.1",
        "iniconfig==2.3.1",
        "itsdangerous==2.2.0",
        "packaging==26.3",
    }
    core, greet, six, tomli, web = taken.references
    assert (core.location, core.extras, core.editable) == ((home / "packages/core").as_uri(), ("fast",), True)
    assert (greet.location, greet.subdirectory) == (f"git+https://git.example/greet.git@{COMMIT}", "libs/greet")
    assert six.location == (home / "vendored/six-1.17.0-py2.py3-none-any.whl").as_uri()
    assert six.hashes == {sha256("4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274")}
    assert tomli.location.startswith("https://files.index.example/")
    assert (web.name, web.written) == ("web", "packages/web")


@pytest.mark.parametrize(
    ("chosen", "references", "projects"),
    [
        pytest.param(
            picks(default_groups=False),
            ["core[fast]", "greet", "six", "tomli-w"],
            {"blinker", "click", "iniconfig"},
            id="the root",
        ),
        pytest.param(picks(package="web"), ["core", "web"], {"itsdangerous", "typing-extensions"}, id="a member"),
        pytest.param(
            picks(package="web", emit_project=False),
            ["core"],
            {"itsdangerous", "typing-extensions"},
            id="what a member requires",
        ),
        pytest.param(picks(package="core", extras="fast"), ["core[fast]"], {"blinker"}, id="a member's extra"),
        pytest.param(
            picks(all_packages=True, default_groups=False),
            ["core[fast]", "greet", "six", "tomli-w", "web"],
            {"blinker", "click", "iniconfig", "itsdangerous"},
            id="all members",
        ),
    ],
)
def test_a_workspace_gives_the_members_that_are_picked(
    chosen: Picks, references: list[str], projects: set[str]
) -> None:
    taken = read("workspace/uv.lock", chosen)
    told = [f"{one.name}[{','.join(one.extras)}]" if one.extras else f"{one.name}" for one in taken.references]
    assert told == references
    assert set(taken.projects) == projects


def test_a_workspace_without_a_project_in_its_root_gives_all_members_and_its_own_groups() -> None:
    assert pins(read("rootless/uv.lock")) == {"click==8.5.1", "iniconfig==2.3.1"}
    assert pins(read("rootless/uv.lock", picks(default_groups=False))) == {"click==8.5.1"}
    assert pins(read("rootless/uv.lock", picks(package="a"))) == {"click==8.5.1"}


def test_a_script_gives_what_it_requires() -> None:
    assert pins(read("script.py.lock")) == {"iniconfig==2.3.1"}


def test_files_of_a_folder_beside_the_lock_have_no_hash() -> None:
    taken = read("flat/uv.lock")
    assert pins(taken) == {"colorama==0.4.6", "six==1.17.0"}
    [[six]] = taken.projects[canonicalize_name("six")].releases.values()
    assert six.url == (SAMPLES / "flat" / "links" / six.filename).as_uri()
    assert (six.sha256, six.index) == (None, "uv.lock")


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        pytest.param(picks(), {"click==8.1.8"}, id="the default group"),
        pytest.param(picks(extras="old"), {"click==8.1.8", "itsdangerous==2.1.2"}, id="one extra"),
        pytest.param(picks(extras="new"), {"click==8.1.8", "itsdangerous==2.2.0"}, id="the other extra"),
        pytest.param(picks(groups="next", default_groups=False), {"click==8.5.1"}, id="the other group"),
    ],
)
def test_of_parts_that_conflict_one_can_be_picked(chosen: Picks, expected: set[str]) -> None:
    assert pins(read("conflicts/uv.lock", chosen)) == {"iniconfig==2.3.1", *expected}


@pytest.mark.parametrize(
    ("name", "chosen", "parts"),
    [
        ("conflicts", picks(extras="old new"), "extra new of clash, extra old of clash"),
        ("conflicts", picks(groups="next"), "group dev of clash, group next of clash"),
        ("flat", picks(groups="o"), "group o of a, a"),
    ],
)
def test_parts_that_conflict_cannot_be_picked_together(name: str, chosen: Picks, parts: str) -> None:
    with pytest.raises(UsageError, match=f"conflicts: these cannot be had together: {parts}"):
        read(f"{name}/uv.lock", chosen)


@pytest.mark.parametrize(
    ("marker", "chosen", "counts"),
    [
        ("extra == 'extra-3-app-x'", picks(extras="x"), True),
        ("extra == 'extra-3-app-x'", picks(), False),
        ("extra != 'extra-3-app-x'", picks(), True),
        ("extra == 'group-3-app-dev' and extra != 'extra-3-app-x'", picks(), True),
        ("extra == 'group-3-app-dev' and extra == 'extra-3-app-x'", picks(extras="x"), True),
        ("sys_platform == 'win32' or (extra == 'project-3-app' and extra != 'group-3-app-dev')", picks(), False),
        ("extra == 'extra-4-tool-y'", picks(extras="x"), True),
        ("extra == 'extra-4-tool-y'", picks(), False),
    ],
)
def test_markers_ask_which_parts_are_active(
    lock: Callable[..., LockedSet], marker: str, chosen: Picks, *, counts: bool
) -> None:
    app = {
        **APP,
        "dependencies": [{"name": "lib", "marker": marker}],
        "optional-dependencies": {"x": [{"name": "tool", "extra": ["y"]}]},
        "dev-dependencies": {"dev": []},
    }
    tool = {"name": "tool", "source": {"virtual": "tool"}, "optional-dependencies": {"y": []}}
    assert bool(pins(lock(app, LIB, tool, chosen=chosen))) is counts


def test_a_fork_is_chosen_by_the_platforms_on_which_it_counts(lock: Callable[..., LockedSet]) -> None:
    here = {**LIB, "resolution-markers": ["sys_platform == 'linux'"]}
    there = {
        **LIB,
        "version": "2.0",
        "wheels": [{**WHEEL, "url": "https://files.example/lib-2.0-py3-none-any.whl"}],
        "resolution-markers": ["sys_platform != 'linux'"],
    }
    assert pins(lock(APP, here, there)) == {"lib==1.0"}
    with pytest.raises(UsageError, match="package: several for the dependency lib"):
        lock(APP, here, {**there, "resolution-markers": []})
    twice = {**APP, "dependencies": [{"name": "lib", "version": "1.0"}, {"name": "lib", "version": "2.0"}]}
    with pytest.raises(ResolutionError, match=r"both lib .* count here"):
        lock(twice, here, there)


def test_the_same_version_from_two_indexes_is_told_apart_by_its_source(lock: Callable[..., LockedSet]) -> None:
    other = {"registry": "https://other.example/simple"}
    app = {**APP, "dependencies": [{"name": "lib", "version": "1.0", "source": other}]}
    [project] = lock(app, LIB, {**LIB, "source": other}).projects.values()
    assert project.index == "other.example"


@pytest.mark.parametrize(
    ("target", "why"),
    [(WINDOWS, "it needs Python >=3.11"), (MAC, "its environments are sys_platform == 'linux'; sys_platform == 'win")],
)
def test_a_lock_that_was_not_made_for_the_target_is_refused(target: Any, why: str) -> None:  # noqa: ANN401 - a fake
    with pytest.raises(ResolutionError, match=f"does not hold what {target.name} needs: {why}"):
        read_lock_input(SAMPLES / "conflicts" / "uv.lock").select(target)


def test_credentials_are_in_no_file_and_in_no_text(lock: Callable[..., LockedSet]) -> None:
    secret = {**LIB, "wheels": [{**WHEEL, "url": str(WHEEL["url"]).replace("//", "//user:hunter2@")}]}
    git = {"name": "x", "version": "1", "source": {"git": f"ssh://git:hunter2@git.example/x?rev=v1#{COMMIT}"}}
    app = {**APP, "dependencies": [{"name": "lib"}, {"name": "x"}]}
    taken = lock(app, secret, git)
    [[file]] = taken.projects[canonicalize_name("lib")].releases.values()
    assert file.url == WHEEL["url"]
    [reference] = taken.references
    assert reference.location == f"git+ssh://git:hunter2@git.example/x@{COMMIT}"
    assert reference.written == f"git+ssh://git@git.example/x@{COMMIT}"


@pytest.mark.parametrize(
    ("head", "packages", "problem"),
    [
        pytest.param({"version": 2}, [], "version: 2 is not known here, only 1", id="newer"),
        pytest.param({}, [{**LIB, "name": 3}], "package[0].name: expected str, got int", id="type"),
        pytest.param({"requires_python": "three"}, [], "requires-python: no version specifier: 'three'", id="Python"),
        pytest.param({}, [{**LIB, "version": "one"}, ROOT], "package[0].version: no version: 'one'", id="version"),
        pytest.param({}, [{**LIB, "wheels": []}, ROOT], "package[0]: lib 1.0 has no files", id="no files"),
        pytest.param(
            {}, [{**LIB, "source": {"novel": "x"}}, ROOT], "package[0].source: of a kind that is not", id="source"
        ),
        pytest.param({}, [LIB, LIB, ROOT], "package[1]: lib 1.0 stands there twice", id="twice"),
        pytest.param({}, [{**LIB, "name": "Lib"}], "package[0].name: expected str matching regex", id="name"),
        pytest.param({}, [], "package: none of them is the project that was locked", id="empty"),
        pytest.param({}, [LIB], "package: none of them is the project that was locked", id="no project"),
        pytest.param({"distribution": []}, [], "distribution: an early uv wrote this lock", id="older"),
        pytest.param({}, [APP], "package: none for the dependency lib", id="cut short"),
        pytest.param(
            {},
            [{**APP, "dependencies": [{"name": "lib", "marker": "non sense"}]}, LIB],
            "the marker 'non sense' cannot be read",
            id="marker",
        ),
    ],
)
def test_what_is_no_lock_of_uv_is_refused_with_the_key(
    lock: Callable[..., LockedSet], head: dict[str, Any], packages: list[dict[str, Any]], problem: str
) -> None:
    with pytest.raises(UsageError) as caught:
        lock(*packages, **head)
    assert caught.value.message.startswith("uv.lock: ")
    assert problem in caught.value.message


def wheel(**changes: str) -> dict[str, Any]:
    return {**LIB, "wheels": [{**WHEEL, **changes}]}


def package(**source: str) -> dict[str, Any]:
    return {"name": "x", "version": "1.0", "source": source}


@pytest.mark.parametrize(
    ("listed", "problem"),
    [
        pytest.param(
            {**LIB, "wheels": [{"url": WHEEL["url"]}]}, "package[0].wheels[0].hash: no SHA-256 hash, none", id="no hash"
        ),
        pytest.param(wheel(hash="md5:" + "00" * 16), "no SHA-256 hash, only md5", id="MD5 only"),
        pytest.param(wheel(hash="sha256:abc"), "64 hexadecimal digits, not 'abc'", id="a short hash"),
        pytest.param(wheel(url="https://files.example/other-1.0-py3-none-any.whl"), "of lib", id="another project's"),
        pytest.param(
            wheel(url="https://files.example/lib-2.0-py3-none-any.whl"), "is not of version 1.0", id="another version"
        ),
        pytest.param(wheel(url="https://files.example/..%2Flib-1.0-py3-none-any.whl"), "no file name", id="dots"),
        pytest.param(package(git="https://git.example/x?branch=main"), "commit is not written in full", id="no commit"),
        pytest.param(package(git="https://git.example/x#49bf86a"), "not written in full: '49bf86a'", id="short commit"),
        pytest.param(package(git=f"ext::sh#{COMMIT}"), "is no address", id="a command as a repository"),
        pytest.param(
            package(git=f"https://git.example/x?subdirectory=..%2Fy#{COMMIT}"), "the subdirectory '../y'", id="subdir"
        ),
        pytest.param(package(editable="../../x"), "'../../x' leads out of the folder", id="folder"),
        pytest.param(package(directory="/srv/x"), "'/srv/x' is no path relative", id="absolute"),
        pytest.param(package(path="../x.zip"), "leads out of the folder", id="archive"),
        pytest.param(package(url="https://files.example/x.zip"), "without a hash could not be checked", id="bare URL"),
        pytest.param(
            {**LIB, "source": {"registry": "../links"}, "wheels": [{"path": "lib-1.0-py3-none-any.whl"}]},
            "leads out of the folder",
            id="index",
        ),
    ],
)
def test_what_is_unsafe_or_cannot_be_checked_is_refused(
    lock: Callable[..., LockedSet], listed: dict[str, Any], problem: str
) -> None:
    with pytest.raises(IntegrityError) as caught:
        lock(listed, ROOT)
    assert caught.value.message.startswith("uv.lock: package[0]")
    assert problem in caught.value.message


def test_what_the_lock_lacks_cannot_be_picked() -> None:
    for chosen, problem, hint in (
        (picks(extras="slow"), "no extra slow", "its extras: fast"),
        (picks(groups="test"), "no group test", "its groups: dev, docs, lint"),
        (picks(package="web"), "no member web", "its members: shop"),
    ):
        with pytest.raises(UsageError, match=f"the lock has {problem}") as caught:
            read("app/uv.lock", chosen)
        assert caught.value.hint == hint
