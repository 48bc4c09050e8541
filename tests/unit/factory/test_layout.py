"""Targets share a folder unless an installer would take the wrong file from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes import LINUX, WINDOWS
from plans import solution
from wheelforge.factory.layout import clashes
from wheelforge.factory.planning import Plan

if TYPE_CHECKING:
    from collections.abc import Sequence


def found(linux: Sequence[str], windows: Sequence[str]) -> list[str]:
    plans = [Plan(target=LINUX, runtime=solution(*linux)), Plan(target=WINDOWS, runtime=solution(*windows))]
    return list(clashes(plans))


@pytest.mark.parametrize(
    ("linux", "windows"),
    [
        (["a-1-py3-none-any.whl"], ["a-1-py3-none-any.whl"]),
        (["a-1-py3-none-any.whl"], ["b-2-py3-none-any.whl"]),
        (["a-1-cp312-cp312-manylinux_2_17_x86_64.whl"], ["a-1-cp39-cp39-win_amd64.whl"]),
        (["a-2-cp312-cp312-manylinux_2_17_x86_64.whl"], ["a-1-cp39-cp39-win_amd64.whl"]),
    ],
)
def test_files_that_only_their_own_target_takes_stand_together(linux: Sequence[str], windows: Sequence[str]) -> None:
    assert found(linux, windows) == []


@pytest.mark.parametrize(
    ("linux", "windows", "way"),
    [
        ("a-2-py3-none-any.whl", "a-1-py3-none-any.whl", (WINDOWS, 0, 1)),
        ("a-1-py3-none-any.whl", "a-1.tar.gz", (WINDOWS, 0, 1)),
        ("a-2.tar.gz", "a-1-py3-none-any.whl", (WINDOWS, 0, 1)),
        ("a-1-py3-none-any.whl", "a-2-cp39-cp39-win_amd64.whl", None),
        ("a-2b1-py3-none-any.whl", "a-1-py3-none-any.whl", None),
        ("a-1-py3-none-any.whl", "a-1-py2.py3-none-any.whl", None),
    ],
)
def test_what_would_be_taken_instead_parts_the_targets(
    linux: str, windows: str, way: tuple[object, int, int] | None
) -> None:
    expected = [f"{linux} would be taken for {WINDOWS.name} instead of {windows}"] if way else []
    assert found([linux], [windows]) == expected
