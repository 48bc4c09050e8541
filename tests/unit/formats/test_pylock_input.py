"""``pylock.toml`` as an input, as pip 26.3, uv 0.13.9, pdm 2.25.9 and pex 2.105.2 have written it, and bent ones."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tomli_w
from packaging.utils import canonicalize_name
from packaging.version import Version

from fakes import make_target
from wheelforge.errors import IntegrityError, ResolutionError, UsageError
from wheelforge.formats.lock_input import Picks, read_lock_input
from wheelforge.model.artifacts import Kind
from wheelforge.model.digest import sha256

if TYPE_CHECKING:
    from collections.abc import Callable

    from wheelforge.model.inputs import LockedSet

SAMPLES = Path(__file__).parent / "samples"
LINUX = make_target("3.12.1", ["manylinux_2_28_x86_64"])
WINDOWS = make_target("3.11.4", ["win_amd64"], sys_platform="win32", os_name="nt", platform_system="Windows")
FLASK = ["blinker", "click", "flask", "itsdangerous", "jinja2", "markupsafe", "werkzeug"]

HASHES = {"sha256": "ab" * 32}
WHEEL = {"name": "lib-1.0-py3-none-any.whl", "url": "https://files.example/lib-1.0-py3-none-any.whl", "hashes": HASHES}
LIB = {"name": "lib", "version": "1.0", "wheels": [WHEEL]}
COMMIT = "49bf86aebb90cc208c748098467546453f41b7f5"


def sample(name: str) -> dict[str, Any]:
    return tomllib.loads((SAMPLES / name).read_text())


def names(taken: LockedSet) -> list[str]:
    return [asked.requirement.name for asked in taken.requirements]


@pytest.fixture
def lock(tmp_path: Path) -> Callable[..., LockedSet]:
    """What a lock of these packages holds for Linux; further keys are those of its head."""

    def take(*packages: dict[str, Any], picks: Picks | None = None, **head: Any) -> LockedSet:  # noqa: ANN401 - TOML
        keys = {key.replace("_", "-"): value for key, value in head.items()}
        table = {"lock-version": "1.0", "created-by": "test", **keys, "packages": list(packages)}
        path = tmp_path / "pylock.toml"
        path.write_text(tomli_w.dumps(table))
        return read_lock_input(path, picks, origin="pylock.toml").select(LINUX)

    return take


@pytest.mark.parametrize(
    ("name", "linux", "windows"),
    [
        pytest.param("pylock.compiled.toml", FLASK, [*FLASK, "colorama"], id="uv pip compile"),
        pytest.param("pylock.pip.toml", FLASK, FLASK, id="pip, for one machine"),
        pytest.param("pylock.pex.toml", [*FLASK, "colorama"], [*FLASK, "colorama"], id="pex, which drops markers"),
        pytest.param("pylock.pdm.toml", FLASK, [*FLASK, "colorama"], id="pdm"),
    ],
)
def test_real_locks_hold_for_each_target_what_their_markers_say(
    name: str, linux: list[str], windows: list[str]
) -> None:
    read = read_lock_input(SAMPLES / name)
    for target, expected in ((LINUX, linux), (WINDOWS, windows)):
        taken = read.select(target)
        assert names(taken) == sorted(expected)
        assert list(taken.projects) == names(taken)
        assert taken.references == ()


@pytest.mark.parametrize("name", ["pylock.compiled.toml", "pylock.pip.toml", "pylock.pex.toml", "pylock.pdm.toml"])
def test_a_project_has_exactly_the_files_that_the_lock_lists(name: str) -> None:
    written = {package["name"]: package for package in sample(name)["packages"]}
    for project_name, project in read_lock_input(SAMPLES / name).select(LINUX).projects.items():
        package = written[project_name]
        [(version, files)] = project.releases.items()
        listed = [*([package["sdist"]] if "sdist" in package else []), *package["wheels"]]
        assert version == Version(package["version"])
        assert [(file.url, file.sha256) for file in files] == [(one["url"], one["hashes"]["sha256"]) for one in listed]


def test_a_file_is_told_as_an_index_would_tell_it() -> None:
    project = read_lock_input(SAMPLES / "workspace" / "pylock.toml").select(LINUX).projects[canonicalize_name("click")]
    sdist, wheel = project.releases[Version("8.5.1")]
    assert (sdist.kind, wheel.kind) == (Kind.SDIST, Kind.WHEEL)
    assert (sdist.filename, sdist.size, sdist.index) == ("click-8.5.1.tar.gz", 399151, "index.example")
    assert sdist.upload_time == "2026-11-06T17:37:01Z"
    assert LINUX.rank(wheel.tags) is not None


def test_a_pin_carries_the_hashes_of_its_files(lock: Callable[..., LockedSet]) -> None:
    [asked] = lock(LIB).requirements
    assert (str(asked.requirement), asked.origin) == ("lib==1.0", "pylock.toml")
    assert asked.hashes == {sha256("ab" * 32)}


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("2025-01-02T03:04:05+01:00", "2025-01-02T02:04:05Z"),
        ("2025-01-02T03:04:05.5Z", "2025-01-02T03:04:05.500000Z"),
        ("0001-01-01T00:00:00+23:59", None),
    ],
)
def test_an_upload_time_is_taken_in_utc(lock: Callable[..., LockedSet], told: str, kept: str | None) -> None:
    taken = lock({**LIB, "wheels": [{**WHEEL, "upload-time": datetime.fromisoformat(told)}]})
    [[wheel]] = taken.projects[canonicalize_name("lib")].releases.values()
    assert wheel.upload_time == kept


def test_the_lock_is_known_by_the_digest_of_its_bytes() -> None:
    path = SAMPLES / "pylock.pip.toml"
    read = read_lock_input(path, origin=path.name)
    assert (read.origin, read.digest) == ("pylock.pip.toml", hashlib.sha256(path.read_bytes()).hexdigest())


def test_extras_and_groups_are_those_that_are_picked_and_the_default_ones() -> None:
    picks = Picks(extras=(canonicalize_name("fast"),), groups=(canonicalize_name("dev"),))
    assert names(read_lock_input(SAMPLES / "pylock.pdm.toml", picks).select(LINUX)) == sorted(
        [*FLASK, "asgiref", "iniconfig", "typing-extensions"]
    )
    only = Picks(groups=(canonicalize_name("docs"),), default_groups=False)
    assert names(read_lock_input(SAMPLES / "pylock.pdm.toml", only).select(LINUX)) == ["typing-extensions"]


def test_all_extras_and_only_some_groups_can_be_picked(lock: Callable[..., LockedSet]) -> None:
    extra, group, other, always = (
        {"name": name, "version": "1.0", "marker": marker, "wheels": [{**WHEEL, **renamed(name)}]}
        for name, marker in (
            ("extra", "'fast' in extras"),
            ("group", "'docs' in dependency_groups"),
            ("other", "'dev' in dependency_groups"),
            ("always", "os_name != 'none'"),
        )
    )
    project = {"name": "shop", "directory": {"path": "."}}
    head = {"extras": ["fast"], "dependency-groups": ["docs", "dev"], "default-groups": ["dev"]}
    every = lock(extra, group, other, always, project, picks=Picks(all_extras=True), **head)
    assert names(every) == ["always", "extra", "other"]
    only = lock(extra, group, other, always, project, picks=Picks(only_groups=(canonicalize_name("docs"),)), **head)
    assert (names(only), only.references) == (["always", "group"], ())


def renamed(name: str) -> dict[str, str]:
    filename = f"{name}-1.0-py3-none-any.whl"
    return {"name": filename, "url": f"https://files.example/{filename}"}


def test_what_is_picked_is_told_so_that_it_can_be_remembered() -> None:
    def told(**picks: Any) -> tuple[str, ...]:  # noqa: ANN401 - of many types
        return read_lock_input(SAMPLES / "pylock.pdm.toml", Picks(**picks)).picks

    assert told() == ("groups=default",)
    assert told(default_groups=False) == ()
    assert told(all_extras=True, groups=("docs", "dev")) == ("extras=fast", "groups=default,dev,docs")
    assert told(only_groups=("docs",)) == ("groups=docs", "only-groups")
    assert told(default_groups=False, emit_project=False) == ("no-project",)


def test_folders_repositories_and_archives_are_references() -> None:
    taken = read_lock_input(SAMPLES / "workspace" / "pylock.toml").select(LINUX)
    core, greet, six, tomli, web = taken.references
    assert core.location == (SAMPLES / "workspace" / "packages" / "core").as_uri()
    assert (core.written, core.editable, web.name) == ("packages/core", True, "web")
    assert greet.location == f"git+https://git.example/greet.git@{COMMIT}"
    assert greet.subdirectory == "libs/greet"
    assert six.location == (SAMPLES / "workspace" / "vendored" / "six-1.17.0-py2.py3-none-any.whl").as_uri()
    assert six.hashes == {sha256("4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274")}
    assert tomli.location.startswith("https://files.index.example/")
    assert tomli.hashes == {sha256("2dd14fac5a47c27be9cd4c976af5a12d87fb1f0b4512f81d69cce3b35ae25021")}


def test_a_repository_may_stand_beside_the_lock(lock: Callable[..., LockedSet], tmp_path: Path) -> None:
    vcs = {"type": "git", "path": "repositories/x", "commit-id": COMMIT, "subdirectory": "libs/y/"}
    [reference] = lock({"name": "x", "vcs": vcs}).references
    assert reference.location == f"git+{(tmp_path / 'repositories' / 'x').as_uri()}@{COMMIT}"
    assert (reference.written, reference.subdirectory) == (f"git+repositories/x@{COMMIT}", "libs/y")


def test_the_project_itself_can_be_left_out(lock: Callable[..., LockedSet]) -> None:
    project = {"name": "shop", "directory": {"path": "."}}
    assert [one.name for one in lock(project, LIB).references] == ["shop"]
    assert lock(project, LIB, picks=Picks(emit_project=False)).references == ()


def test_a_file_beside_the_lock_beats_its_url(lock: Callable[..., LockedSet], tmp_path: Path) -> None:
    both = {**LIB, "wheels": [{**WHEEL, "path": "files/lib-1.0-py3-none-any.whl"}]}

    def url() -> str:
        [[file]] = lock(both).projects[canonicalize_name("lib")].releases.values()
        return file.url

    assert url() == WHEEL["url"]
    local = tmp_path / "files" / "lib-1.0-py3-none-any.whl"
    local.parent.mkdir()
    local.touch()
    assert url() == local.as_uri()


def test_within_a_repository_a_path_may_leave_the_folder(lock: Callable[..., LockedSet], tmp_path: Path) -> None:
    sibling = {"name": "core", "directory": {"path": "../core"}}
    with pytest.raises(IntegrityError, match=r"packages\[0\]\.directory: '\.\./core' leads out") as caught:
        lock(sibling)
    assert "anywhere in its Git repository" in (caught.value.hint or "")
    (tmp_path / ".git").mkdir()
    with pytest.raises(IntegrityError, match="leads out"):
        lock(sibling)
    path = tmp_path / "app" / "pylock.toml"
    path.parent.mkdir()
    (tmp_path / "pylock.toml").rename(path)
    [core] = read_lock_input(path).select(LINUX).references
    assert core.location == (tmp_path / "core").as_uri()


def test_a_file_url_may_lead_to_what_stands_with_the_lock(lock: Callable[..., LockedSet], tmp_path: Path) -> None:
    url = (tmp_path / "files" / "lib-1.0-py3-none-any.whl").as_uri()
    taken = lock({**LIB, "wheels": [{**WHEEL, "url": url}]})
    [[file]] = taken.projects[canonicalize_name("lib")].releases.values()
    assert file.url == url


def test_credentials_are_in_no_file_and_in_no_text(lock: Callable[..., LockedSet]) -> None:
    secret = {**WHEEL, "url": "https://user:hunter2@files.example/lib-1.0-py3-none-any.whl"}
    vcs = {"type": "git", "url": "https://user:hunter2@git.example/x.git", "commit-id": COMMIT}
    taken = lock({**LIB, "wheels": [secret]}, {"name": "x", "vcs": vcs})
    [[file]] = taken.projects[canonicalize_name("lib")].releases.values()
    assert file.url == WHEEL["url"]
    [reference] = taken.references
    assert reference.location == f"git+https://user:hunter2@git.example/x.git@{COMMIT}"
    assert reference.written == f"git+https://git.example/x.git@{COMMIT}"


def test_a_newer_minor_version_and_unknown_keys_are_read(lock: Callable[..., LockedSet]) -> None:
    assert names(lock({**LIB, "novel": True}, lock_version="1.7", novelty="x")) == ["lib"]


@pytest.mark.parametrize(
    ("head", "packages", "problem"),
    [
        pytest.param({"requires_python": ">=3.14"}, [LIB], "it needs Python >=3.14", id="Python"),
        pytest.param(
            {"environments": ["sys_platform == 'win32'", "os_name == 'java'"]},
            [LIB],
            'its environments are sys_platform == "win32"; os_name == "java"',
            id="environments",
        ),
        pytest.param({}, [{**LIB, "requires-python": "<3.9"}], "lib needs Python <3.9", id="a package's Python"),
        pytest.param({}, [LIB, LIB], "two packages named lib count here", id="two of a name"),
        pytest.param({}, [{**LIB, "marker": "extra == 'x'"}], "has no meaning there", id="a marker of another kind"),
    ],
)
def test_a_lock_that_was_not_made_for_the_target_is_refused(
    lock: Callable[..., LockedSet], head: dict[str, Any], packages: list[dict[str, Any]], problem: str
) -> None:
    with pytest.raises(ResolutionError) as caught:
        lock(*packages, **head)
    assert caught.value.message.startswith(f"pylock.toml does not hold what {LINUX.name} needs: ")
    assert problem in caught.value.message


def test_markers_tell_versions_of_one_project_apart(lock: Callable[..., LockedSet]) -> None:
    other = {**LIB, "version": "2.0", "wheels": [{**WHEEL, "name": "lib-2.0-py3-none-any.whl"}]}
    here, there = {"marker": "sys_platform == 'linux'"}, {"marker": "sys_platform != 'linux'"}
    assert [str(one.requirement) for one in lock({**LIB, **there}, {**other, **here}).requirements] == ["lib==2.0"]


@pytest.mark.parametrize(
    ("head", "package", "problem"),
    [
        pytest.param({"lock_version": "2.0"}, LIB, "lock-version: 2.0 is not known here, only 1", id="newer"),
        pytest.param({"lock_version": 1}, LIB, "lock-version: missing, or not a version", id="no version"),
        pytest.param({}, {"version": "1.0"}, "packages[0].name: Missing required value", id="no name"),
        pytest.param({}, {"name": "Lib"}, "packages[0].name: Name 'Lib' is not normalized", id="name"),
        pytest.param({}, {"name": "lib"}, "packages[0]: Exactly one of vcs, directory, archive", id="no source"),
        pytest.param(
            {}, {**LIB, "wheels": [{**WHEEL, "hashes": {}}]}, "packages[0].wheels[0].hashes: At least", id="no hash"
        ),
        pytest.param({}, {**LIB, "marker": "nonsense"}, "packages[0].marker: ", id="marker"),
        pytest.param(
            {}, {"name": "x", "vcs": {"type": "hg", "url": "https://x.example", "commit-id": COMMIT}}, "'hg'", id="hg"
        ),
    ],
)
def test_what_is_no_lock_of_the_standard_is_refused_with_the_key(
    lock: Callable[..., LockedSet], head: dict[str, Any], package: dict[str, Any], problem: str
) -> None:
    with pytest.raises(UsageError) as caught:
        lock(package, **head)
    assert caught.value.message.startswith("pylock.toml: ")
    assert problem in caught.value.message


def wheel(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - TOML
    return {**LIB, "wheels": [{**WHEEL, **changes}]}


def vcs(**changes: str) -> dict[str, Any]:
    return {"name": "x", "vcs": {"type": "git", "url": "https://git.example/x.git", "commit-id": COMMIT, **changes}}


@pytest.mark.parametrize(
    ("package", "problem"),
    [
        pytest.param(
            wheel(hashes={"md5": "00" * 16}),
            "packages[0].wheels[0].hashes: no SHA-256 hash, only md5, so that the file could not be checked",
            id="MD5 only",
        ),
        pytest.param(
            wheel(name="../lib-1.0-py3-none-any.whl"),
            "packages[0].wheels[0].name: '../lib-1.0-py3-none-any.whl' is no safe file name",
            id="dots in a name",
        ),
        pytest.param(wheel(hashes={"sha256": "abc"}), "64 hexadecimal digits, not 'abc'", id="a short hash"),
        pytest.param(wheel(path="/etc/passwd"), "'/etc/passwd' is no path relative to the lock", id="absolute"),
        pytest.param(wheel(path="C:\\lib.whl"), "'C:\\\\lib.whl' is no path relative", id="absolute on Windows"),
        pytest.param(wheel(path="../lib-1.0-py3-none-any.whl"), "leads out of the folder", id="out of the folder"),
        pytest.param(wheel(path="a\\..\\..\\b.whl"), "leads out of the folder", id="backslashes"),
        pytest.param(wheel(path="lib\x1b[1m.whl"), "is no path relative", id="controls"),
        pytest.param(wheel(url="ftp://files.example/x"), "'ftp://files.example/x' is no address", id="FTP"),
        pytest.param(wheel(url="https:///x"), "is no address", id="no host"),
        pytest.param(wheel(url="https://[x"), "is no address", id="no URL"),
        pytest.param(wheel(url="https://u:p/w@h.example/x"), "'https://h.example/x' is no address", id="a password"),
        pytest.param({**LIB, "wheels": [WHEEL, WHEEL]}, "packages[0].wheels[1]: 'lib-1.0-py3", id="a file twice"),
        pytest.param(wheel(url="file:///dev/zero"), "'file:///dev/zero' leads out of the folder", id="a device"),
        pytest.param(wheel(url="file:///%00"), "'file:///%00' is no path", id="no path"),
        pytest.param(vcs(url="file:///srv/x"), "'file:///srv/x' leads out of the folder", id="a local repository"),
        pytest.param(vcs(**{"commit-id": "main"}), "packages[0].vcs: the commit is not written in full", id="a branch"),
        pytest.param(vcs(url="-oProxyCommand=x"), "is no address", id="an option as a repository"),
        pytest.param(vcs(subdirectory="../y"), "the subdirectory '../y' leads out", id="subdirectory"),
        pytest.param({"name": "x", "directory": {"path": "/srv/x"}}, "'/srv/x' is no path relative", id="folder"),
        pytest.param(
            {"name": "x", "archive": {"url": "https://files.example/x.zip", "hashes": {"sha1": "0"}}},
            "packages[0].archive.hashes: no SHA-256 hash, only sha1",
            id="archive",
        ),
    ],
)
def test_what_is_unsafe_or_cannot_be_checked_is_refused(
    lock: Callable[..., LockedSet], package: dict[str, Any], problem: str
) -> None:
    with pytest.raises(IntegrityError) as caught:
        lock(package)
    assert problem in caught.value.message
    assert caught.value.message.isprintable()


def test_a_link_out_of_the_folder_is_followed_and_refused(lock: Callable[..., LockedSet], tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/")
    with pytest.raises(IntegrityError, match="leads out"):
        lock({"name": "x", "directory": {"path": "link/srv"}})


def test_what_the_lock_lacks_cannot_be_picked(lock: Callable[..., LockedSet]) -> None:
    with pytest.raises(UsageError, match="the lock has no extra slow") as caught:
        lock(LIB, picks=Picks(extras=(canonicalize_name("slow"),)), extras=["fast"])
    assert caught.value.hint == "its extras: fast"
    with pytest.raises(UsageError, match="knows no workspace"):
        lock(LIB, picks=Picks(package=canonicalize_name("lib")))


def test_a_marker_that_is_none_is_shown_with_its_caret_below_it(lock: Callable[..., LockedSet]) -> None:
    with pytest.raises(UsageError) as caught:
        lock({**LIB, "marker": "foo bar"})
    assert caught.value.message.splitlines() == [
        "pylock.toml: packages[0].marker: Expected a marker variable or quoted string",
        "    foo bar",
        "    ^",
    ]
