"""A lock remembers what was asked, and nothing of how it came to be asked."""

from __future__ import annotations

from dataclasses import replace

from packaging.utils import NormalizedName

from fakes import asked
from wheelforge.factory.remembering import locked_inputs
from wheelforge.model.inputs import Formats, Inputs, Prefer


def test_a_requirement_is_remembered_with_its_extras_marker_and_sorted_hashes() -> None:
    one = replace(asked("a[y,x]<2,>=1; python_version >= '3.8'")[0], hashes=frozenset({"cd" * 32, "ab" * 32}))
    (text,) = locked_inputs(Inputs(requirements=(one,))).requirements
    hashes = f"--hash=sha256:{'ab' * 32} --hash=sha256:{'cd' * 32}"
    assert text == f'a[x,y]<2,>=1; python_version >= "3.8" {hashes}'


def test_requirements_stay_in_the_order_in_which_they_were_asked() -> None:
    inputs = Inputs(requirements=asked("b", "a"), constraints=asked("d<2", "c"), build_constraints=asked("e<3"))
    found = locked_inputs(inputs)
    assert (found.requirements, found.constraints, found.build_constraints) == (("b", "a"), ("d<2", "c"), ("e<3",))


def test_who_wrote_a_requirement_down_is_no_part_of_the_inputs() -> None:
    here = locked_inputs(Inputs(requirements=asked("a", origin="requirements.txt:3")))
    assert here == locked_inputs(Inputs(requirements=asked("a")))


def test_options_that_are_as_always_are_not_written() -> None:
    assert locked_inputs(Inputs(requirements=())).options == {}


def test_options_that_differ_are_written_and_sorted() -> None:
    inputs = Inputs(
        requirements=(),
        formats=Formats(prefer=Prefer.SOURCE, no_binary=frozenset("ba"), only_binary=frozenset({"c"})),
        seeds=frozenset(map(NormalizedName, ["y", "x"])),
        build_deps=True,
        allow_prereleases=True,
        require_hashes=True,
        indexes=("default=https://index.example/simple/",),
        no_deps=True,
    )
    options = locked_inputs(inputs).options
    assert list(options) == sorted(options)
    assert options == {
        "prefer": "source",
        "no-binary": ("a", "b"),
        "only-binary": ("c",),
        "seeds": ("x", "y"),
        "build-deps": True,
        "pre": True,
        "require-hashes": True,
        "indexes": ("default=https://index.example/simple/",),
        "no-deps": True,
    }
