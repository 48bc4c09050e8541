"""From what was typed to the inputs of a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wheelforge.cli.options import Asking, Choosing
from wheelforge.cli.request import Extent, read_request
from wheelforge.errors import UsageError
from wheelforge.model.inputs import Formats, Inputs, Prefer

DEFAULT = Choosing(
    prefer=None,
    no_binary=(),
    only_binary=(),
    seeds=(),
    pre=False,
    no_deps=False,
    require_hashes=False,
    upgrade=False,
)
HASH = f"--hash=sha256:{'a' * 64}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(name: str, *lines: str) -> Path:
    path = Path(name)
    path.write_text("\n".join((*lines, "")))
    return path


def asking(*requirements: str, files: tuple[Path, ...] = ()) -> Asking:
    return Asking(requirements=requirements, requirement_files=files, constraint_files=(), build_constraint_files=())


def read(asked: Asking, choosing: Choosing = DEFAULT, closure: Extent = Extent.RUNTIME) -> Inputs:
    return read_request(asked, choosing, closure).inputs


def texts(inputs: Inputs) -> list[tuple[str, str]]:
    return [(str(asked.requirement), asked.origin) for asked in inputs.requirements]


def test_requirements_keep_their_order_and_who_wrote_them_down() -> None:
    file = written("some.txt", "lib", "", "leaf>=1  # why not")
    assert texts(read(asking("app", files=(file,)))) == [
        ("app", "the command line"),
        ("lib", "some.txt:1"),
        ("leaf>=1", "some.txt:3"),
    ]


def test_constraints_come_from_their_own_files_and_from_requirement_files() -> None:
    limits, builds = written("limits.txt", "leaf<2"), written("builds.txt", "tool<3")
    file = written("some.txt", "lib", "-c limits.txt")
    inputs = read(replace(asking(files=(file,)), constraint_files=(limits,), build_constraint_files=(builds,)))
    assert [(str(one.requirement), one.origin) for one in inputs.constraints] == [("leaf<2", "limits.txt:1")] * 2
    assert [str(one.requirement) for one in inputs.build_constraints] == ["tool<3"]


def test_nothing_asked_for_is_an_error() -> None:
    with pytest.raises(UsageError, match="nothing to collect"):
        read(asking(files=(written("empty.txt", "# nothing"),)))


@pytest.mark.parametrize(
    ("prefer", "closure", "preferred"),
    [
        (None, Extent.RUNTIME, Prefer.WHEEL),
        (None, Extent.BUILDS, Prefer.SOURCE),
        ("wheel", Extent.BUILDS, Prefer.WHEEL),
        ("source", Extent.RUNTIME, Prefer.SOURCE),
    ],
)
def test_source_comes_first_where_builds_are_collected(prefer: str | None, closure: Extent, preferred: Prefer) -> None:
    inputs = read(asking("app"), replace(DEFAULT, prefer=prefer), closure)
    assert (inputs.formats.prefer, inputs.build_deps) == (preferred, closure is Extent.BUILDS)


@pytest.mark.parametrize(
    ("first", "second", "choosing", "formats"),
    [
        pytest.param(
            "--only-binary lib", "--no-binary lib", DEFAULT, Formats(no_binary=frozenset({"lib"})), id="the last file"
        ),
        pytest.param(
            "--no-binary lib", "--only-binary :all:", DEFAULT, Formats(only_binary=frozenset({":all:"})), id=":all:"
        ),
        pytest.param(
            "--no-binary lib",
            "--no-binary leaf",
            replace(DEFAULT, only_binary=("Lib",)),
            Formats(no_binary=frozenset({"leaf"}), only_binary=frozenset({"lib"})),
            id="the command line",
        ),
    ],
)
def test_the_last_word_on_a_format_counts(first: str, second: str, choosing: Choosing, formats: Formats) -> None:
    files = (written("first.txt", "lib", first), written("second.txt", second))
    assert read(asking(files=files), choosing).formats == formats


def test_a_file_may_ask_for_pre_releases_and_name_the_index() -> None:
    files = (
        written("first.txt", "leaf", "--pre", "-i https://index.example/first/"),
        written("second.txt", "--index-url https://index.example/second/"),
    )
    request = read_request(asking(files=files), DEFAULT, Extent.RUNTIME)
    assert request.inputs.allow_prereleases
    assert request.index_url == "https://index.example/second/"


def test_one_hash_turns_on_that_all_must_have_one() -> None:
    hashed = written("hashed.txt", f"leaf==2.0 {HASH}")
    inputs = read(asking(files=(hashed,)))
    assert inputs.require_hashes
    assert inputs.requirements[0].hashes == {"a" * 64}
    with pytest.raises(UsageError, match=r"these have none:\n  lib \(the command line\)$"):
        read(asking("lib", files=(hashed,)))


def test_hashes_can_be_asked_for_where_there_are_none() -> None:
    with pytest.raises(UsageError, match="hashes are required"):
        read(asking("leaf"), replace(DEFAULT, require_hashes=True))


def test_seeds_are_normalised() -> None:
    assert read(asking("app"), replace(DEFAULT, seeds=("Some_Name",))).seeds == {"some-name"}
