"""A working folder whose index is the fixture index, and what several tests look at without changing it."""

from __future__ import annotations

import contextlib
import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from hostile import Siege, besieged
from index import serving
from integration.command import Outcome, wheelforge
from integration.compiler import COMPILER
from projects import releases
from sandboxes import sandbox_or_skip
from wheelforge.sandbox.port import Isolation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from index import PackageIndex
    from projects import Release


@pytest.fixture
def here(package_index: PackageIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, empty; commands that name no index ask that of the fixture projects."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("WHEELFORGE_INDEX_URL", package_index.url)
    return folder


@pytest.fixture
def own_index(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., PackageIndex]]:
    """Starts an index of the fixture projects and of those that it is given, which commands ask from then on."""
    assert here.is_dir()

    def start(*planted: Release) -> PackageIndex:
        folder = tmp_path / "index"
        folder.mkdir()
        index = stack.enter_context(serving(folder, [*releases(), *planted]))
        monkeypatch.setenv("WHEELFORGE_INDEX_URL", index.url)
        return index

    with contextlib.ExitStack() as stack:
        yield start


@pytest.fixture
def siege(tmp_path: Path) -> Iterator[Siege]:
    """An index that a test makes hostile, and a folder that was collected from it before."""
    with besieged(tmp_path) as siege:
        yield siege


@pytest.fixture
def jailed() -> None:
    """The test runs where the jail works only: without it collect asks no hooks, and calls its lock incomplete."""
    sandbox_or_skip(Isolation.BWRAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class MainJob:
    """A finished run of ``wheelforge wheel``; to be looked at, and its cache to be shared."""

    outcome: Outcome
    wheelhouse: Path
    cache: Path

    @property
    def collected(self) -> Path:
        """The sources."""
        return self.wheelhouse / "collected"


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where things stand that several tests look at."""
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture
def main_job(here: Path, shelf: Path) -> MainJob:
    """A wheelhouse of pure projects and, where there is a compiler, a C extension, all from source."""
    assert here.is_dir()
    return _main_job(shelf)


@functools.cache
def _main_job(shelf: Path) -> MainJob:
    asked = ("app", "dynamic", "secretive", *(["fastadd"] if COMPILER else []))
    wheelhouse, cache = shelf / "wheelhouse", shelf / "cache"
    outcome = wheelforge("wheel", *asked, "-o", wheelhouse, "--cache-dir", cache, "--json")
    return MainJob(outcome=outcome, wheelhouse=wheelhouse, cache=cache)


@pytest.fixture
def warm(main_job: MainJob, monkeypatch: pytest.MonkeyPatch) -> MainJob:
    """The cache is that of the main job: what it has built need not be built again."""
    monkeypatch.setenv("WHEELFORGE_CACHE_DIR", str(main_job.cache))
    return main_job
