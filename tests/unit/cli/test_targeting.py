"""From the options that say what wheels are for to targets."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from wheelforge.cli.targeting import Targeting, read_targets, targeting
from wheelforge.errors import UsageError
from wheelforge.interpreters.running import current
from wheelforge.process.runner import Runner

if TYPE_CHECKING:
    from wheelforge.model.targets import Target

NOTHING = Targeting(targets=(), platforms=(), python_version=None, implementation=None, abis=(), pythons=())
SETS = """
[targets]
servers = ["cp312-manylinux_2_28_x86_64", "cp313-manylinux_x86_64"]
broken = ["cp312-manylinux_x64"]
nested = ["servers"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "wheelforge.toml").write_text(SETS)
    return tmp_path


def read(asked: Targeting, folder: Path) -> tuple[Target, ...]:
    return read_targets(asked, folder=folder, runner=Runner())


def names(folder: Path, *targets: str) -> list[str]:
    return [target.name for target in read(replace(NOTHING, targets=targets), folder)]


def test_options_come_as_one_value() -> None:
    @click.command()
    @targeting
    def command(targeting: Targeting) -> None:
        click.echo(repr(targeting))

    given = "--target a --target b --platform p --python-version 3 --implementation cp --abi x --python py"
    expected = Targeting(
        targets=("a", "b"),
        platforms=("p",),
        python_version="3",
        implementation="cp",
        abis=("x",),
        pythons=(Path("py"),),
    )
    assert CliRunner().invoke(command, given.split()).output == f"{expected!r}\n"
    assert CliRunner().invoke(command, []).output == f"{NOTHING!r}\n"


def test_nothing_asked_for_is_this_interpreter(tmp_path: Path) -> None:
    assert read(NOTHING, tmp_path) == (current(),)


def test_targets_come_in_order_and_each_once(folder: Path) -> None:
    assert names(folder, "cp313-win_amd64", "cp313-win_amd64", "servers", "cp312-manylinux_x86_64", "current") == [
        "cp313-win_amd64",
        "cp312-manylinux_2_28_x86_64",
        "cp313-manylinux_2_28_x86_64",
        current().name,
    ]


def test_pips_flags_are_one_target_more(folder: Path) -> None:
    asked = replace(NOTHING, targets=("cp312-win32",), platforms=("win_amd64",), python_version="3.12")
    assert [target.name for target in read(asked, folder)] == ["cp312-win32", "cp312-win_amd64"]


def test_pips_flags_without_a_platform_say_nothing_of_a_target(folder: Path) -> None:
    with pytest.raises(UsageError, match="say nothing of a --target") as caught:
        read(replace(NOTHING, targets=("cp312-win32",), python_version="3.12.4"), folder)
    assert "cp3.12.4-" in (caught.value.hint or "")


def test_an_interpreter_is_asked_with_our_own_runner(folder: Path) -> None:
    (found,) = read(replace(NOTHING, pythons=(Path(sys.executable),)), folder)
    assert found.environment == current().environment


def test_a_program_that_is_no_interpreter_is_refused(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(UsageError, match=r"does not answer as a Python 3 \(exit code 3\)"):
        read(replace(NOTHING, pythons=(program,)), tmp_path)


def test_the_interpreter_that_runs_this_may_be_named_by_its_path_too(folder: Path) -> None:
    asked = replace(NOTHING, targets=("current",), pythons=(Path(sys.executable),))
    assert read(asked, folder) == (current(),)


def test_two_targets_of_one_name_that_differ_are_refused(folder: Path) -> None:
    exact = current()
    with pytest.raises(UsageError, match=f"current and {exact.name} are both named {exact.name}, but they differ"):
        names(folder, "current", exact.name)


@pytest.mark.parametrize(
    ("target", "told", "hint"),
    [
        (
            "cp312-manylinux_x64",
            "--target: manylinux has no architecture 'x64'",
            "did you mean cp312-manylinux_x86_64?",
        ),
        ("broken", "wheelforge.toml [targets] broken: manylinux has no architecture 'x64'", "cp312-manylinux_x86_64?"),
        ("nested", "wheelforge.toml [targets] nested: 'servers' is no target", "a target is PYTHON-PLATFORM"),
        ("sevrers", "--target: 'sevrers' is no target", "did you mean servers?"),
        ("laptops", "--target: 'laptops' is no target", "a target is PYTHON-PLATFORM"),
    ],
)
def test_what_is_no_target_is_told_with_who_said_it(folder: Path, target: str, told: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        names(folder, target)
    assert caught.value.message.startswith(told)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["current", "cp312-mine", "pip-tools"])
def test_a_set_cannot_have_the_name_of_a_target(tmp_path: Path, name: str) -> None:
    (tmp_path / "wheelforge.toml").write_text(f'[targets]\n{name} = ["current"]\n')
    with pytest.raises(UsageError, match=f"{name}: '{name}' looks like a target"):
        names(tmp_path, "cp312-win32")


def test_what_is_no_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing to run\n")
    with pytest.raises(UsageError, match=r"--python: .*notes\.txt cannot be started"):
        read(replace(NOTHING, pythons=(tmp_path / "notes.txt",)), tmp_path)
