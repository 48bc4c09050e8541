"""Builds that fail: the package, the end of its log and the log's path are told, and where one is known a way out."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.command import archives, assert_nothing_finished, refused, wheelforge
from integration.compiler import needs_compiler
from integration.planted import planted
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from index import PackageIndex

pytestmark = pytest.mark.usefixtures("warm")


def failed(*asked: str) -> str:
    """What a wheel that must fail to build says; no wheel stands in the wheelhouse."""
    said = refused("wheel", *asked, "-o", "wheelhouse", code=ExitCode.BUILD)
    assert not list(Path("wheelhouse").glob("*.*"))
    return said


def test_a_backend_that_raises_is_told_with_the_end_of_its_log_and_where_the_rest_is() -> None:
    said = failed("broken")
    assert said.startswith("error: broken 1.0: build_wheel failed: RuntimeError: this backend never works\n")
    assert "  | about to fail\n" in said
    assert "its whole log: wheelhouse/logs/broken-1.0.log\n" in said
    assert "RuntimeError: this backend never works" in Path("wheelhouse/logs/broken-1.0.log").read_text()


@needs_compiler
def test_a_header_that_is_missing_is_told_with_how_to_find_it() -> None:
    said = failed("no-header")
    assert "no_header.c:1:10: fatal error: nowhere/to_be_found.h: No such file or directory" in said
    assert said.splitlines()[-1].startswith("hint: the C header nowhere/to_be_found.h is missing")


def test_a_wheel_of_another_version_is_not_taken() -> None:
    said = failed("liar")
    assert "liar-9.9-py3-none-any.whl is not the wheel that was expected" in said
    assert "expected the version 1.0, got 9.9" in said


def test_all_that_failed_is_told_and_the_rest_is_built_where_it_shall_go_on() -> None:
    told = wheelforge("wheel", "broken", "liar", "wants-old", "--keep-going", "-o", "wheelhouse", code=ExitCode.BUILD)
    assert "broken 1.0: build_wheel failed" in told.stderr
    assert "liar-9.9-py3-none-any.whl is not the wheel" in told.stderr
    assert "  wants_old-1.0-py3-none-any.whl  " in told.stderr
    assert archives(Path("wheelhouse")) == {f"collected/{name}" for name in archives(Path("wheelhouse/collected"))}


def test_a_build_cycle_is_told_as_a_path_and_the_hint_leads_out() -> None:
    said = refused("wheel", "chicken", "-o", "wheelhouse", code=ExitCode.RESOLUTION)
    assert_nothing_finished(Path("wheelhouse"))
    assert "build cycle: chicken 1.0 -> egg 1.0 -> chicken 1.0\n" in said
    _, _, option = said.splitlines()[-1].rpartition(": ")
    assert option == "--seed egg"
    wheelforge("wheel", "chicken", *shlex.split(option), "-o", "wheelhouse")
    assert Path("wheelhouse/chicken-1.0-py3-none-any.whl").is_file()
    assert Path("wheelhouse/collected/build-deps/egg-1.0-py3-none-any.whl").is_file()


RAISES = """
def get_requires_for_build_wheel(config_settings=None):
    raise RuntimeError("this hook never works")


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    raise RuntimeError("this hook never works")
"""


@pytest.mark.usefixtures("jailed")
@pytest.mark.parametrize(
    ("metadata_version", "arguments"),
    [pytest.param("2.4", ["--build-deps"], id="for a build"), pytest.param("1.2", [], id="for metadata")],
)
def test_a_hook_that_fails_while_collecting_is_told_with_its_log(
    metadata_version: str, arguments: list[str], own_index: Callable[..., PackageIndex], tmp_path: Path
) -> None:
    own_index(planted(tmp_path / "rude", backend=RAISES, metadata_version=metadata_version))
    said = refused("collect", "rude", *arguments, "-o", "folder", code=ExitCode.BUILD)
    assert "rude 1.0: get_requires_for_build_wheel failed: RuntimeError: this hook never works\n" in said
    [log] = [line.removeprefix("its whole log: ") for line in said.splitlines() if line.startswith("its whole log: ")]
    assert "this hook never works" in Path(log).read_text()
    assert_nothing_finished(Path("folder"))


def test_several_builds_that_cannot_be_planned_are_one_error(
    own_index: Callable[..., PackageIndex], tmp_path: Path
) -> None:
    own_index(*(planted(tmp_path / name, build_requires=("nobody-has-this",)) for name in ("one", "two")))
    said = refused("wheel", "one", "two", "-o", "wheelhouse", code=ExitCode.RESOLUTION)
    assert "no project 'nobody-has-this' on the index, wanted by the build environment of one 1.0" in said
    assert_nothing_finished(Path("wheelhouse"))
