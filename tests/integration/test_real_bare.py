"""Real sdists and nothing else: down to the last backend, all is built from a folder that has no lock."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from integration.command import archives, lock_of, wheelforge
from real import pins
from wheelforge.model.artifacts import Kind

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.network, pytest.mark.slow, pytest.mark.usefixtures("jailed")]


def test_attrs_and_all_that_builds_it_come_from_nothing_but_sdists(
    tmp_path: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected, bare, wheelhouse = tmp_path / "collected", tmp_path / "bare", tmp_path / "wheelhouse"
    wheelforge("collect", "attrs", "--build-deps", "--no-binary", ":all:", "-o", collected)
    bare.mkdir()
    for name in archives(collected):
        shutil.copy2(collected / name, bare)
    monkeypatch.setenv("WHEELFORGE_CACHE_DIR", str(cache_dir / "another"))
    wheelforge("build", bare, "-o", wheelhouse)
    lock, before = lock_of(wheelhouse), lock_of(collected)
    assert {file.kind for file in lock.artifacts} == {Kind.SDIST}
    assert {unit.artifact: unit.requires for unit in lock.units} == {
        unit.artifact: unit.requires for unit in before.units
    }
    assert pins(lock)["attrs"] == pins(before)["attrs"]
    assert len(archives(wheelhouse)) == len(archives(bare))
    wheelforge("verify", wheelhouse)


def test_hooks_asked_from_source_find_what_hooks_among_wheels_do(tmp_path: Path) -> None:
    asked = ("collect", "attrs", "--build-deps", "--no-binary", ":all:")
    wheelforge(*asked, "-o", tmp_path / "wheels")
    wheelforge(*asked, "-o", tmp_path / "source", "--hooks", "from-source")
    among_wheels, from_source = lock_of(tmp_path / "wheels"), lock_of(tmp_path / "source")
    assert from_source.artifacts == among_wheels.artifacts
    assert [(unit.artifact, unit.requires) for unit in from_source.units] == [
        (unit.artifact, unit.requires) for unit in among_wheels.units
    ]
    used = {wheel.filename for one in from_source.hook_environments for wheel in one.wheels}
    assert used
    assert not [filename for filename in used if filename.endswith(".whl")]
