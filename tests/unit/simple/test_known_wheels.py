"""What an index said of a wheel is known again, for that index and that very wheel only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fakes import Offer
from wheelforge.model.shape import Shape
from wheelforge.simple.known_wheels import KnownWheels
from wheelforge.store.records import Records

if TYPE_CHECKING:
    from pathlib import Path

WHEEL = Offer("demo-1.0-py3-none-any.whl").artifact
SHAPE = Shape(tags=("py3-none-any",), modules=("demo",), entry_points=("console_scripts: demo",))


def known(folder: Path, index: str = "https://index.example/simple/") -> KnownWheels:
    return KnownWheels(Records(folder), index)


def test_what_was_learnt_is_known_to_the_next_run(tmp_path: Path) -> None:
    known(tmp_path).learn_metadata(WHEEL, b"Name: demo")
    known(tmp_path).learn_shape(WHEEL, SHAPE)
    assert known(tmp_path).metadata(WHEEL) == b"Name: demo"
    assert known(tmp_path).shape(WHEEL) == SHAPE


def test_it_is_not_known_of_another_index_or_wheel(tmp_path: Path) -> None:
    known(tmp_path).learn_shape(WHEEL, SHAPE)
    assert known(tmp_path, "https://other.example/simple/").shape(WHEEL) is None
    assert known(tmp_path).shape(replace(WHEEL, sha256="00" * 32)) is None


def test_nothing_is_kept_of_a_wheel_without_a_hash(tmp_path: Path) -> None:
    unhashed = replace(WHEEL, sha256=None)
    known(tmp_path).learn_metadata(unhashed, b"Name: demo")
    assert known(tmp_path).metadata(unhashed) is None
    assert list(tmp_path.iterdir()) == []


def test_an_outline_of_another_time_is_not_known(tmp_path: Path) -> None:
    Records(tmp_path).put("wheel-shape", f"https://index.example/simple/ {WHEEL.sha256}", b'{"tags": 1}')
    assert known(tmp_path).shape(WHEEL) is None
