"""What is written is a lock as PEP 751 has it, and names the files that stand there."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast

import pytest
from packaging.pylock import Pylock
from packaging.tags import Tag

from unit.formats.sample_lock import CLICK, ENVIRONMENT, FLASK, FLIT, TARGET, built, sample, wheelhouse
from wheelforge.errors import ResolutionError, UsageError
from wheelforge.formats.lock_input import read_lock_input
from wheelforge.formats.pylock import dump_pylock
from wheelforge.model.direct import DirectUrl, VcsInfo
from wheelforge.model.targets import Target

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.markers import Environment

    from wheelforge.model.lock import Lock

FOLDER = sample()
WHEELHOUSE = wheelhouse(built("flask-3.0.3-py3-none-any.whl"))


def _written(lock: Lock) -> dict[str, Any]:
    return tomllib.loads(dump_pylock(lock, TARGET).decode())


@pytest.mark.parametrize("lock", [FOLDER, WHEELHOUSE], ids=["folder", "wheelhouse"])
def test_packaging_takes_it_and_selects_all_for_the_target(lock: Lock) -> None:
    pylock = Pylock.from_dict(_written(lock))
    pylock.validate()
    chosen = pylock.select(environment=cast("Environment", ENVIRONMENT), tags=[Tag("py3", "none", "any")])
    assert [package.name for package, _ in chosen] == ["click", "flask"]


def test_a_folder_names_sdists_and_wheels_by_their_relative_path() -> None:
    click, flask = _written(FOLDER)["packages"]
    assert [wheel["path"] for wheel in click["wheels"]] == [CLICK.filename]
    assert flask["sdist"] == {
        "name": FLASK.filename,
        "upload-time": flask["sdist"]["upload-time"],
        "path": FLASK.filename,
        "size": FLASK.size,
        "hashes": {"sha256": FLASK.sha256},
    }
    assert flask["sdist"]["upload-time"].isoformat() == "2024-05-01T10:20:30.123456+00:00"


def test_a_wheelhouse_names_the_wheel_that_was_built_instead_of_the_sdist() -> None:
    _, flask = _written(WHEELHOUSE)["packages"]
    assert "sdist" not in flask
    assert [set(wheel) for wheel in flask["wheels"]] == [{"name", "path", "size", "hashes"}]


def test_what_only_builds_need_is_left_out() -> None:
    assert FLIT.name not in {package["name"] for package in _written(FOLDER)["packages"]}


def test_dependencies_name_packages_of_the_lock() -> None:
    assert [package.get("dependencies") for package in _written(FOLDER)["packages"]] == [None, [{"name": "click"}]]


def test_the_environment_is_the_targets() -> None:
    written = _written(FOLDER)
    assert written["requires-python"] == ">=3.11"
    [marker] = written["environments"]
    assert marker.split(" and ") == [
        "implementation_name == 'cpython'",
        "platform_machine == 'x86_64'",
        "python_version == '3.11'",
        "sys_platform == 'linux'",
    ]


def test_the_files_may_stand_in_another_folder() -> None:
    written = tomllib.loads(dump_pylock(FOLDER, TARGET, base=PurePosixPath("../sources")).decode())
    assert written["packages"][0]["wheels"][0]["path"] == f"../sources/{CLICK.filename}"


def test_files_that_differ_between_targets_are_those_of_the_target() -> None:
    apart = replace(CLICK, targets=("cp39-any", TARGET))
    assert _written(sample(artifacts=(apart, FLASK, FLIT)))["packages"][0]["wheels"][0]["path"] == (
        f"{TARGET}/{CLICK.filename}"
    )


def test_a_file_that_was_left_out_has_its_url_alone() -> None:
    left_out = replace(CLICK, left_out=True)
    [wheel] = _written(sample(artifacts=(left_out, FLASK, FLIT)))["packages"][0]["wheels"]
    assert wheel["url"] == CLICK.url
    assert "path" not in wheel


@pytest.mark.parametrize(
    "direct",
    [
        DirectUrl(url="https://files.example/flask.zip"),
        DirectUrl(url="https://git.example/flask", vcs=VcsInfo(vcs="git", commit_id="ab" * 20)),
        DirectUrl(url="flask", directory=True),
    ],
    ids=["archive", "repository", "folder"],
)
def test_what_was_named_by_its_place_is_an_archive_that_stands_there(direct: DirectUrl) -> None:
    placed = replace(FLASK, direct=direct, upload_time=None)
    written = _written(sample(artifacts=(CLICK, placed, FLIT)))
    Pylock.from_dict(written).validate()
    assert written["packages"][1]["archive"] == {
        "path": FLASK.filename,
        "size": FLASK.size,
        "hashes": {"sha256": FLASK.sha256},
    }


def test_an_index_that_was_named_for_the_run_is_told() -> None:
    assert "index" not in _written(FOLDER)["packages"][0]
    named = replace(FOLDER.inputs, options={"indexes": ("default=https://index.example/simple/", "shelf=wheels")})
    assert _written(replace(FOLDER, inputs=named))["packages"][0]["index"] == "https://index.example/simple/"


def test_what_is_written_can_be_read_as_an_input(tmp_path: Path) -> None:
    path = tmp_path / "pylock.toml"
    path.write_bytes(dump_pylock(FOLDER, TARGET))
    target = Target(name=TARGET, environment=ENVIRONMENT, tags=())
    taken = read_lock_input(path).select(target)
    assert [str(asked.requirement) for asked in taken.requirements] == ["click==8.1.7", "flask==3.0.3"]
    [[click], [flask]] = [files for one in taken.projects.values() for files in one.releases.values()]
    assert (click.url, click.sha256) == ((tmp_path / CLICK.filename).as_uri(), CLICK.sha256)
    assert (flask.url, flask.sha256) == ((tmp_path / FLASK.filename).as_uri(), FLASK.sha256)


@pytest.mark.parametrize("told", [None, "", "yesterday", "0001-01-01T00:00:00+23:59"])
def test_an_upload_time_that_cannot_be_read_is_left_out(told: str | None) -> None:
    lock = sample(artifacts=(replace(CLICK, upload_time=told), FLASK, FLIT))
    assert "upload-time" not in _written(lock)["packages"][0]["wheels"][0]


def test_a_wheelhouse_without_a_pins_wheel_is_refused() -> None:
    with pytest.raises(ResolutionError, match=r"no wheel of flask 3\.0\.3 was built"):
        dump_pylock(wheelhouse(built("other-1.0-py3-none-any.whl")), TARGET)


def test_a_target_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="no target 'cp39-any'") as caught:
        dump_pylock(FOLDER, "cp39-any")
    assert TARGET in (caught.value.hint or "")
