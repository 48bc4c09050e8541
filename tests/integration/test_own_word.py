"""What the user names himself is taken as he names it: nobody is asked more than he wants to know."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.command import archives, lock_of, refused, wheelforge
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from index import PackageIndex

pytestmark = pytest.mark.usefixtures("here")


def test_an_sdist_that_is_taken_without_its_dependencies_is_not_asked_for_them() -> None:
    arguments = ("secretive", "--no-binary", ":all:", "--static", "-o", "folder")
    refused("collect", *arguments, code=ExitCode.RESOLUTION)
    wheelforge("collect", *arguments, "--no-deps")
    assert archives(Path("folder")) == {"secretive-1.0.tar.gz"}
    [target] = lock_of(Path("folder")).targets
    assert [pin.requires for pin in target.pins] == [()]
    wheelforge("verify", "folder")


def test_a_lock_alone_is_taken_though_nothing_may_be_run() -> None:
    wheelforge("collect", "secretive", "--no-deps", "-o", "first")
    wheelforge("collect", "-r", "first/pylock.toml", "--static", "-o", "folder")
    assert archives(Path("folder")) == {"secretive-1.0.tar.gz"}
    assert lock_of(Path("folder")).incomplete == ()
    wheelforge("verify", "folder")


def test_a_build_takes_what_the_user_names_by_its_place_and_asks_no_index_for_it(package_index: PackageIndex) -> None:
    places = [package_index.folder / name for name in ("lib-1.0.tar.gz", "tinybackend-1.0.tar.gz")]
    wheelforge("collect", *places, "--build-deps", "--static", "--no-index", "-o", "folder")
    lock = lock_of(Path("folder"))
    assert {file.index for file in lock.artifacts} == {"direct"}
    assert [unit.name for unit in lock.units] == ["tinybackend", "lib"]
