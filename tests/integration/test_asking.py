"""Backends that ask for more in one version of a tool than in another: builds hold what they ask for there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.command import lock_of, refused, wheelforge, write
from integration.planted import planted
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from index import PackageIndex
    from projects import Release

    OwnIndex = Callable[..., PackageIndex]

pytestmark = pytest.mark.usefixtures("warm")

ASKS = """
import tinybackend
from tinybackend import *

def get_requires_for_build_wheel(config_settings=None):
    return {asks}
"""
OWN = """
from tinybackend import build_sdist, build_wheel, prepare_metadata_for_build_wheel

def get_requires_for_build_wheel(config_settings=None):
    return {asks}
"""


def backend(
    folder: Path, version: str, *asks: str, kinds: Sequence[str] = ("sdist", "wheel"), needs: Sequence[str] = ()
) -> Release:
    """A version of ``shifty``, a backend that asks for this in all builds."""
    found = planted(folder / version / "shifty", build_requires=["tinybackend", *needs])
    (found.root / "src" / "shifty.py").write_text(ASKS.format(asks=list(asks)))
    return replace(found, project={**found.project, "version": version}, kinds=tuple(kinds))


def user(folder: Path, name: str, requires: str = "shifty") -> Release:
    """A project that is built by it."""
    found = planted(folder / name, build_requires=["tinybackend", requires])
    return replace(found, build_system={**found.build_system, "build-backend": "shifty"})


def held(name: str) -> set[str]:
    """What stands in the environment of a project's build in the wheelhouse."""
    lock = lock_of(Path("wheelhouse"))
    assert lock.incomplete == ()
    [key] = {unit.environment for unit in lock.units if unit.name == name}
    [pins] = [environment.pins for environment in lock.environments if environment.key == key]
    return {f"{pin.name} {pin.version}" for pin in pins}


def test_what_shares_an_older_backend_is_asked_with_that(own_index: OwnIndex, tmp_path: Path) -> None:
    users = user(tmp_path, "usera"), user(tmp_path, "userb", "shifty<2")
    own_index(backend(tmp_path, "1.0", "leaf"), backend(tmp_path, "2.0"), *users)
    wheelforge("wheel", "usera", "userb")
    assert held("usera") == {"tinybackend 1.0", "shifty 1.0", "leaf 2.0"}


def test_where_the_newest_has_no_sdist_the_older_one_is_asked(own_index: OwnIndex, tmp_path: Path) -> None:
    newest = backend(tmp_path, "2.0", kinds=["wheel"])
    own_index(backend(tmp_path, "1.0", "leaf"), newest, user(tmp_path, "usera"))
    wheelforge("wheel", "usera", "--no-binary", ":all:")
    assert {"shifty 1.0", "leaf 2.0"} <= held("usera")


def test_what_breaks_a_cycle_is_asked_too(own_index: OwnIndex, tmp_path: Path) -> None:
    newest = backend(tmp_path, "2.0", needs=["usera"])
    own_index(backend(tmp_path, "1.0", "leaf"), newest, user(tmp_path, "usera"))
    wheelforge("wheel", "usera", "--prefer", "source")
    assert {"shifty 1.0", "leaf 2.0"} <= held("usera")


def test_where_the_older_one_has_no_wheel_to_be_asked_with_that_is_told(own_index: OwnIndex, tmp_path: Path) -> None:
    older = backend(tmp_path, "1.0", "leaf", kinds=["sdist"])
    newest = backend(tmp_path, "2.0", kinds=["wheel"])
    own_index(older, newest, user(tmp_path, "usera"))
    wheelforge("collect", "usera", "--build-deps", "--no-binary", ":all:", "-o", "folder")
    why = "its backend cannot be asked among the versions that its build gets: there is no wheel of shifty-1.0.tar.gz"
    assert lock_of(Path("folder")).incomplete == (f"usera 1.0: {why}",)


@pytest.mark.parametrize(
    ("asks", "override", "gets"),
    [
        ("leaf<1.1", "leaf==1.1", {"leaf 1.1"}),
        ("leaf", "leaf==1.1 ; python_version < '3'", set()),
        ("leaf ; python_version < '3'", "leaf==1.1", set()),
    ],
    ids=["another version", "none at all", "of what is for other builders"],
)
def test_an_override_counts_for_what_a_backend_asks_for_at_build_too(
    own_index: OwnIndex, tmp_path: Path, asks: str, override: str, gets: set[str]
) -> None:
    own_index(planted(tmp_path / "demo", backend=OWN.format(asks=[asks])))
    write("overrides.txt", override)
    wheelforge("wheel", "demo", "--override", "overrides.txt")
    assert held("demo") == {"tinybackend 1.0"} | gets


FICKLE = """
import pathlib
from tinybackend import build_sdist, build_wheel, prepare_metadata_for_build_wheel

def get_requires_for_build_wheel(config_settings=None):
    asked = pathlib.Path({asked!r})
    if asked.exists():
        return ["leaf"]
    asked.touch()
    return []
"""


def test_a_backend_that_asks_for_something_else_at_build_is_to_be_asked_again(
    own_index: OwnIndex, tmp_path: Path
) -> None:
    own_index(planted(tmp_path / "demo", backend=FICKLE.format(asked=str(tmp_path / "asked"))))
    said = refused("wheel", "demo", "--isolation", "venv", code=ExitCode.BUILD)
    assert said.splitlines()[-1] == "hint: collect again: its backend does not ask for what it asked for at collect"


def test_a_backend_that_was_not_asked_is_to_be_asked_where_it_can_be(own_index: OwnIndex, tmp_path: Path) -> None:
    own_index(planted(tmp_path / "unasked", backend=OWN.format(asks=["leaf"])))
    wheelforge("collect", "unasked", "--build-deps", "--static", "-o", "folder")
    said = refused("build", "folder", code=ExitCode.BUILD)
    assert "\nhint: collect again where its backend can be asked: without --static, " in said


def test_an_override_counts_where_what_backends_are_asked_among_is_built_too(
    own_index: OwnIndex, tmp_path: Path
) -> None:
    tool = planted(tmp_path / "helper", backend=OWN.format(asks=["leaf<1.1"]))
    own_index(tool, planted(tmp_path / "helped", backend=OWN.format(asks=[]), build_requires=["tinybackend", "helper"]))
    write("overrides.txt", "leaf==1.1")
    from_source = ("--hooks", "from-source", "--seed", "tinybackend", "--prefer", "source")
    wheelforge("wheel", "helped", "--override", "overrides.txt", *from_source)
    assert "leaf 1.1" in held("helper")
