"""Folders that something else has downloaded, built without a lock and from nothing but what stands in them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.version import Version

from archives_fixture import file, write_zip
from integration.command import archives, assert_nothing_finished, lock_of, names, refused, wheelforge
from integration.planted import planted
from projects import make_sdist, make_wheel
from wheelforge.errors import ExitCode
from wheelforge.factory.folder import BEGUN
from wheelforge.model.lock import Source

if TYPE_CHECKING:
    from index import PackageIndex

pytestmark = pytest.mark.usefixtures("jailed")
BARE, WHEELHOUSE = Path("bare"), Path("wheelhouse")
PYPROJECT = b"""
[build-system]
requires = ["tinybackend"]
build-backend = "tinybackend"

[project]
name = "old-project"
version = "1.0b0"
"""


BROKEN = """
from tinybackend import build_sdist


def build_wheel(*arguments, **keywords):
    raise SystemExit("this is broken")
"""
ASKED = """
from tinybackend import *


def get_requires_for_build_wheel(settings=None):
    return []
"""
REFUSING = """
from tinybackend import *


def get_requires_for_build_wheel(settings=None):
    raise SystemExit("this is not to be asked")
"""


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A folder for projects; the sdist of one that cannot be built stands in the bare folder."""
    BARE.mkdir()
    make_sdist(planted(tmp_path / "broken", backend=BROKEN), BARE)
    return tmp_path / "more"


