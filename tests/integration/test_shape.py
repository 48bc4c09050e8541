"""A build that succeeds and yet leaves something out is found, since the lock knows what the index's wheel holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.command import archives, lock_of, refused, wheelforge
from integration.compiler import needs_compiler
from integration.planted import planted
from wheelforge.errors import ExitCode
from wheelforge.formats.lock import dump_lock
from wheelforge.model.lock import ExpectedShape
from wheelforge.model.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from index import PackageIndex

pytestmark = pytest.mark.usefixtures("warm")

FORGETS = """
import pathlib
import tinybackend

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    pathlib.Path("src/extra.py").unlink()
    return tinybackend.build_wheel(wheel_directory)
"""


def test_a_wheel_that_lacks_a_module_is_refused(own_index: Callable[..., PackageIndex], tmp_path: Path) -> None:
    release = planted(tmp_path / "forgetful", backend=FORGETS)
    (release.root / "src" / "extra.py").write_text("")
    own_index(replace(release, kinds=("sdist", "wheel")))
    said = refused("wheel", "forgetful", "-o", "wheelhouse", code=ExitCode.BUILD)
    *told, hint = said.splitlines()
    assert told == [
        "error: forgetful-1.0-py3-none-any.whl is not the wheel that was expected:",
        "  it lacks modules that the index's forgetful-1.0-py3-none-any.whl has: extra",
    ]
    assert hint.endswith("or collect the index's wheel: --only-binary forgetful")
    wheelforge("wheel", "forgetful", "--only-binary", "forgetful", "-o", "wheelhouse")


def test_what_the_index_has_is_in_the_lock_and_serves_offline() -> None:
    wheelforge("collect", "app", "--build-deps", "-o", "folder")
    [shape] = [one.shape for one in lock_of(Path("folder")).expected if one.artifact == "app-1.0.tar.gz"]
    assert shape.modules == ("app",)
    assert shape.entry_points == ("console_scripts: app",)
    wheelforge("build", "folder", "-o", "wheelhouse")
    assert lock_of(Path("wheelhouse")).expected == lock_of(Path("folder")).expected


def test_a_pure_wheel_where_the_index_has_one_for_the_platform_is_noted() -> None:
    told = build_as_if_the_index_had("leaf")
    assert "note: leaf-2.0-py3-none-any.whl: it is for any platform, where the index has leaf-2.0-" in told


@needs_compiler
def test_extension_modules_are_known_whatever_the_tag() -> None:
    build_as_if_the_index_had("fastadd", "_fastadd")
    assert archives(Path("wheelhouse"))


@needs_compiler
def test_an_extension_module_that_was_left_out_is_told() -> None:
    told = build_as_if_the_index_had("fastadd", "_fastadd", "_faster", code=ExitCode.BUILD)
    assert "  it lacks extension modules that the index's fastadd-1.0-" in told
    assert " has: _faster\n" in told


def build_as_if_the_index_had(project: str, *extensions: str, code: ExitCode = ExitCode.DONE) -> str:
    """Build a project of one module, whose lock knows a wheel for this very target that has extensions too."""
    wheelforge("collect", project, "--build-deps", "-o", "folder")
    lock = lock_of(Path("folder"))
    [sdist] = [file for file in lock.artifacts if file.name == project]
    python, _, platform = lock.targets[0].name.partition("-")
    tag = f"{python}-{python}-{platform}"
    expected = ExpectedShape(
        artifact=sdist.filename,
        wheel=f"{project}-{sdist.version}-{tag}.whl",
        shape=Shape(tags=(tag,), modules=(project,), extensions=extensions),
    )
    Path("folder/wheelforge.lock").write_bytes(dump_lock(replace(lock, expected=(expected,))))
    return wheelforge("build", "folder", "-o", "wheelhouse", code=code).stderr
