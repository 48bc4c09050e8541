"""Asking about a finished folder: verify proves it, why explains it, cache tells and empties what is remembered."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.command import refused, wheelforge
from wheelforge.cli.output import CacheDocument, VerifyDocument, WhyDocument
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from integration.conftest import MainJob


def test_verify_proves_a_wheelhouse_down_to_an_offline_install(warm: MainJob) -> None:
    outcome = wheelforge("verify", warm.wheelhouse, "--json")
    assert outcome.document(VerifyDocument).checks == [
        "every file has the locked SHA-256",
        "nothing stands here that the lock does not know",
        "every file says of itself what the lock says of it",
        "the runtime closure is complete",
        "pip installs it offline, by hash, and finds nothing missing",
    ]


def test_verify_proves_a_collected_folder(warm: MainJob) -> None:
    outcome = wheelforge("verify", warm.collected)
    assert outcome.stdout == f"{warm.collected} is whole: 4 checks held\n"


@pytest.fixture
def wheelhouse(warm: MainJob, here: Path) -> Path:
    """A wheelhouse that a test may spoil."""
    kept = shutil.ignore_patterns("collected", "logs")
    return Path(shutil.copytree(warm.wheelhouse, here / "wheelhouse", ignore=kept)).relative_to(here)


def test_verify_refuses_a_wheel_that_changed(wheelhouse: Path) -> None:
    with zipfile.ZipFile(wheelhouse / "leaf-1.1-py3-none-any.whl", "a") as wheel:
        wheel.writestr("leaf_more.py", "")
    assert "wheelhouse/leaf-1.1-py3-none-any.whl" in refused("verify", wheelhouse, code=ExitCode.INTEGRITY)


def test_verify_refuses_a_wheel_that_is_gone_and_one_that_nobody_knows(wheelhouse: Path) -> None:
    wheel = wheelhouse / "leaf-1.1-py3-none-any.whl"
    wheel.rename(wheelhouse / "leaf-1.2-py3-none-any.whl")
    assert "  leaf-1.1-py3-none-any.whl\n" in refused("verify", wheelhouse, code=ExitCode.RESOLUTION)
    shutil.copy(wheelhouse / "leaf-1.2-py3-none-any.whl", wheel)
    said = refused("verify", wheelhouse, code=ExitCode.INTEGRITY)
    assert "  leaf-1.2-py3-none-any.whl: the lock does not know it\n" in said


def test_why_tells_the_paths_at_runtime_and_in_builds(warm: MainJob) -> None:
    assert wheelforge("why", "Leaf", warm.wheelhouse).stdout == (
        "secretive 1.0 (asked for: secretive)\n  needs leaf 1.1 (leaf<2)\n"
    )
    document = wheelforge("why", "extratool", warm.collected, "--json").document(WhyDocument)
    assert [[(step.distribution, step.reason) for step in path] for path in document.paths] == [
        [("dynamic 1.0", "asked for"), ("extratool 1.0", "hook")]
    ]


def test_why_of_what_nobody_asked_for_offers_the_nearest_name(warm: MainJob) -> None:
    said = refused("why", "leav", warm.wheelhouse, code=ExitCode.RESOLUTION)
    assert said == f"error: nothing in {warm.wheelhouse} asks for leav\nhint: did you mean leaf?\n"


@pytest.mark.usefixtures("here")
def test_the_cache_tells_its_size_and_can_be_emptied(cache_dir: Path) -> None:
    wheelforge("collect", "leaf", "-o", "folder")
    assert wheelforge("cache", "dir").stdout == f"{cache_dir}\n"
    held = wheelforge("cache", "size", "--json").document(CacheDocument)
    assert held.folder == str(cache_dir)
    assert held.bytes >= Path("folder/leaf-2.0-py3-none-any.whl").stat().st_size
    assert wheelforge("cache", "prune", "--json").document(CacheDocument).files == 0
    assert wheelforge("cache", "clear", "--json").document(CacheDocument).files == held.files
    assert wheelforge("cache", "size", "--json").document(CacheDocument).files == 0
