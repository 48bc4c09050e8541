"""Interpreters described: by their build details without being run, and by their own answer."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from wheelforge.errors import UsageError
from wheelforge.interpreters.described import BUILD_DETAILS, describe
from wheelforge.interpreters.named import parse_target
from wheelforge.interpreters.running import current
from wheelforge.process.command import Command
from wheelforge.process.runner import Runner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wheelforge.model.targets import Target

    Json = dict[str, Any]

HERE = parse_target("cp311-manylinux_2_36_x86_64")


def version(minor: int, micro: int, level: str = "final", serial: int = 0) -> Json:
    return {"major": 3, "minor": minor, "micro": micro, "releaselevel": level, "serial": serial}


def details(**changes: Any) -> Json:  # noqa: ANN401 - any JSON
    """What CPython 3.14 writes about itself on Debian."""
    return {
        "schema_version": "1.0",
        "base_prefix": "../..",
        "base_interpreter": "./bin/python3.14",
        "platform": "linux-x86_64",
        "language": {"version": "3.14", "version_info": version(14, 2)},
        "implementation": {
            "name": "cpython", "version": version(14, 2), "cache_tag": "cpython-314", "_multiarch": "x86_64-linux-gnu",
        },
        "abi": {"flags": [], "extension_suffix": ".cpython-314-x86_64-linux-gnu.so"},
        "suffixes": {"source": [".py"]},
    } | changes  # fmt: skip


PYPY = {"name": "pypy", "version": {"major": 7, "minor": 3, "micro": 20}}


def answer(**changes: Any) -> Json:  # noqa: ANN401 - any JSON
    markers = {
        "os_name": "posix", "sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64",
    }  # fmt: skip
    return details() | {"libc": "glibc 2.41", "macos": "", "bits": 64, "markers": markers} | changes


def never(argv: Sequence[str]) -> bytes:
    raise AssertionError(f"{argv[0]} was run")


def saying(told: Json) -> Callable[[Sequence[str]], bytes]:
    return lambda _: json.dumps(told).encode()


def program(prefix: Path, name: str = "python3.14") -> Path:
    path = prefix / "bin" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def install(prefix: Path, told: Json, folder: str = "lib/python3.14") -> Path:
    file = prefix / folder / BUILD_DETAILS
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(told))
    return file


def described(tmp_path: Path, told: Json) -> Target:
    return describe(install(tmp_path, told), ask=never, here=HERE)


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (details(), "cp314-manylinux_2_28_x86_64"),
        (details(platform="macosx-13.0-arm64"), "cp314-macosx_13_0_arm64"),
        (details(platform="win-amd64"), "cp314-win_amd64"),
        (details(platform="win32"), "cp314-win32"),
        (details(platform="ios-13.0-arm64-iphoneos"), "cp314-ios_13_0_arm64_iphoneos"),
        (details(platform="android-24-arm64_v8a"), "cp314-android_24_arm64_v8a"),
        (details(platform="emscripten-4.0.9-wasm32"), "cp314-emscripten_4_0_9_wasm32"),
        (details(abi={"flags": ["t"]}), "cp314t-manylinux_2_28_x86_64"),
        (details(abi={"flags": ["d"]}), "cp314-manylinux_2_28_x86_64"),
        (
            details(implementation={"name": "cpython", "version": version(14, 2), "_multiarch": "aarch64-linux-musl"})
            | {"platform": "linux-aarch64"},
            "cp314-musllinux_1_2_aarch64",
        ),
        (
            details(
                language={"version": "3.11"}, implementation=PYPY,
                abi={"extension_suffix": ".pypy311-pp73-x86_64-linux-gnu.so"},
            ),
            "pp311-pypy311_pp73-manylinux_2_28_x86_64",
        ),
    ],
)  # fmt: skip
def test_build_details_that_are_named_make_a_target_and_nothing_is_run(tmp_path: Path, told: Json, name: str) -> None:
    target = described(tmp_path, told)
    assert target.name == name
    assert parse_target(name).tags == target.tags


def test_build_details_tell_the_exact_release(tmp_path: Path) -> None:
    told = details(language={"version": "3.15", "version_info": version(15, 0, "candidate", 1)})
    target = described(tmp_path, told)
    assert (target.python_version, target.newest_python) == ("3.15.0rc1", None)
    assert target.environment["implementation_version"] == "3.14.2"
    assert target.environment["platform_machine"] == "x86_64"


def test_build_details_beside_a_program_are_believed_and_the_c_library_is_this_machines(tmp_path: Path) -> None:
    install(tmp_path, details())
    executable = program(tmp_path)
    assert describe(executable, ask=never, here=HERE).name == "cp314-manylinux_2_36_x86_64"
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python3").symlink_to(executable)
    assert describe(tmp_path / "venv", ask=never, here=HERE).name == "cp314-manylinux_2_36_x86_64"


def test_build_details_of_another_machine_keep_their_own_platform(tmp_path: Path) -> None:
    install(tmp_path, details(platform="linux-aarch64"))
    assert describe(program(tmp_path), ask=never, here=HERE).name == "cp314-manylinux_2_28_aarch64"


def test_build_details_of_a_neighbour_are_not_taken(tmp_path: Path) -> None:
    install(tmp_path, details())
    program(tmp_path)
    told = answer(language={"version": "3.12", "version_info": version(12, 1)})
    target = describe(program(tmp_path, "python3.12"), ask=saying(told), here=HERE)
    assert (target.name, target.python_version) == ("cp312-manylinux_2_41_x86_64", "3.12.1")


@pytest.mark.parametrize("told", [details(schema_version="2.0"), details(base_prefix="\0"), details(platform="?")])
def test_where_build_details_beside_a_program_cannot_be_believed_it_is_asked(tmp_path: Path, told: Json) -> None:
    install(tmp_path, told)
    assert describe(program(tmp_path), ask=saying(answer()), here=HERE).name == "cp314-manylinux_2_41_x86_64"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (answer(), "cp314-manylinux_2_41_x86_64"),
        (answer(libc="musl 1.2.5"), "cp314-musllinux_1_2_x86_64"),
        (answer(bits=32), "cp314-manylinux_2_41_i686"),
        (answer(bits=32, platform="linux-aarch64"), "cp314-manylinux_2_41_armv7l"),
        (
            answer(platform="macosx-10.15-universal2", macos="14.5", libc="", markers={"platform_machine": "arm64"}),
            "cp314-macosx_14_0_arm64",
        ),
        (answer(platform="win-amd64", libc=""), "cp314-win_amd64"),
    ],
)
def test_an_answer_makes_a_target(tmp_path: Path, told: Json, name: str) -> None:
    assert describe(program(tmp_path), ask=saying(told), here=HERE).name == name


def test_the_interpreter_that_runs_the_tests_says_of_itself_what_we_know_of_it() -> None:
    runner = Runner()
    target = describe(
        Path(sys.executable), ask=lambda argv: runner.capture(Command(argv=tuple(argv), env={}), timeout=60).stdout,
        here=HERE,
    )  # fmt: skip
    assert target.environment == current().environment
    assert target.name == current().name
    assert target.python_version == platform.python_version().removesuffix("+")


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({}, "not a description of an interpreter"),
        ([], "not a description of an interpreter"),
        (details(schema_version="2.0"), "not a description of an interpreter"),
        (details(language={"version": "2.7"}), "Python 2 is not known"),
        (details(language={"version": "3.14", "version_info": version(14, -1)}), "not a description of an interpreter"),
        (details(implementation={"name": "jython", "version": version(14, 2)}), "is no interpreter"),
        (details(platform="plan9-amd64"), "'plan9_amd64' is no platform"),
        (details(platform="linux-pdp11"), "manylinux has no architecture 'pdp11'"),
    ],
)
def test_build_details_that_cannot_be_believed_are_told_with_their_file(
    tmp_path: Path, told: Json, problem: str
) -> None:
    with pytest.raises(UsageError, match=problem) as caught:
        described(tmp_path, told)
    assert BUILD_DETAILS in caught.value.message


@pytest.mark.parametrize(
    "said", [b"", b"Python 3\n", b"\xff", b"[" * 100_000, json.dumps(answer(libc="")).encode()], ids=range(5)
)
def test_an_answer_that_is_none_is_told_with_the_program(tmp_path: Path, said: bytes) -> None:
    with pytest.raises(UsageError, match=r"python3\.14: "):
        describe(program(tmp_path), ask=lambda _: said, here=HERE)


def test_markers_in_an_answer_are_only_words(tmp_path: Path) -> None:
    told = answer(markers={"platform_machine": "x'; import os", "python_version": "9.9", "platform_system": "Linux"})
    target = describe(program(tmp_path), ask=saying(told), here=HERE)
    assert target.environment["platform_machine"] == "x86_64"
    assert target.environment["python_version"] == "3.14"


@pytest.mark.parametrize("name", ["nowhere", "nowhere.json", "folder"])
def test_a_path_without_an_interpreter_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match=name):
        describe(tmp_path / name, ask=never, here=HERE)
