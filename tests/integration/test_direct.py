"""Places whose backends are asked: real builds of sdists, in every sandbox of this machine."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from places import place, read_members
from repositories import Repository, write
from sandboxes import sandbox_or_skip
from wheelforge.direct.git import Git
from wheelforge.direct.obtained import Means
from wheelforge.direct.places import Places
from wheelforge.errors import BuildError
from wheelforge.events import silent
from wheelforge.factory.desk import ClosedDesk
from wheelforge.factory.knowledge import IndexFacts, Siblings
from wheelforge.factory.made import Equipment
from wheelforge.factory.sandbox_desk import SandboxDesk
from wheelforge.forge.bench import Bench
from wheelforge.interpreters.running import base, current
from wheelforge.plan.facts import Unanswered
from wheelforge.process.runner import Runner
from wheelforge.sandbox.environments import Environments
from wheelforge.sandbox.port import Isolation
from wheelforge.simple.exchange import Options
from wheelforge.simple.remote import SimpleIndex
from wheelforge.simple.web import Web
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from index import PackageIndex
    from wheelforge.direct.obtained import Obtained
    from wheelforge.factory.port import HookDesk
    from wheelforge.model.inputs import Reference

BUILD = '[build-system]\nrequires = ["tinybackend"]\nbuild-backend = "own_backend"\nbackend-path = ["."]\n'
PROJECT = f'{BUILD}[project]\nname = "thing"\nversion = "1.0"\n'
PLAIN = "from tinybackend import build_sdist\n"
COUNTING = """
import subprocess, tinybackend

def get_requires_for_build_sdist(config_settings=None):
    return ["extratool>=1"]

def build_sdist(sdist_directory, config_settings=None):
    import extratool
    git = ["git", "-c", "safe.directory=*", "describe", "--tags", "--dirty"]
    told = subprocess.run(git, check=True, capture_output=True, text=True).stdout.strip()
    version = told.removeprefix("v").replace("-", "+", 1).replace("-", ".")
    tinybackend.read_project = lambda: {"name": "thing", "version": version}
    return tinybackend.build_sdist(sdist_directory)
"""


class House:
    """Places, with everything below them that is real; a store of its own."""

    def __init__(self, folder: Path, index: PackageIndex, isolation: Isolation | None) -> None:
        self.folder = folder
        self.store = Store(folder / "cache")
        self.sandbox = None if isolation is None else sandbox_or_skip(isolation)
        self._url = index.url

    def obtain(self, reference: Reference) -> Obtained:
        return asyncio.run(self._obtain(reference))

    def members(self, obtained: Obtained) -> dict[str, str]:
        return read_members(self.store.blobs.path(obtained.artifact.sha256 or ""))

    async def _obtain(self, reference: Reference) -> Obtained:
        async with Web(Options(retries=0)) as web:
            index = SimpleIndex(name="example", url=self._url, web=web, store=self.store)
            desk = self._desk(index)
            facts = IndexFacts(index=index, builder=current(), hooks=desk, siblings=Siblings.LAST_RESORT)
            means = Means(
                web=web,
                git=Git(Runner(), os.environ),
                store=self.store,
                report=silent,
                cwd=self.folder,
            )
            with Places(means, facts.sdist_of) as places:
                return await places.obtain(reference)

    def _desk(self, index: SimpleIndex) -> HookDesk:
        if self.sandbox is None:
            return ClosedDesk(refusal=Unanswered(reason="nothing is run with --static"))
        bench = Bench(
            sandbox=self.sandbox,
            environments=Environments(self.store, sandbox=self.sandbox, interpreter=base(), runner=Runner()),
            runner=Runner(),
            conditions=self.sandbox.isolation.value,
            timeout=60.0,
        )
        equipment = Equipment(bench=bench, store=self.store, target=current(), report=silent, logs=self.folder / "logs")
        return SandboxDesk(index=index, equipment=equipment, places=asyncio.Semaphore(1))


@pytest.fixture(params=list(Isolation), ids=lambda isolation: isolation.value)
def house(request: pytest.FixtureRequest, tmp_path: Path, package_index: PackageIndex) -> House:
    return House(tmp_path, package_index, request.param)


def test_the_backend_of_a_folder_makes_its_sdist_and_changes_nothing_there(house: House, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "project", {"pyproject.toml": PROJECT, "own_backend.py": PLAIN, "src/thing.py": "x = 1\n"}
    )
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    one, two = (house.obtain(place(folder.as_uri(), name="thing")) for _ in range(2))
    assert one.artifact == two.artifact
    assert one.artifact.filename == "thing-1.0.tar.gz"
    assert set(house.members(one)) == {
        f"thing-1.0/{name}" for name in ("PKG-INFO", "pyproject.toml", "own_backend.py", "src/thing.py")
    }
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_version_that_is_counted_from_the_history_is_the_repositorys(house: House, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "project")
    dynamic = f'{BUILD}[project]\nname = "thing"\ndynamic = ["version"]\n'
    repository.commit({"inner/pyproject.toml": dynamic, "inner/own_backend.py": COUNTING, "inner/src/thing.py": ""})
    repository.git("tag", "v2.0")
    repository.commit({"inner/src/thing.py": "x = 1\n"})
    url = f"git+{repository.folder.as_uri()}"
    found = house.obtain(place(url, subdirectory="inner"))
    described = repository.git("describe", "--tags").rpartition("-g")[2]
    assert str(found.artifact.version) == f"2.0+1.g{described}"
    assert house.obtain(place((repository.folder / "inner").as_uri())).artifact.sha256 == found.artifact.sha256


def test_a_backend_that_fails_is_told(house: House, tmp_path: Path) -> None:
    folder = write(tmp_path / "project", {"pyproject.toml": PROJECT, "own_backend.py": "def build_sdist(*_): 1 / 0\n"})
    with pytest.raises(BuildError, match="ZeroDivisionError"):
        house.obtain(place(folder.as_uri()))


def test_an_sdist_that_does_not_say_what_it_is_is_told(house: House, tmp_path: Path) -> None:
    backend = """
import pathlib, tarfile
def build_sdist(sdist_directory, config_settings=None):
    with tarfile.open(pathlib.Path(sdist_directory, "thing-1.0.tar.gz"), "w:gz") as archive:
        archive.add("pyproject.toml", "thing-1.0/pyproject.toml")
    return "thing-1.0.tar.gz"
"""
    folder = write(tmp_path / "project", {"pyproject.toml": PROJECT, "own_backend.py": backend})
    with pytest.raises(BuildError, match="has no PKG-INFO"):
        house.obtain(place(folder.as_uri()))


def test_nothing_is_run_where_nothing_may_be(tmp_path: Path, package_index: PackageIndex) -> None:
    planted = f"import pathlib\npathlib.Path({str(tmp_path / 'planted')!r}).touch()\n"
    folder = write(
        tmp_path / "project", {"pyproject.toml": PROJECT, "own_backend.py": planted + PLAIN, "setup.py": planted}
    )
    asked = len(package_index.server.seen)
    found = House(tmp_path, package_index, None).obtain(place(folder.as_uri()))
    assert found.artifact.filename == "thing-1.0.tar.gz"
    assert not (tmp_path / "planted").exists()
    assert len(package_index.server.seen) == asked
