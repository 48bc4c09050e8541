"""What projects say of their Pythons must hold on every target, and what to do else is told."""

from __future__ import annotations

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from wheelforge.cli.pythons import check_pythons
from wheelforge.errors import UsageError
from wheelforge.formats.dependency_walk import RequiresPython
from wheelforge.interpreters.named import parse_target


def says(specifier: str, name: str) -> RequiresPython:
    origin = f"{name}/pyproject.toml"
    return RequiresPython(specifier=SpecifierSet(specifier), origin=origin, name=NormalizedName(name))


def refusal(said: list[RequiresPython], *targets: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        check_pythons(said, map(parse_target, targets))
    return caught.value


def test_what_is_made_for_all_targets_is_taken() -> None:
    check_pythons([says(">=3.11", "one"), says("!=3.12.0", "two")], [parse_target("cp312-win_amd64")])


def test_the_member_its_requirement_and_the_target_are_told() -> None:
    told = refusal([says(">=3.10", "one"), says(">=3.12", "two")], "cp311-win_amd64", "cp3.10.2-win_amd64")
    assert told.message.splitlines() == [
        "two (two/pyproject.toml) requires Python >=3.12, and the target cp311-win_amd64 is Python 3.11",
        "  two (two/pyproject.toml) requires Python >=3.12, and the target cp3_10_2-win_amd64 is Python 3.10.2",
    ]


@pytest.mark.parametrize(
    ("specifiers", "targets", "hint"),
    [
        ((">=3.12",), ("cp311-win_amd64", "cp312-win_amd64"), "leave out cp311-win_amd64: --target cp312-win_amd64"),
        ((">=3.10", ">=3.12"), ("cp311-win_amd64",), "name a Python for which all are made: --target cp312-win_amd64"),
        (("<3.12",), ("cp313t-win32",), "name a Python for which all are made: --target cp311t-win32"),
        (("<3.12", ">=3.12"), ("cp312-win32",), "no Python serves them all: take them one by one, with --package NAME"),
        ((">=3.12",), ("pp311-win_amd64",), "name another target: --target TARGET"),
    ],
)
def test_the_hint_can_be_pasted(specifiers: tuple[str, ...], targets: tuple[str, ...], hint: str) -> None:
    said = [says(specifier, f"member-{number}") for number, specifier in enumerate(specifiers)]
    assert refusal(said, *targets).hint == hint


def test_a_script_is_told_by_its_file() -> None:
    script = RequiresPython(specifier=SpecifierSet(">=3.13"), origin="run.py")
    assert refusal([script], "cp312-win32").message.startswith("run.py requires Python >=3.13, and the target cp312-")
