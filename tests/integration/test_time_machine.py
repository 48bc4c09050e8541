"""``--build-deps-as-of``: builds get what there was in their day."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.command import lock_of, refused, wheelforge
from integration.planted import planted
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from index import PackageIndex

pytestmark = pytest.mark.usefixtures("here", "jailed")

EARLY, RELEASED, LATE = (f"2025-0{month}-01T00:00:00Z" for month in (2, 4, 6))
DATED = """
from importlib.metadata import version
import tinybackend
from tinybackend import *

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    if version("engine") != "1.0":
        raise RuntimeError("error in relic setup command: use_2to3 is invalid.")
    return tinybackend.build_wheel(wheel_directory)
"""


@pytest.fixture(autouse=True)
def museum(own_index: Callable[..., PackageIndex], tmp_path: Path) -> None:
    """An index on which ``relic`` is as old as its build is, and ``engine`` went on."""
    engine = replace(planted(tmp_path / "engine"), kinds=("sdist", "wheel"))
    relic = planted(tmp_path / "relic", backend=DATED, build_requires=("tinybackend", "engine"))
    own_index(
        replace(engine, project={**engine.project, "version": "2.0"}, uploaded=LATE),
        replace(engine, uploaded=EARLY),
        replace(relic, uploaded=RELEASED),
    )


def engines(folder: str) -> list[str]:
    """The versions that builds get."""
    pins = [pin for environment in lock_of(Path(folder)).environments for pin in environment.pins]
    return [str(pin.version) for pin in pins if pin.name == "engine"]


def test_the_newest_breaks_what_was_built_with_an_older_one_and_the_hint_says_so() -> None:
    said = refused("wheel", "relic", code=ExitCode.BUILD)
    assert "use_2to3 is invalid" in said
    assert "hint: collect with --build-deps-as-of release" in said


def test_each_build_environment_is_as_of_the_release_of_its_sdist() -> None:
    wheelforge("wheel", "relic", "--build-deps-as-of", "release")
    assert engines("wheelhouse/collected") == ["1.0"]
    assert Path("wheelhouse/relic-1.0-py3-none-any.whl").is_file()


@pytest.mark.parametrize(("moment", "version"), [("2025-03-01", "1.0"), ("2025-07-01", "2.0")])
def test_a_moment_holds_for_all_of_them(moment: str, version: str) -> None:
    wheelforge("collect", "relic", "--build-deps", "--build-deps-as-of", moment, "-o", "folder")
    assert engines("folder") == [version]


def test_what_is_asked_for_may_be_newer_than_what_builds_get() -> None:
    wheelforge("collect", "relic", "engine", "--build-deps", "--build-deps-as-of", "release", "-o", "folder")
    assert [str(pin.version) for pin in lock_of(Path("folder")).targets[0].pins] == ["2.0", "1.0"]
    assert engines("folder") == ["1.0"]


def test_another_moment_is_another_lock() -> None:
    wheelforge("collect", "relic", "--build-deps", "-o", "folder")
    again = wheelforge("collect", "relic", "--build-deps", "--build-deps-as-of", "release", "-o", "folder")
    assert "following" not in again.stderr
    assert engines("folder") == ["1.0"]


def test_what_is_no_moment_is_refused() -> None:
    said = refused("collect", "relic", "--build-deps-as-of", "yesterday", code=ExitCode.USAGE)
    assert said == "error: --build-deps-as-of: 'yesterday' is no moment\nhint: write release, or a date: 2020-06-30\n"


def test_an_sdist_that_nobody_has_uploaded_gets_what_there_is_now_and_that_is_said(tmp_path: Path) -> None:
    project = tmp_path / "mine"
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["tinybackend", "engine"]\nbuild-backend = "tinybackend"\n'
        '[project]\nname = "mine"\nversion = "1.0"\n'
    )
    told = wheelforge("collect", project, "--build-deps", "--build-deps-as-of", "release", "-o", "folder").stderr
    assert "nobody says when mine 1.0 was uploaded: its build environment is as of now" in told
    assert engines("folder") == ["2.0"]