@pytest.fixture(autouse=True)
def offline(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No index is named, in an empty working folder."""
    assert here.is_dir()
    monkeypatch.setenv("WHEELFORGE_INDEX_URL", "https://index.example/simple/")


@pytest.fixture
def download(package_index: PackageIndex) -> Download:
    return Download(package_index.folder)


class Download:
    """Brings files of the fixture index into a folder, as another tool would."""

    def __init__(self, index: Path) -> None:
        self._index = index

    def __call__(self, *filenames: str, to: Path = BARE) -> None:
        to.mkdir(exist_ok=True, parents=True)
        for filename in filenames:
            shutil.copy2(self._index / filename, to / filename)


def sdists(*stems: str) -> tuple[str, ...]:
    return tuple(f"{stem}.tar.gz" for stem in stems)


def wheels(*stems: str) -> set[str]:
    return {f"{stem}-py3-none-any.whl" for stem in stems}


def test_sdists_alone_become_a_verified_wheelhouse(download: Download) -> None:
    download(*sdists("app-1.0", "lib-1.0", "leaf-1.1", "dynamic-1.0", "secretive-1.0", "tinybackend-1.0"))
    download(*sdists("extratool-1.0"), to=BARE / "build-deps")
    before = {name: (BARE / name).read_bytes() for name in names(BARE)}
    wheelforge("build", BARE, "-o", WHEELHOUSE)
    assert archives(WHEELHOUSE) == wheels(
        "app-1.0", "lib-1.0", "leaf-1.1", "dynamic-1.0", "secretive-1.0", "tinybackend-1.0"
    )
    assert {name: (BARE / name).read_bytes() for name in names(BARE)} == before
    assert "finds nothing missing" in wheelforge("verify", WHEELHOUSE).stderr


def test_the_lock_tells_what_backends_have_said(download: Download) -> None:
    download(*sdists("dynamic-1.0", "tinybackend-1.0", "extratool-1.0"))
    wheelforge("build", BARE, "-o", WHEELHOUSE)
    lock = lock_of(WHEELHOUSE)
    [unit] = [unit for unit in lock.units if unit.name == "dynamic"]
    assert {(one.requirement, one.source) for one in unit.requires} == {
        ("tinybackend", Source.STATIC),
        ("extratool>=1", Source.HOOK),
    }
    assert not lock.incomplete
    assert not [file.url for file in lock.artifacts if file.url]


def test_a_wheel_that_was_made_to_ask_a_backend_is_not_built_again(download: Download) -> None:
    download(*sdists("leaf-1.1", "tinybackend-1.0"))
    told = wheelforge("build", BARE, "-o", WHEELHOUSE).stderr.splitlines()
    assert [line.split("  ")[-1] == "from the cache" for line in told if "  tinybackend-1.0" in line] == [False, True]


def test_all_versions_are_built_and_those_are_pinned_that_suit_each_other(download: Download) -> None:
    download(*sdists("lib-1.0", "wants_old-1.0", "leaf-1.0", "leaf-1.1", "leaf-2.0", "tinybackend-1.0"))
    wheelforge("build", BARE, "-o", WHEELHOUSE)
    assert archives(WHEELHOUSE) >= wheels("leaf-1.0", "leaf-1.1", "leaf-2.0")
    [target] = lock_of(WHEELHOUSE).targets
    assert ("leaf", Version("1.1")) in {(pin.name, pin.version) for pin in target.pins}
    wheelforge("verify", WHEELHOUSE)


def test_wheels_pass_through_but_where_their_sdist_is_there(download: Download) -> None:
    download(*sdists("lib-1.0"), *wheels("leaf-1.1", "lib-1.0", "tinybackend-1.0"))
    wheelforge("build", BARE, "-o", WHEELHOUSE)
    lock = lock_of(WHEELHOUSE)
    assert [wheel.filename for wheel in lock.built] == [*wheels("lib-1.0")]
    assert archives(WHEELHOUSE) == wheels("leaf-1.1", "lib-1.0", "tinybackend-1.0")
    wheelforge("verify", WHEELHOUSE)


def test_all_that_builds_lack_is_told_in_one_go_with_who_needs_it(download: Download, tmp_path: Path) -> None:
    download(*sdists("app-1.0", "leaf-1.1", "dynamic-1.0"))
    make_sdist(planted(tmp_path / "picky", build_requires=("leaf>=7", "nowhere")), BARE)
    said = refused("build", BARE, "-o", WHEELHOUSE, code=ExitCode.RESOLUTION)
    assert said.splitlines() == [
        "error: bare lacks what builds require:",
        "  leaf>=7, for picky 1.0",
        "  nowhere, for picky 1.0",
        "  tinybackend, for app 1.0, dynamic 1.0, leaf 1.1",
        "hint: put it into bare, or into bare/build-deps",
    ]
    assert_nothing_finished(WHEELHOUSE)


def test_what_only_a_hook_asks_for_is_missed_as_well(download: Download) -> None:
    download(*sdists("dynamic-1.0", "tinybackend-1.0"))
    said = refused("build", BARE, "-o", WHEELHOUSE, code=ExitCode.RESOLUTION)
    assert "  extratool>=1, for dynamic 1.0\n" in said


def test_what_is_missing_at_run_time_is_a_warning_or_if_asked_for_an_error(download: Download) -> None:
    download(*sdists("lib-1.0", "wants_new-1.0", "leaf-1.1", "tinybackend-1.0"))
    lacks = "bare lacks what is required at run time:\n  leaf>=2, for wants-new 1.0\n"
    said = refused("build", BARE, "-o", WHEELHOUSE, "--strict", code=ExitCode.RESOLUTION)
    assert lacks in said
    assert f"warning: {lacks}" in wheelforge("build", BARE, "-o", WHEELHOUSE).stderr
    wheelforge("verify", WHEELHOUSE)


def test_a_cycle_is_told_and_broken_by_a_wheel_that_is_there(download: Download) -> None:
    download(*sdists("chicken-1.0", "egg-1.0", "tinybackend-1.0"))
    cycle = "error: build cycle: chicken 1.0 -> egg 1.0 -> chicken 1.0\neach of these needs the next one to be built\n"
    said = refused("build", BARE, "-o", WHEELHOUSE, code=ExitCode.RESOLUTION)
    assert said == f"{cycle}hint: end the cycle with a wheel that you put into bare: --seed chicken\n"
    download(*wheels("egg-1.0"))
    said = refused("build", BARE, "-o", WHEELHOUSE, code=ExitCode.RESOLUTION)
    assert said == f"{cycle}hint: end the cycle with a wheel that is there: --seed egg\n"
    wheelforge("build", BARE, "-o", WHEELHOUSE, "--seed", "egg")
    assert archives(WHEELHOUSE) == wheels("chicken-1.0", "egg-1.0", "tinybackend-1.0")
    wheelforge("verify", WHEELHOUSE)


def test_a_seed_that_only_builds_take_stands_apart(download: Download) -> None:
    download(*sdists("chicken-1.0", "egg-1.0", "tinybackend-1.0"))
    download(*wheels("egg-1.0"), to=BARE / "build-deps")
    told = wheelforge("build", BARE, "-o", WHEELHOUSE, "--seed", "egg").stderr
    assert "do not suit each other" not in told
    assert {wheel.name for wheel in lock_of(WHEELHOUSE).built} == {"chicken", "egg", "tinybackend"}
    wheelforge("verify", WHEELHOUSE)


def test_a_seed_without_a_wheel_is_refused_at_once(download: Download) -> None:
    download(*sdists("chicken-1.0", "egg-1.0", "tinybackend-1.0"), *wheels("egg-1.0"))
    seeds = ("--seed", "chicken", "--seed", "egg", "--seed", "nest")
    said = refused("build", BARE, "-o", WHEELHOUSE, *seeds, code=ExitCode.RESOLUTION)
    assert said.startswith("error: --seed chicken --seed nest: bare has no wheel of chicken, nest for cp3")
    assert said.endswith("or into bare/build-deps, or leave --seed chicken --seed nest out\n")


def test_of_cycles_and_what_is_missing_no_hint_is_lost(download: Download, tmp_path: Path) -> None:
    download(*sdists("chicken-1.0", "egg-1.0", "tinybackend-1.0"))
    make_sdist(planted(tmp_path / "picky", build_requires=("nowhere",)), BARE)
    said = refused("build", BARE, "-o", WHEELHOUSE, code=ExitCode.RESOLUTION)
    told, _, hint = said.partition("hint: ")
    assert hint.splitlines()[0].split("; ") == [
        "put it into bare, or into bare/build-deps",
        "end the cycle with a wheel that you put into bare: --seed chicken",
    ]
    assert told.splitlines() == [
        "error: bare lacks what builds require:",
        "  nowhere, for picky 1.0",
        "build cycle: chicken 1.0 -> egg 1.0 -> chicken 1.0",
        "each of these needs the next one to be built",
    ]


def test_all_is_built_that_can_be_where_a_backend_cannot_be_asked(download: Download, broken: Path) -> None:
    download(*sdists("leaf-1.1", "tinybackend-1.0"))
    make_sdist(planted(broken / "asking", backend=ASKED, build_requires=("tinybackend", "broken")), BARE)
    stopped = wheelforge("build", BARE, "-o", WHEELHOUSE, code=ExitCode.BUILD).stderr
    assert "  leaf-1.1-py3-none-any.whl" not in stopped
    told = wheelforge("build", BARE, "-o", WHEELHOUSE, "--keep-going", code=ExitCode.BUILD).stderr
    assert "note: not built, since what their plan depends on has failed: asking-1.0.tar.gz\n" in told
    assert "  leaf-1.1-py3-none-any.whl" in told
    assert told.count("error: ") == 1
    assert told[told.index("error: ") :].count("broken 1.0: build_wheel failed") == 1
    assert_nothing_finished(WHEELHOUSE)


def test_where_nothing_else_is_left_what_failed_is_told(download: Download, broken: Path) -> None:
    download(*wheels("tinybackend-1.0"))
    (BARE / "broken-1.0.tar.gz").unlink()
    make_sdist(planted(broken / "refusing", backend=REFUSING), BARE)
    told = wheelforge("build", BARE, "-o", WHEELHOUSE, "--keep-going", code=ExitCode.BUILD).stderr
    assert "get_requires_for_build_wheel failed" in told


def test_a_wheel_stands_in_for_its_sdist_where_a_backend_is_asked(download: Download, broken: Path) -> None:
    download(*sdists("tinybackend-1.0"))
    make_wheel(planted(broken / "again" / "broken"), BARE.absolute())
    make_sdist(planted(broken / "asking", backend=ASKED, build_requires=("tinybackend", "broken")), BARE)
    told = wheelforge("build", BARE, "-o", WHEELHOUSE).stderr
    said = "warning: broken 1.0 was not built: the folder's broken-1.0-py3-none-any.whl is taken instead\n"
    assert told.count(said) == 1
    assert archives(WHEELHOUSE) == wheels("asking-1.0", "broken-1.0", "tinybackend-1.0")
    wheelforge("verify", WHEELHOUSE)


def test_a_wheel_stands_in_for_an_sdist_whose_own_backend_cannot_be_asked(download: Download, broken: Path) -> None:
    download(*sdists("tinybackend-1.0"))
    (BARE / "broken-1.0.tar.gz").unlink()
    make_sdist(planted(broken / "refusing", backend=REFUSING), BARE)
    make_wheel(planted(broken / "again" / "refusing"), BARE.absolute())
    told = wheelforge("build", BARE, "-o", WHEELHOUSE).stderr
    assert "refusing 1.0 was not built: the folder's refusing-1.0-py3-none-any.whl is taken instead" in told
    wheelforge("verify", WHEELHOUSE)


def test_that_there_is_no_lock_is_said_and_a_collect_that_did_not_end_is_refused(package_index: PackageIndex) -> None:
    wheelforge("collect", "--build-deps", "leaf", "-o", BARE, "--index-url", package_index.url)
    for name in ("wheelforge.lock", "pylock.toml"):
        (BARE / name).unlink()
    said = "note: no wheelforge.lock in bare: planned from what stands there\n"
    assert said in wheelforge("build", BARE, "-o", WHEELHOUSE).stderr
    (BARE / BEGUN).touch()
    told = refused("build", BARE, "-o", "other", code=ExitCode.RESOLUTION)
    assert told.splitlines() == [
        "error: bare is collected in part only: it has no wheelforge.lock yet",
        "hint: run the same `wheelforge collect` again, to its end",
    ]
    wheelforge("collect", "--build-deps", "leaf", "-o", BARE, "--index-url", package_index.url)
    assert BEGUN not in names(BARE)
    wheelforge("build", BARE, "-o", WHEELHOUSE)


def test_an_sdist_that_says_nothing_and_needs_itself_is_a_cycle_and_no_standstill(
    download: Download, tmp_path: Path
) -> None:
    download(*sdists("tinybackend-1.0"))
    backend = "from tinybackend import *\n"
    for name, other in (("one", "two"), ("two", "one")):
        silent = planted(
            tmp_path / name, backend=backend, build_requires=("tinybackend", other), metadata_version="1.2"
        )
        make_sdist(silent, BARE)
    said = refused("build", BARE, "-o", WHEELHOUSE, code=ExitCode.RESOLUTION)
    assert "one 1.0 -> two 1.0 -> one 1.0" in said


def test_what_is_not_for_here_or_no_archive_is_left_alone_and_said(download: Download) -> None:
    download(*sdists("leaf-1.1", "leaf-4.0"), *wheels("tinybackend-1.0"))
    shutil.copy2(BARE / "tinybackend-1.0-py3-none-any.whl", BARE / "leaf-1.1-cp27-cp27m-win32.whl")
    shutil.copy2(BARE / "leaf-1.1.tar.gz", BARE / "main.tar.gz")
    (BARE / "notes.md").touch()
    told = wheelforge("build", BARE, "-o", WHEELHOUSE).stderr
    assert "note: left alone in bare: no sdist and no wheel: notes.md\n" in told
    assert "note: left alone in bare: wheels for others than this target: leaf-1.1-cp27-cp27m-win32.whl\n" in told
    assert "warning: left alone in bare: main.tar.gz: not named NAME-VERSION\n" in told
    assert "warning: leaf-4.0.tar.gz is left alone: it needs Python >=3.99" in told
    assert archives(WHEELHOUSE) == wheels("leaf-1.1", "tinybackend-1.0")


def test_old_forms_of_sdists_are_built_too(download: Download) -> None:
    download(*wheels("tinybackend-1.0"))
    plain = {"pyproject.toml": PYPROJECT, "src/old_project.py": b"x = 1\n"}
    members = [file(f"Old-Project-1.0-beta/{name}", data) for name, data in plain.items()]
    write_zip(BARE / "Old-Project-1.0-beta.zip", members)
    wheelforge("build", BARE, "-o", WHEELHOUSE)
    assert archives(WHEELHOUSE) == wheels("tinybackend-1.0", "old_project-1.0b0")
    wheelforge("verify", WHEELHOUSE)


def test_archives_that_cannot_be_read_are_told_in_one_go(download: Download) -> None:
    download(*sdists("leaf-1.1", "tinybackend-1.0"))
    for name in ("cut-1.0.tar.gz", "torn-2.0.zip"):
        (BARE / name).write_bytes(b"no archive")
    said = refused("build", BARE, "-o", WHEELHOUSE, code=ExitCode.INTEGRITY)
    assert "cut-1.0.tar.gz cannot be read" in said
    assert "torn-2.0.zip cannot be read" in said


def test_a_folder_without_archives_is_refused() -> None:
    BARE.mkdir()
    said = refused("build", BARE, "-o", WHEELHOUSE, code=ExitCode.USAGE)
    assert "bare is no collected folder: it has no wheelforge.lock, nor any sdist or wheel" in said


def test_a_seed_is_for_folders_without_a_lock(package_index: PackageIndex) -> None:
    wheelforge("collect", "--build-deps", "leaf", "-o", "folder", "--index-url", package_index.url)
    said = refused("build", "folder", "--seed", "leaf", code=ExitCode.USAGE)
    assert "--seed is for folders without a lock, and folder has one" in said


def test_hooks_from_source_run_nothing_prebuilt(package_index: PackageIndex) -> None:
    index = ("--index-url", package_index.url)
    told = wheelforge(
        "collect", "--build-deps", "dynamic", "secretive", "-o", "folder", *index, "--hooks", "from-source"
    ).stderr
    assert not [line for line in told.splitlines() if "for its hooks" in line]
    lock = lock_of(Path("folder"))
    assert {wheel.filename for one in lock.hook_environments for wheel in one.wheels} == {"tinybackend-1.0.tar.gz"}
    assert lock.inputs.options["hooks"] == "from-source"
    assert not lock.incomplete
    built = wheelforge("build", "folder", "-o", WHEELHOUSE).stderr
    assert "  tinybackend-1.0-py3-none-any.whl  from the cache\n" in built


def test_where_hooks_come_from_source_a_project_without_one_is_missed(package_index: PackageIndex) -> None:
    index = ("--index-url", package_index.url)
    refused(
        *("collect", "--build-deps", "chicken", "-o", "folder", *index, "--hooks", "from-source"),
        code=ExitCode.RESOLUTION,
    )
