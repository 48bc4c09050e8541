"""The interpreter that runs the tests, described."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest
from packaging.tags import Tag, sys_tags

from wheelforge.interpreters.running import base, current, target_name
from wheelforge.process.command import Command
from wheelforge.process.runner import Runner

AND_PURE = (Tag("py3", "none", "any"),)


@pytest.mark.parametrize(
    ("tags", "name"),
    [
        (
            (Tag("cp311", "cp311", "linux_x86_64"), Tag("cp311", "cp311", "manylinux_2_36_x86_64")),
            "manylinux_2_36_x86_64",
        ),
        ((Tag("cp311", "cp311", "manylinux_2_36_x86_64"),), "manylinux_2_36_x86_64"),
        ((Tag("cp311", "cp311", "macosx_14_0_arm64"), Tag("cp311", "abi3", "macosx_13_0_arm64")), "macosx_14_0_arm64"),
        ((Tag("cp311", "cp311", "linux_riscv64"), Tag("cp311", "abi3", "linux_riscv64")), "linux_riscv64"),
    ],
)
def test_a_target_is_named_after_its_best_platform(tags: tuple[Tag, ...], name: str) -> None:
    assert target_name(tags + AND_PURE) == f"cp311-{name}"


@pytest.mark.parametrize(
    ("own", "name"),
    [
        (Tag("cp313", "cp313t", "musllinux_1_2_x86_64"), "cp313t-musllinux_1_2_x86_64"),
        (Tag("cp313", "cp313d", "musllinux_1_2_x86_64"), "cp313-musllinux_1_2_x86_64"),
        (Tag("pp310", "pypy310_pp73", "manylinux_2_28_aarch64"), "pp310-manylinux_2_28_aarch64"),
    ],
)
def test_a_target_is_named_after_its_interpreter(own: Tag, name: str) -> None:
    assert target_name((own, *AND_PURE)) == name


def test_the_current_target_holds_nothing_of_this_one_machine() -> None:
    target = current()
    assert target.tags == tuple(sys_tags())
    assert target.python_version == platform.python_version().removesuffix("+")
    assert target.environment["sys_platform"] == sys.platform
    assert (target.environment["platform_release"], target.environment["platform_version"]) == ("", "")


def test_the_base_interpreter_is_outside_every_virtual_environment() -> None:
    found = base()
    code = "import sys; print(sys.prefix == sys.base_prefix, sys.version_info[:3], sys.flags.isolated)"
    told = Runner().capture(Command(argv=(str(found.executable), "-I", "-c", code), env={}), timeout=60)
    assert told.stdout.decode().startswith(f"True {sys.version_info[:3]}")
    assert found.executable.is_relative_to(found.prefix)
    assert not any(path.is_symlink() for path in (found.executable, *found.executable.parents))
    assert found.prefix == Path(sys.base_prefix).resolve()
