"""What the real index cannot give is refused in plain words, and nothing is left lying about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from integration.command import assert_nothing_finished, refused, wheelforge
from wheelforge.cli.output import ErrorDocument
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.network


def test_a_project_without_an_sdist_is_told_with_its_wheels_and_what_to_type(tmp_path: Path) -> None:
    asked = ("torch", "--no-binary", ":all:", "-o", tmp_path)
    told = refused("wheel", *asked, code=ExitCode.RESOLUTION)
    assert re.search(r"torch has no sdist: \S+ comes as \d+ wheels? only", told)
    assert "--only-binary torch" in told
    assert_nothing_finished(tmp_path)


def test_a_project_that_does_not_exist_is_told_by_name(tmp_path: Path) -> None:
    name = "wheelforge-knows-of-no-such-project"
    told = wheelforge("collect", name, "--json", "-o", tmp_path, code=ExitCode.RESOLUTION).document(ErrorDocument)
    assert f"no project '{name}' on the index" in told.message
    assert told.exit_code == ExitCode.RESOLUTION
    assert_nothing_finished(tmp_path)


def test_a_version_that_does_not_exist_is_told_with_those_that_do(tmp_path: Path) -> None:
    told = refused("collect", "flask==3.1.99", "-o", tmp_path, code=ExitCode.RESOLUTION)
    assert "no version of flask fits ==3.1.99" in told
    assert "3.1.0" in told
    assert_nothing_finished(tmp_path)
