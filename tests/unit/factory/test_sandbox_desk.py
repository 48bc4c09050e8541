"""Backends that are really asked: both answers come from one process, and nothing is asked twice."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import textwrap
from typing import TYPE_CHECKING

import pytest

from archives_fixture import file, write_tar
from fakes import FakeIndex, Offer
from sandboxes import sandbox_or_skip
from wheelforge.events import silent
from wheelforge.factory.made import Equipment
from wheelforge.factory.sandbox_desk import SandboxDesk
from wheelforge.forge.bench import Bench
from wheelforge.forge.failure import Failure, HookFailed
from wheelforge.forge.toolchain import toolchain
from wheelforge.interpreters.running import base, current
from wheelforge.process.runner import Runner
from wheelforge.sandbox.environments import Environments
from wheelforge.sandbox.port import Isolation
from wheelforge.simple.index import Fetched
from wheelforge.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.model.artifacts import Artifact

SDIST = Offer("app-1.tar.gz").artifact
PYPROJECT = b'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
METADATA = """
import pathlib
def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    folder = pathlib.Path(metadata_directory, "app-1.dist-info")
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\\nName: app\\nVersion: 1\\nRequires-Dist: lib\\n")
    return folder.name
"""


class OneSdist(FakeIndex):
    """An index of one sdist, whose backend is its own."""

    def __init__(self, folder: Path, backend: str) -> None:
        super().__init__(folder)
        members = {"pyproject.toml": PYPROJECT, "backend.py": textwrap.dedent(backend).encode()}
        self._path = write_tar(folder / SDIST.filename, [file(f"app-1/{name}", data) for name, data in members.items()])

    async def fetch(self, _artifact: Artifact) -> Fetched:
        """See `Index`."""
        data = self._path.read_bytes()
        return Fetched(path=self._path, sha256=hashlib.sha256(data).hexdigest(), size=len(data))


class Asking:
    """A desk whose answers are remembered in a folder."""

    def __init__(self, folder: Path, backend: str, timeout: float = 60.0) -> None:
        store, sandbox, runner = Store(folder / "store"), sandbox_or_skip(Isolation.VENV), Runner()
        self.log = folder / "logs" / "app-1.hooks.log"
        self.desk = SandboxDesk(
            index=OneSdist(folder, backend),
            equipment=Equipment(
                bench=Bench(
                    sandbox=sandbox,
                    environments=Environments(store, sandbox=sandbox, interpreter=base(), runner=runner),
                    runner=runner,
                    conditions="",
                    timeout=timeout,
                    timeout_option="--hook-timeout",
                ),
                store=store,
                target=current(),
                report=silent,
                logs=self.log.parent,
            ),
            places=asyncio.Semaphore(1),
        )

    def hooks(self) -> list[str]:
        """What was asked since the last time, in the last process."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return [line.removeprefix("--- ") for line in lines if line.startswith("--- ")]


def test_both_answers_come_from_one_process_and_are_remembered(tmp_path: Path) -> None:
    one = Asking(tmp_path, METADATA)
    told = asyncio.run(one.desk.answers(SDIST, []))
    assert one.hooks() == ["get_requires_for_build_wheel", "prepare_metadata_for_build_wheel"]
    assert told.requires == ()
    assert told.metadata is not None
    assert [str(requirement) for requirement in told.metadata.requires] == ["lib"]
    again = Asking(tmp_path, METADATA)
    assert asyncio.run(again.desk.answers(SDIST, [])) == told
    assert asyncio.run(again.desk.requires(SDIST, [])) == ()
    assert again.hooks() == []


def test_what_another_version_remembered_is_asked_for_again(tmp_path: Path) -> None:
    records = tmp_path / "store" / "store-v1" / "records"
    one = Asking(tmp_path, METADATA)
    told = asyncio.run(one.desk.answers(SDIST, []))
    shutil.move(records / "requires-and-metadata", records / "requires-for-wheel")
    again = Asking(tmp_path, METADATA)
    assert asyncio.run(again.desk.requires(SDIST, [])) == told.requires
    assert again.hooks() == ["get_requires_for_build_wheel"]


def test_a_backend_that_wants_more_is_not_asked_for_metadata_yet(tmp_path: Path) -> None:
    one = Asking(tmp_path, METADATA + "def get_requires_for_build_wheel(config_settings=None):\n    return ['more']\n")
    told = asyncio.run(one.desk.answers(SDIST, []))
    assert (told.requires, told.metadata) == (("more",), None)
    assert one.hooks() == ["get_requires_for_build_wheel"]


def test_who_asks_the_same_at_once_waits_for_one_answer(tmp_path: Path) -> None:
    one = Asking(tmp_path, "import uuid\ndef get_requires_for_build_wheel(_=None): return [uuid.uuid4().hex]\n")

    async def main() -> list[tuple[str, ...]]:
        return await asyncio.gather(*(one.desk.requires(SDIST, []) for _ in range(3)))

    assert len(set(asyncio.run(main()))) == 1


def test_a_failure_is_not_remembered(tmp_path: Path) -> None:
    one = Asking(tmp_path, "def get_requires_for_build_wheel(_=None): raise SystemExit(3)\n")
    for _ in range(2):
        with pytest.raises(HookFailed):
            asyncio.run(one.desk.requires(SDIST, []))
        assert one.hooks() == ["get_requires_for_build_wheel"]


def test_a_backend_that_hangs_is_told_with_the_option_that_gives_it_longer(tmp_path: Path) -> None:
    backend = "import time\ndef get_requires_for_build_wheel(_=None): time.sleep(600)\n"
    one = Asking(tmp_path, backend, timeout=0.5)
    with pytest.raises(HookFailed, match="app 1: get_requires_for_build_wheel failed: it did not end within") as caught:
        asyncio.run(one.desk.requires(SDIST, []))
    assert caught.value.failure is Failure.TIMED_OUT
    assert caught.value.hint == "if it only needs longer: --hook-timeout 2"


def test_what_is_prepared_before_the_first_question_changes_no_answer(tmp_path: Path) -> None:
    one = Asking(tmp_path, METADATA)

    async def main() -> tuple[str, ...]:
        one.desk.prepare()
        return await one.desk.requires(SDIST, [])

    assert asyncio.run(main()) == ()


def test_on_a_machine_with_other_packages_a_backend_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    packages = tmp_path / "packages"
    monkeypatch.setattr("wheelforge.forge.toolchain.PACKAGE_DATABASES", (str(packages),))
    request.addfinalizer(toolchain.cache_clear)
    hooks = list[str]()
    for installed in ("", "", "swig"):
        packages.write_text(installed)
        toolchain.cache_clear()
        one = Asking(tmp_path, METADATA)
        asyncio.run(one.desk.requires(SDIST, []))
        hooks += one.hooks()
    assert hooks == ["get_requires_for_build_wheel"] * 2
