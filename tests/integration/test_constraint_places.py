"""Constraints by URL: where a project is taken from should it be needed, and nothing that is asked for."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.command import archives, assert_nothing_finished, lock_of, refused, wheelforge
from loopback import serving
from repositories import Repository
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from index import PackageIndex

pytestmark = pytest.mark.usefixtures("here")

OLD, NEW = "leaf-1.0-py3-none-any.whl", "leaf-2.0-py3-none-any.whl"
APP = ("app", "-c", "c.txt", "-o", "folder")
BUILD = '[build-system]\nrequires = ["tinybackend"]\nbuild-backend = "tinybackend"\n'


def constrain(*lines: str) -> None:
    Path("c.txt").write_text("\n".join(lines))


def test_a_project_that_is_needed_is_taken_from_the_place_and_one_that_is_not_is_left_alone(
    package_index: PackageIndex,
) -> None:
    body = (package_index.folder / OLD).read_bytes()
    with serving({f"/{OLD}": body}) as server:
        constrain(f"leaf @ {server.url}/{OLD}", f"wheel-only @ {server.url}/never.whl", "lib<9")
        wheelforge("collect", *APP)
        assert server.paths() == [f"/{OLD}"]
        assert "following folder/wheelforge.lock" in wheelforge("collect", *APP, "--locked").stderr
    assert "needs leaf 1.0 (leaf>=1)" in wheelforge("why", "leaf", "folder").stdout
    lock = lock_of(Path("folder"))
    [leaf] = [file for file in lock.artifacts if file.name == "leaf"]
    assert leaf.filename == OLD
    assert leaf.direct is not None
    assert (leaf.direct.url, leaf.sha256) == (f"{server.url}/{OLD}", hashlib.sha256(body).hexdigest())
    assert lock.inputs.constraint_references[1] == f"wheel-only @ {server.url}/never.whl"
    constrain(f"leaf @ {server.url}/{NEW}", "lib<9")
    told = refused("collect", *APP, "--locked", code=ExitCode.RESOLUTION)
    assert f"the constraint reference leaf @ {server.url}/{NEW} is new" in told


def test_a_repository_and_a_folder_bind_too_and_are_looked_at_again() -> None:
    leaf = Repository(Path("own").absolute())
    leaf.commit({"pyproject.toml": f'{BUILD}[project]\nname = "leaf"\nversion = "1.5"\n', "src/leaf.py": ""})
    constrain(f"leaf @ git+{leaf.folder.as_uri()}")
    wheelforge("collect", *APP, "--static")
    assert archives(Path("folder")) >= {"leaf-1.5.tar.gz"}
    constrain("leaf @ ./own", "wheel-only @ ./own")
    wheelforge("collect", *APP, "--static")
    leaf.write({"src/leaf.py": "CHANGED = True"})
    before = (Path("folder") / "leaf-1.5.tar.gz").read_bytes()
    assert "following" not in wheelforge("collect", *APP, "--static").stderr
    assert (Path("folder") / "leaf-1.5.tar.gz").read_bytes() != before


def test_a_hash_on_the_line_must_fit(package_index: PackageIndex) -> None:
    path = package_index.folder / OLD
    right = hashlib.sha512(path.read_bytes()).hexdigest()
    written = ("-r", "waiving.txt")
    Path("waiving.txt").write_text("--no-require-hashes")
    constrain(f"leaf @ {path.as_uri()} --hash=sha512:{'0' * 128}")
    assert f"it has     sha512:{right}" in refused("collect", *APP, *written, code=ExitCode.INTEGRITY)
    assert_nothing_finished(Path("folder"))
    constrain(f"leaf @ {path.as_uri()} --hash=sha512:{right}")
    wheelforge("collect", *APP, *written)
    assert OLD in archives(Path("folder"))


def test_where_hashes_are_required_a_place_needs_one_as_soon_as_it_is_needed(package_index: PackageIndex) -> None:
    url, wheel = (package_index.folder / OLD).as_uri(), package_index.folder / NEW
    Path("r.txt").write_text(f"leaf==2.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}")
    arguments = ("-r", "r.txt", "-c", "c.txt", "-o", "folder")
    constrain(f"wheel-only @ {url}")
    wheelforge("collect", *arguments)
    constrain(f"leaf @ {url}")
    assert "this constraint has none:" in refused("collect", *arguments, code=ExitCode.USAGE)


def test_what_asks_for_another_version_than_stands_there_is_told_who_sent_for_it(package_index: PackageIndex) -> None:
    constrain(f"leaf @ {(package_index.folder / OLD).as_uri()}")
    told = refused("collect", "leaf>=2", "-c", "c.txt", "-o", "folder", code=ExitCode.RESOLUTION)
    assert "c.txt:1 (a constraint) wants leaf @ " in told
    assert "1.0" in told


def test_a_place_that_is_asked_for_and_the_one_that_it_is_bound_to_are_the_same_or_refused(
    package_index: PackageIndex,
) -> None:
    one, other = ((package_index.folder / name).as_uri() for name in (OLD, NEW))
    constrain(f"leaf @ {one}")
    wheelforge("collect", f"leaf @ {one}", "-c", "c.txt", "-o", "folder")
    told = refused("collect", f"leaf @ {other}", "-c", "c.txt", "-o", "other", code=ExitCode.USAGE)
    assert "leaf is asked for at two places" in told
    assert "(c.txt:1)" in told


def test_a_build_constraint_names_no_place(package_index: PackageIndex) -> None:
    constrain(f"leaf @ {(package_index.folder / OLD).as_uri()}")
    told = refused("collect", "leaf", "--build-constraint", "c.txt", "-o", "folder", code=ExitCode.USAGE)
    assert "only projects and their versions can be named here, not places" in told
