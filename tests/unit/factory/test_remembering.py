"""A lock remembers what was asked, and nothing of how it came to be asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from packaging.markers import Marker
from packaging.utils import NormalizedName

from fakes import asked
from wheelforge.factory.remembering import locked_inputs
from wheelforge.formats.lock_input import Picks, read_lock_input
from wheelforge.formats.requirement import parse_input
from wheelforge.model.digest import Algorithm, Digest, sha256
from wheelforge.model.inputs import Formats, Inputs, Prefer, Reference

if TYPE_CHECKING:
    from pathlib import Path


def test_a_requirement_is_remembered_with_its_extras_marker_and_sorted_hashes() -> None:
    digests = frozenset({sha256("cd" * 32), sha256("ab" * 32)})
    one = replace(asked("a[y,x]<2,>=1; python_version >= '3.8'")[0], hashes=digests)
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


def test_a_place_is_remembered_with_all_that_counts_and_its_text_does_not_tell() -> None:
    plain = parse_input("a[x,y] @ https://files.example/a.zip ; python_version > '3'", origin="here")
    assert isinstance(plain, Reference)
    digest = Digest(algorithm=Algorithm.SHA512, value="ab" * 64)
    changes: list[dict[str, Any]] = [
        {},
        {"hashes": frozenset({digest})},
        {"subdirectory": "lib"},
        {"marker": Marker("os_name == 'nt'")},
        {"extras": ("x",)},
    ]
    written = "a[x,y] @ https://files.example/a.zip ; python_version > '3'"
    assert [
        locked_inputs(Inputs(requirements=(), references=(replace(plain, **one),))).references for one in changes
    ] == [
        (written,),
        (f"{written} --hash={digest}",),
        (f"{written} subdirectory=lib",),
        (f'{written} ; os_name == "nt"',),
        (f"{written} [x]",),
    ]


def test_a_place_that_a_constraint_names_is_remembered_with_its_project_first() -> None:
    texts = "My.Lib@https://files.example/a.zip", "git+https://git.example/x@v1#egg=my_lib"
    places = [parse_input(text, origin="c.txt:1") for text in texts]
    inputs = Inputs(requirements=(), constraint_places=tuple(one for one in places if isinstance(one, Reference)))
    assert locked_inputs(inputs).constraint_references == (
        "my-lib @ https://files.example/a.zip",
        "my-lib @ git+https://git.example/x@v1#egg=my_lib",
    )


def test_what_a_text_tells_already_is_not_said_twice() -> None:
    text = f"https://files.example/a.zip#sha256={'AB' * 32}&subdirectory=lib"
    one = parse_input(text, origin="here")
    assert isinstance(one, Reference)
    assert locked_inputs(Inputs(requirements=(), references=(one,))).references == (text,)


def test_a_lock_is_remembered_with_what_is_picked_of_it(tmp_path: Path) -> None:
    path = tmp_path / "pylock.toml"
    path.write_text("lock-version = '1.0'\ncreated-by = 'test'\nextras = ['fast']\npackages = []\n")
    locks = [read_lock_input(path, Picks(all_extras=extras)) for extras in (False, True)]
    [plain], [fast] = (locked_inputs(Inputs(requirements=(), locks=(lock,))).locks for lock in locks)
    assert plain == f"pylock.toml sha256:{locks[0].digest}"
    assert fast == f"{plain} extras=fast"


def test_how_long_ago_a_file_may_be_uploaded_is_remembered_as_it_was_asked() -> None:
    now = datetime(2025, 3, 1, tzinfo=UTC)
    once, later = (
        Inputs(requirements=(), uploaded_prior_to=one, uploaded_prior_to_written="P3D")
        for one in (now, now + timedelta(hours=1))
    )
    assert locked_inputs(once) == locked_inputs(later)
    assert locked_inputs(once).options == {"uploaded-prior-to": "P3D"}


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
