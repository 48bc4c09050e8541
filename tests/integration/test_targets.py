"""Collecting for targets that are not this machine: their tags and their markers count, and each has its own pins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fakes import Offer
from integration.command import lock_of, names, refused, wheelforge
from loopback import file_entry, json_page, ranged
from wheelforge.cli.output import CollectDocument
from wheelforge.errors import ExitCode
from wheelforge.interpreters.running import current

if TYPE_CHECKING:
    from collections.abc import Callable

    from index import PackageIndex

LINUX, WINDOWS, OLD = "cp312-manylinux_2_28_x86_64", "cp313-win_amd64", "cp38-win_amd64"
BOTH = ("--target", LINUX, "--target", WINDOWS)


@pytest.fixture
def multi(own_index: Callable[..., PackageIndex], tmp_path: Path) -> PackageIndex:
    """The index, and on it ``multi``, with wheels for several platforms, the newest for new Pythons only."""
    index = own_index()
    offers = (
        Offer("multi-1.0-py3-none-any.whl"),
        Offer("multi-2.0-cp312-cp312-manylinux_2_17_x86_64.whl", ["leaf<2; sys_platform == 'linux'"]),
        Offer("multi-2.0-cp313-cp313-win_amd64.whl", ["leaf; sys_platform == 'linux'"]),
    )
    entries = []
    for offer in offers:
        body = offer.write(tmp_path).read_bytes()
        entry = file_entry(offer.filename, body)
        index.server.routes[entry["url"]] = ranged(body)
        entries.append(entry)
    index.server.routes["/simple/multi/"] = json_page(*entries)
    return index


def pins(folder: str) -> dict[str, list[str]]:
    return {target.name: [pin.artifact for pin in target.pins] for target in lock_of(Path(folder)).targets}


@pytest.mark.usefixtures("multi")
def test_each_target_gets_its_own_wheels_and_what_its_markers_ask_for() -> None:
    wheelforge("collect", "multi", *BOTH, "-o", "folder")
    assert pins("folder") == {
        LINUX: ["leaf-1.1-py3-none-any.whl", "multi-2.0-cp312-cp312-manylinux_2_17_x86_64.whl"],
        WINDOWS: ["multi-2.0-cp313-cp313-win_amd64.whl"],
    }
    assert {name for name in names(Path("folder")) if name.endswith(".toml")} == {
        f"pylock.{LINUX}.toml",
        f"pylock.{WINDOWS}.toml",
    }


@pytest.mark.usefixtures("multi")
def test_each_target_gets_the_pins_that_it_would_get_alone() -> None:
    wheelforge("collect", "multi", *BOTH, "-o", "both")
    for target in (LINUX, WINDOWS):
        wheelforge("collect", "multi", "--target", target, "-o", "alone")
        assert pins("alone")[target] == pins("both")[target]


@pytest.mark.usefixtures("here")
def test_the_markers_of_this_machine_do_not_count() -> None:
    wheelforge("collect", "lib", "--target", LINUX, "-o", "folder")
    told = refused("collect", "lib", "--target", WINDOWS, "-o", "folder", code=ExitCode.RESOLUTION)
    assert "not-on-any-index" in told


@pytest.mark.usefixtures("multi")
def test_targets_that_would_mislead_each_other_get_folders_of_their_own() -> None:
    outcome = wheelforge("collect", "multi", "--target", OLD, "--target", WINDOWS, "-o", "folder")
    assert "note: each target gets a folder of its own" not in outcome.stderr
    outcome = wheelforge("collect", "leaf", "multi", "--target", LINUX, "--target", WINDOWS, "-o", "folder")
    assert (
        "note: each target gets a folder of its own, since in one leaf-2.0-py3-none-any.whl would be taken for"
        f" {LINUX} instead of leaf-1.1-py3-none-any.whl (--layout flat: one folder)"
    ) in outcome.stderr
    assert {name for name in names(Path("folder")) if name.endswith(".whl")} == {
        f"{LINUX}/leaf-1.1-py3-none-any.whl",
        f"{LINUX}/multi-2.0-cp312-cp312-manylinux_2_17_x86_64.whl",
        f"{WINDOWS}/leaf-2.0-py3-none-any.whl",
        f"{WINDOWS}/multi-2.0-cp313-cp313-win_amd64.whl",
    }
    wheelforge("verify", "folder")
    wheelforge("collect", "leaf", "multi", *BOTH, "--layout", "flat", "-o", "folder")
    assert not any("/" in name for name in names(Path("folder")))


@pytest.mark.usefixtures("multi")
def test_targets_that_are_aligned_share_what_they_can() -> None:
    wheelforge("collect", "leaf", "multi", *BOTH, "--align", "-o", "folder")
    assert {files[0] for files in pins("folder").values()} == {"leaf-1.1-py3-none-any.whl"}


@pytest.mark.usefixtures("multi")
def test_of_a_folder_for_several_targets_this_machine_builds_its_own_part() -> None:
    wheelforge("collect", "--build-deps", "leaf", "--target", "current", "--target", WINDOWS, "-o", "folder")
    outcome = wheelforge("build", "folder", "-o", "wheelhouse")
    assert f"note: built for {current().name} alone, not for {WINDOWS}" in outcome.stderr
    assert [target.name for target in lock_of(Path("wheelhouse")).targets] == [current().name]
    assert "leaf-2.0-py3-none-any.whl" in names(Path("wheelhouse"))
    wheelforge("verify", "wheelhouse")


def test_a_locked_folder_may_not_drift(multi: PackageIndex) -> None:
    told = refused("collect", "multi", "--locked", "-o", "folder", code=ExitCode.RESOLUTION)
    assert "folder has no lock to follow" in told
    wheelforge("collect", "multi", "--target", LINUX, "-o", "folder")
    multi.server.seen.clear()
    wheelforge("collect", "multi", "--target", LINUX, "--locked", "-o", "folder", "--cache-dir", "other")
    assert multi.server.seen == []
    told = refused("collect", "multi", *BOTH, "--pre", "--locked", "-o", "folder", code=ExitCode.RESOLUTION)
    assert f"  the target {WINDOWS} is new\n  --pre was not given and is given" in told


@pytest.mark.usefixtures("multi")
def test_one_project_is_upgraded_and_the_others_keep_their_pins(own_index: Callable[..., PackageIndex]) -> None:
    del own_index
    old = ("multi==1.0", "leaf==1.0")
    wheelforge("collect", *old, "--target", WINDOWS, "-o", "folder")
    wheelforge("collect", "multi", "leaf", "--target", WINDOWS, "--upgrade-package", "Multi", "-o", "folder")
    assert pins("folder") == {WINDOWS: ["leaf-1.0-py3-none-any.whl", "multi-2.0-cp313-cp313-win_amd64.whl"]}


@pytest.mark.usefixtures("multi")
def test_a_dry_run_tells_all_and_writes_nothing() -> None:
    outcome = wheelforge("collect", "multi", *BOTH, "--dry-run", "-o", "folder", "--json")
    document = outcome.document(CollectDocument)
    assert not document.written
    assert {(file.name, tuple(file.targets)) for file in document.files} == {
        ("leaf", (LINUX,)),
        ("multi", (LINUX,)),
        ("multi", (WINDOWS,)),
    }
    assert all(file.size and file.sha256 and file.url for file in document.files)
    assert not Path("folder").exists()
    assert "would collect 3 wheels" in wheelforge("collect", "multi", *BOTH, "--dry-run", "-o", "folder").stdout


@pytest.mark.usefixtures("here", "jailed")
def test_the_wheel_of_an_sdist_is_kept_to_fall_back_on() -> None:
    outcome = wheelforge("collect", "--build-deps", "leaf", "--with-fallback", "-o", "folder", "--json")
    files = {file.path: file.why for file in outcome.document(CollectDocument).files}
    assert files["leaf-2.0.tar.gz"] == "runtime"
    assert files["leaf-2.0-py3-none-any.whl"] == "fallback"
    wheelforge("verify", "folder")
    wheelforge("build", "folder", "-o", "wheelhouse")
    wheelforge("verify", "wheelhouse")
    [built] = [wheel for wheel in lock_of(Path("wheelhouse")).built if wheel.name == "leaf"]
    assert (built.filename, built.url, built.fallback) == ("leaf-2.0-py3-none-any.whl", "", False)


def test_where_a_build_fails_the_wheel_to_fall_back_on_is_taken_and_said(
    own_index: Callable[..., PackageIndex], tmp_path: Path
) -> None:
    index = own_index()
    sdist, wheel = index.folder / "broken-1.0.tar.gz", Offer("broken-1.0-py3-none-any.whl").write(tmp_path)
    entries = [file_entry(path.name, path.read_bytes()) for path in (sdist, wheel)]
    index.server.routes[entries[1]["url"]] = ranged(wheel.read_bytes())
    index.server.routes["/simple/broken/"] = json_page(*entries)
    outcome = wheelforge("wheel", "broken", "--with-fallback", "-o", "wheelhouse")
    assert "  broken 1.0  failed\n" in outcome.stderr
    said = "warning: broken 1.0 was not built: the index's broken-1.0-py3-none-any.whl is taken instead"
    assert said in outcome.stderr
    wheelforge("verify", "wheelhouse")
    [taken] = [wheel for wheel in lock_of(Path("wheelhouse")).built if wheel.name == "broken"]
    assert taken.fallback
    assert taken.url


def test_a_requirements_file_may_stand_on_a_server(own_index: Callable[..., PackageIndex]) -> None:
    index = own_index()
    server = index.server
    server.routes["/wanted.txt"] = b"leaf<2\n-c bounds.txt\n"
    server.routes["/bounds.txt"] = b"leaf<1.1\n"
    wheelforge("collect", "-r", f"{server.url}/wanted.txt", "-o", "folder")
    assert "leaf-1.0-py3-none-any.whl" in names(Path("folder"))
    told = refused("collect", "-r", f"{server.url}/missing.txt", code=ExitCode.USAGE)
    assert "there is no requirements file at" in told


@pytest.mark.usefixtures("multi")
@pytest.mark.parametrize(
    ("target", "flags"),
    [
        (
            LINUX,
            ["--platform", "manylinux_2_28_x86_64", "--platform", "manylinux_2_17_x86_64", "--python-version", "3.12"],
        ),
        (WINDOWS, ["--platform", "win_amd64", "--python-version", "3.13"]),
    ],
)
def test_pip_finds_every_pin_of_a_target_in_the_folder(target: str, flags: list[str], tmp_path: Path) -> None:
    wheelforge("collect", "multi", *BOTH, "-o", "folder")
    # pip reads markers for this machine whatever the platform is: dependencies are named one by one.
    pinned = [
        f"{pin.name}=={pin.version}"
        for one in lock_of(Path("folder")).targets
        if one.name == target
        for pin in one.pins
    ]
    offline = ("--isolated", "--disable-pip-version-check", "--no-index", "--find-links", "folder", "--no-deps")
    command = [sys.executable, "-m", "pip", "download", *offline, "--only-binary", ":all:", *flags, *pinned]
    subprocess.run([*command, "--dest", str(tmp_path / "found")], check=True)
    assert sorted(path.name for path in (tmp_path / "found").iterdir()) == pins("folder")[target]


@pytest.mark.usefixtures("here", "jailed")
def test_what_is_a_guess_for_another_target_is_no_concern_of_this_one() -> None:
    wheelforge("collect", "--build-deps", "dynamic", "--target", "current", "--target", LINUX, "-o", "folder")
    lock = lock_of(Path("folder"))
    told = {target.name: target.incomplete for target in lock.targets}
    assert told == {current().name: (), LINUX: lock.incomplete}
    assert "may lack" not in wheelforge("build", "folder", "-o", "wheelhouse", "--strict").stderr
