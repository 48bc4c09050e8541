"""Builds that fail: the package, the end of its log and the log's path are told, and where one is known a way out."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from integration.command import archives, assert_nothing_finished, refused, wheelforge
from wheelforge.errors import ExitCode

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


@pytest.mark.usefixtures("compiler")
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
    assert archives(Path("wheelhouse")) >= {"chicken-1.0-py3-none-any.whl", "collected/build-deps/egg-1.0-py3-none-any.whl"}
