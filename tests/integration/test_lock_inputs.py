"""A lock as an input is law: its pins, its files, its hashes, from where it says, for the targets it was made for."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tomli_w

from integration.command import archives, lock_of, refused, wheelforge
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from index import PackageIndex

pytestmark = pytest.mark.usefixtures("here")

LEAF, LIB = "leaf-1.1-py3-none-any.whl", "lib-1.0-py3-none-any.whl"
PYLOCK, UV = "pylock.toml", "uv.lock"


def listed(index: PackageIndex, filename: str) -> tuple[str, str]:
    """Where a file of the index is, and its hash."""
    digest = hashlib.sha256((index.folder / filename).read_bytes()).hexdigest()
    return f"{index.server.url}/files/{filename}", digest


def pylock(index: PackageIndex, *filenames: str, **head: Any) -> None:  # noqa: ANN401 - TOML
    """Write a ``pylock.toml`` of wheels of the index."""
    packages = []
    for filename in filenames:
        name, version, *_ = filename.split("-")
        url, digest = listed(index, filename)
        wheel = {"name": filename, "url": url, "hashes": {"sha256": digest}}
        packages.append({"name": name, "version": version, "wheels": [wheel]})
    table = {"lock-version": "1.0", "created-by": "test", **head, "packages": packages}
    Path(PYLOCK).write_text(tomli_w.dumps(table))


def uv_lock(index: PackageIndex, *filenames: str) -> None:
    """Write a ``uv.lock`` of a project in the working folder that requires wheels of the index."""
    packages: list[dict[str, Any]] = []
    for filename in filenames:
        name, version, *_ = filename.split("-")
        url, digest = listed(index, filename)
        wheel = {"url": url, "hash": f"sha256:{digest}"}
        source = {"registry": index.url}
        packages.append({"name": name, "version": version, "source": source, "wheels": [wheel]})
    edges = [{"name": package["name"]} for package in packages]
    packages.append({"name": "shop", "version": "0", "source": {"virtual": "."}, "dependencies": edges})
    Path(UV).write_text(tomli_w.dumps({"version": 1, "requires-python": ">=3.8", "package": packages}))


@pytest.mark.parametrize(("write", "name"), [(pylock, PYLOCK), (uv_lock, UV)], ids=["pylock.toml", "uv.lock"])
@pytest.mark.parametrize("named", [True, False], ids=["named", "standing here"])
def test_a_lock_gives_the_files_that_it_lists_though_newer_ones_are_there(
    package_index: PackageIndex,
    write: Callable[..., None],
    name: str,
    *,
    named: bool,
) -> None:
    write(package_index, LEAF, LIB)
    wheelforge("collect", *(["-r", name] if named else []), "-o", "folder")
    assert archives(Path("folder")) == {LEAF, LIB}
    digest = hashlib.sha256(Path(name).read_bytes()).hexdigest()
    assert lock_of(Path("folder")).inputs.locks == (f"{name} sha256:{digest}",)


def test_another_pick_is_not_answered_with_what_was_picked_before(package_index: PackageIndex) -> None:
    pylock(package_index, LEAF, LIB, extras=["more"])
    table = tomllib.loads(Path(PYLOCK).read_text())
    table["packages"][1]["marker"] = "'more' in extras"
    Path(PYLOCK).write_text(tomli_w.dumps(table))
    wheelforge("collect", "-r", PYLOCK, "-o", "folder")
    assert archives(Path("folder")) == {LEAF}
    wheelforge("collect", "-r", PYLOCK, "--all-extras", "-o", "folder")
    assert archives(Path("folder")) == {LEAF, LIB}
    said = refused("collect", "-r", PYLOCK, "--locked", "-o", "folder", code=ExitCode.RESOLUTION)
    assert "extras=more is no longer there" in said


def test_no_page_of_the_index_is_asked_for(package_index: PackageIndex) -> None:
    pylock(package_index, LEAF, LIB)
    before = len(package_index.server.seen)
    wheelforge("collect", "-r", PYLOCK, "-o", "folder")
    assert not [path for path in package_index.server.paths()[before:] if path.startswith("/simple/")]


def test_what_collect_writes_is_an_input_again() -> None:
    wheelforge("collect", "app", "-o", "first")
    wheelforge("collect", "-r", "first/pylock.toml", "-o", "second")
    assert archives(Path("second")) == archives(Path("first"))


def test_pip_reads_what_collect_writes(package_index: PackageIndex) -> None:
    wheelforge("collect", "app", "leaf==2.0", "--prefer", "source", "--only-binary", ":all:", "-o", "folder")
    pip = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check"]
    if "pylock" not in subprocess.run([*pip, "help", "install"], check=False, capture_output=True, text=True).stdout:
        pytest.skip("no pip here that reads pylock.toml")
    told = subprocess.run(
        [*pip, "install", "--dry-run", "--ignore-installed", "--no-index", "-r", "folder/pylock.toml"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "Would install app-1.0 leaf-2.0 lib-1.0" in told
    assert package_index.url not in told


def test_a_file_of_another_hash_is_refused(package_index: PackageIndex) -> None:
    pylock(package_index, LEAF)
    lock = Path(PYLOCK)
    lock.write_text(lock.read_text().replace(listed(package_index, LEAF)[1], "0" * 64))
    assert LEAF in refused("collect", "-r", PYLOCK, "-o", "folder", code=ExitCode.INTEGRITY)
    assert archives(Path("folder")) == set()


def test_a_lock_of_wheels_has_no_sources(package_index: PackageIndex) -> None:
    pylock(package_index, LEAF)
    said = refused("collect", "-r", PYLOCK, "--no-binary", ":all:", "-o", "folder", code=ExitCode.RESOLUTION)
    assert "leaf" in said


def test_a_lock_for_another_platform_is_refused(package_index: PackageIndex) -> None:
    pylock(package_index, LEAF, environments=["sys_platform == 'plan9'"])
    said = refused("collect", "-r", PYLOCK, "-o", "folder", code=ExitCode.RESOLUTION)
    assert 'its environments are sys_platform == "plan9"' in said


BROKEN = b"no zip"
ITS_HASH = {"sha256": hashlib.sha256(BROKEN).hexdigest()}


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        pytest.param({"path": f"away/{LEAF}", "hashes": ITS_HASH}, ExitCode.USAGE, id="missing"),
        pytest.param({"url": "SERVER/missing.whl", "hashes": ITS_HASH}, ExitCode.INDEX, id="missing elsewhere"),
        pytest.param({"path": LEAF, "hashes": {"sha256": "0" * 64}}, ExitCode.INTEGRITY, id="another hash"),
        pytest.param({"path": LEAF, "hashes": ITS_HASH}, ExitCode.INTEGRITY, id="broken"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_entry_in_the_lock(
    package_index: PackageIndex, entry: dict[str, Any], code: ExitCode
) -> None:
    Path(LEAF).write_bytes(BROKEN)
    pylock(package_index, LIB, LEAF)
    table = tomllib.loads(Path(PYLOCK).read_text())
    table["packages"][1]["wheels"] = [{"name": LEAF, **entry}]
    Path(PYLOCK).write_text(tomli_w.dumps(table).replace("SERVER", package_index.server.url))
    # A requirement beside the lock has its files read.
    assert f"{PYLOCK}: packages[1].wheels[0]" in refused("collect", "-r", PYLOCK, "app", "-o", "folder", code=code)


def test_what_is_wrong_with_an_archive_is_told_with_its_entry_in_the_lock(package_index: PackageIndex) -> None:
    Path(LEAF).write_bytes(BROKEN)
    pylock(package_index, LIB)
    table = tomllib.loads(Path(PYLOCK).read_text())
    table["packages"].append({"name": "leaf", "archive": {"path": LEAF, "hashes": ITS_HASH}})
    Path(PYLOCK).write_text(tomli_w.dumps(table))
    said = refused("collect", "-r", PYLOCK, "-o", "folder", code=ExitCode.INTEGRITY)
    assert f"{LEAF} is no sound wheel" in said
    assert f"listed by {PYLOCK}: packages[1]\n" in said
