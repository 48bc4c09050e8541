"""Builds that need each other: another version breaks the cycle, that is told and locked, and both are built."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.command import archives, lock_of, refused, wheelforge
from integration.planted import planted
from wheelforge.errors import ExitCode
from wheelforge.model.lock import Cycle

if TYPE_CHECKING:
    from collections.abc import Callable

    from index import PackageIndex

pytestmark = pytest.mark.usefixtures("warm")

NOTE = "build cycle hen 2.0 -> nest 1.0 -> hen 2.0: nest 1.0 is built with hen 1.0 instead\n"
MET = Cycle(path=("hen 2.0", "nest 1.0", "hen 2.0"), avoids="hen==2.0")


def test_a_cycle_that_another_version_breaks_is_built_without_a_seed() -> None:
    told = wheelforge("wheel", "hen", "-o", "wheelhouse")
    assert NOTE in told.stderr
    assert {name for name in archives(Path("wheelhouse")) if "/" not in name} == {"hen-2.0-py3-none-any.whl"}
    lock = lock_of(Path("wheelhouse"))
    order = [str(unit.artifact) for unit in lock.units if unit.name != "tinybackend"]
    assert order == ["hen-1.0.tar.gz", "nest-1.0.tar.gz", "hen-2.0.tar.gz"]
    assert {unit.artifact: unit.cycles for unit in lock.units if unit.cycles} == {"nest-1.0.tar.gz": (MET,)}


def test_a_broken_cycle_is_locked_to_the_byte_whether_it_is_new_or_planned_again() -> None:
    for arguments in (["first"], ["second"], ["first", "-U"], ["second", "--upgrade-package", "nest"]):
        wheelforge("collect", "hen", "nest", "--build-deps", "-o", *arguments)
    assert Path("first/wheelforge.lock").read_bytes() == Path("second/wheelforge.lock").read_bytes()
    wheelforge("collect", "hen", "nest", "--build-deps", "-o", "first", "--locked")


def test_a_version_that_is_pinned_breaks_no_cycle() -> None:
    Path("constraints.txt").write_text("hen==2.0\n")
    arguments = ("collect", "hen", "--build-deps", "--build-constraint", "constraints.txt", "-o", "folder")
    said = refused(*arguments, code=ExitCode.RESOLUTION)
    assert "build cycle: hen 2.0 -> nest 1.0 -> hen 2.0\n" in said
    assert said.splitlines()[-1].endswith(": -f FOLDER --seed hen")


def test_all_cycles_are_told_with_the_seeds_that_end_them(
    own_index: Callable[..., PackageIndex], tmp_path: Path
) -> None:
    needs = {"dog": "bone", "bone": "dog", "sea": "rain", "rain": "sea"}
    own_index(*(planted(tmp_path / name, build_requires=["tinybackend", other]) for name, other in needs.items()))
    said = refused("collect", "dog", "sea", "--build-deps", "-o", "folder", code=ExitCode.RESOLUTION)
    assert "build cycle: bone 1.0 -> dog 1.0 -> bone 1.0\nbuild cycle: rain 1.0 -> sea 1.0 -> rain 1.0\n" in said
    assert said.splitlines()[-1].endswith(": -f FOLDER --seed bone --seed rain")
