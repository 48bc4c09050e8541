"""The fixture index is a true one: pip installs from it, and its sdists are the same bytes each time."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

from integration.compiler import needs_compiler
from projects import make_sdist, releases

if TYPE_CHECKING:
    from pathlib import Path

    from index import PackageIndex


def pip(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_pip_resolves_extras_and_markers_and_leaves_out_what_is_yanked_or_too_new(
    package_index: PackageIndex, tmp_path: Path
) -> None:
    done = pip("download", "--index-url", package_index.url, "--dest", str(tmp_path), "app")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {
        "app-1.0-py3-none-any.whl",
        "leaf-2.0-py3-none-any.whl",
        "lib-1.0-py3-none-any.whl",
    }


@pytest.mark.parametrize("project", ["dynamic", pytest.param("fastadd", marks=needs_compiler), "secretive"])
def test_pip_builds_from_source(package_index: PackageIndex, tmp_path: Path, project: str) -> None:
    index = ("--index-url", package_index.url, "--no-cache-dir", "--no-deps", "--no-binary", project)
    done = pip("wheel", *index, "--wheel-dir", str(tmp_path), project)
    assert done.returncode == 0, done.stderr + done.stdout
    assert len(list(tmp_path.glob("*.whl"))) == 1


@pytest.mark.parametrize(
    ("project", "complaint"),
    [
        ("broken", "this backend never works"),
        ("liar", "9.9"),
        pytest.param("no-header", "nowhere/to_be_found.h", marks=needs_compiler),
    ],
)
def test_what_must_fail_to_build_does(
    package_index: PackageIndex, tmp_path: Path, project: str, complaint: str
) -> None:
    done = pip("wheel", "--index-url", package_index.url, "--no-cache-dir", "--wheel-dir", str(tmp_path), project)
    assert done.returncode != 0
    assert complaint in done.stderr + done.stdout


def test_what_conflicts_has_no_resolution(package_index: PackageIndex, tmp_path: Path) -> None:
    done = pip("download", "--index-url", package_index.url, "--dest", str(tmp_path), "wants-new", "wants-old")
    assert "ResolutionImpossible" in done.stderr


def test_older_versions_make_sets_that_fit(package_index: PackageIndex, tmp_path: Path) -> None:
    done = pip("download", "--index-url", package_index.url, "--dest", str(tmp_path), "picky", "wants-old")
    assert done.returncode == 0, done.stderr
    assert {"picky-1.0-py3-none-any.whl", "leaf-1.1-py3-none-any.whl"} <= {path.name for path in tmp_path.iterdir()}


def test_a_page_is_html_for_those_who_do_not_ask_for_json(package_index: PackageIndex) -> None:
    page = httpx.get(f"{package_index.url}leaf/", headers={"Accept": "text/html"})
    assert 'data-yanked="breaks everything"' in page.text


def test_sdists_are_the_same_bytes_each_time(package_index: PackageIndex, tmp_path: Path) -> None:
    made = [make_sdist(release, tmp_path) for release in releases() if "sdist" in release.kinds]
    assert made
    assert all(sdist.read_bytes() == (package_index.folder / sdist.name).read_bytes() for sdist in made)
