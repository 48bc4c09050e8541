"""A built wheel passes only when it is, in every respect, the one that was expected."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from packaging.tags import Tag, parse_tag
from packaging.utils import canonicalize_name
from packaging.version import Version

from archives_fixture import metadata, wheel_files, write_wheel
from wheelforge.archives.outline import outline
from wheelforge.errors import ExitCode
from wheelforge.forge.checks import Expected, UnexpectedWheel, check_wheel
from wheelforge.model.lock import ExpectedShape
from wheelforge.model.targets import Target

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PURE = "demo-1.0-py3-none-any.whl"
TARGET = Target(
    name="cp311-manylinux_2_36_x86_64",
    environment={"python_version": "3.11", "python_full_version": "3.11.7", "sys_platform": "linux"},
    tags=(
        Tag("cp311", "cp311", "manylinux_2_36_x86_64"),
        Tag("cp311", "cp311", "linux_x86_64"),
        Tag("py3", "none", "any"),
    ),
)
EXPECTED = Expected(name=canonicalize_name("demo"), version=Version("1.0"), target=TARGET)


def build(
    tmp_path: Path, filename: str = PURE, tags: Iterable[str] = ("py3-none-any",), about: bytes | None = None
) -> Path:
    return write_wheel(tmp_path / filename, wheel_files(tags, about))


def faults(path: Path, expected: Expected = EXPECTED) -> str:
    with pytest.raises(UnexpectedWheel) as caught:
        check_wheel(path, expected)
    assert caught.value.exit_code is ExitCode.BUILD
    assert path.name in caught.value.message
    return "\n".join(caught.value.faults)


def test_the_expected_wheel_passes(tmp_path: Path) -> None:
    path = build(tmp_path)
    checked = check_wheel(path, EXPECTED)
    assert checked.filename == PURE
    assert checked.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert checked.size == path.stat().st_size
    assert checked.tags == parse_tag("py3-none-any")
    assert checked.metadata == metadata()


def test_another_spelling_of_name_and_version_passes(tmp_path: Path) -> None:
    check_wheel(build(tmp_path, "Demo-1.0.0-py3-none-any.whl", about=metadata("DEMO", "1.0.0")), EXPECTED)


def test_a_wheel_with_a_build_tag_and_a_platform_passes(tmp_path: Path) -> None:
    check_wheel(build(tmp_path, "demo-1.0-1-cp311-cp311-linux_x86_64.whl", ["cp311-cp311-linux_x86_64"]), EXPECTED)


def test_another_name_is_told(tmp_path: Path) -> None:
    told = faults(build(tmp_path, "other-1.0-py3-none-any.whl", about=metadata("other")))
    assert told == "expected the name demo, got other"


def test_another_version_is_told(tmp_path: Path) -> None:
    told = faults(build(tmp_path, "demo-1.0.dev0-py3-none-any.whl", about=metadata(version="1.0.dev0")))
    assert told == "expected the version 1.0, got 1.0.dev0"


def test_a_file_name_that_disagrees_with_its_metadata_is_told(tmp_path: Path) -> None:
    told = faults(build(tmp_path, "demo-1.1-py3-none-any.whl"))
    assert told == "its file name says demo 1.1, its METADATA says demo 1.0"


def test_a_file_name_that_disagrees_with_its_tags_is_told(tmp_path: Path) -> None:
    told = faults(build(tmp_path, tags=["py2-none-any", "py3-none-any"]))
    assert told == "its file name has the tags py3-none-any, its WHEEL has py2-none-any, py3-none-any"


def test_a_file_name_that_is_none_is_told(tmp_path: Path) -> None:
    assert "its file name is no wheel's" in faults(build(tmp_path, "demo.whl"))


def test_tags_that_do_not_fit_the_target_are_told(tmp_path: Path) -> None:
    told = faults(build(tmp_path, "demo-1.0-cp312-cp312-linux_x86_64.whl", ["cp312-cp312-linux_x86_64"]))
    assert told == "expected a wheel for cp311-manylinux_2_36_x86_64, got one for cp312-cp312-linux_x86_64"


def test_a_broken_record_is_told(tmp_path: Path) -> None:
    path = write_wheel(tmp_path / PURE, wheel_files(), record=[])
    assert "is not listed in RECORD" in faults(path)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    expected = replace(EXPECTED, name=canonicalize_name("other"), version=Version("2"), requires=frozenset({"a"}))
    assert len(faults(build(tmp_path), expected).splitlines()) == 3


REQUIRES = metadata(
    "demo",
    "1.0",
    "Requires-Dist: B_b[y,X] <2,>=1",
    'Requires-Dist: win; sys_platform == "win32"',
    'Requires-Dist: lin; sys_platform == "linux"',
    'Requires-Dist: fast; extra == "fast"',
)


@pytest.mark.parametrize(
    ("extras", "locked"),
    [(frozenset[str](), {"b-b[x,y]>=1,<2", "lin"}), (frozenset({"fast"}), {"b-b[x,y]>=1,<2", "lin", "fast"})],
)
def test_the_requirements_that_apply_are_the_locked_ones(
    tmp_path: Path, extras: frozenset[str], locked: set[str]
) -> None:
    expected = replace(EXPECTED, requires=frozenset(locked), extras=extras)
    check_wheel(build(tmp_path, about=REQUIRES), expected)


def test_a_requirement_by_place_is_the_locked_one_by_name(tmp_path: Path) -> None:
    about = metadata("demo", "1.0", "Requires-Dist: b[x] @ https://index.example/b.whl")
    check_wheel(build(tmp_path, about=about), replace(EXPECTED, requires=frozenset({"b[x]"})))


def test_requirements_that_are_not_locked_are_told_both_ways(tmp_path: Path) -> None:
    expected = replace(EXPECTED, requires=frozenset({"lin>=1", "gone"}))
    assert faults(build(tmp_path, about=REQUIRES), expected).splitlines() == [
        "it requires what the lock does not have: b-b[x,y]<2,>=1, lin",
        "it does not require what the lock has: gone, lin>=1",
    ]


def test_requirements_are_not_looked_at_where_none_are_locked(tmp_path: Path) -> None:
    check_wheel(build(tmp_path, about=REQUIRES), EXPECTED)


def test_a_requirement_that_is_none_is_told(tmp_path: Path) -> None:
    about = metadata("demo", "1.0", "Requires-Dist: a b")
    told = faults(build(tmp_path, about=about), replace(EXPECTED, requires=frozenset()))
    assert told == "its METADATA requires 'a b', which is no requirement (PEP 508)"


def expecting(filename: str, *members: str) -> Expected:
    held = ExpectedShape(artifact="demo-1.0.tar.gz", wheel=filename, shape=outline(filename, members, b""))
    return replace(EXPECTED, shapes=(held,))


NATIVE = "demo-1.0-cp311-cp311-manylinux_2_36_x86_64.whl"


def test_a_wheel_that_holds_what_the_indexs_does_passes(tmp_path: Path) -> None:
    assert check_wheel(build(tmp_path), expecting(PURE, "demo/__init__.py")).remarks == ()


def test_what_is_other_than_in_the_indexs_wheel_and_right_is_remarked(tmp_path: Path) -> None:
    [remark] = check_wheel(build(tmp_path), expecting(NATIVE, "demo/__init__.py")).remarks
    assert remark == f"it is for any platform, where the index has {NATIVE}"


def test_a_silently_pure_wheel_is_told_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(UnexpectedWheel) as caught:
        check_wheel(build(tmp_path), expecting(NATIVE, "demo/__init__.py", "demo/_fast.abi3.so"))
    assert caught.value.faults == (
        f"it is pure Python, without the extension modules that the index's {NATIVE} has: demo._fast",
    )
    assert caught.value.hint is not None
    assert caught.value.hint.endswith("--only-binary demo")


def test_a_wheel_with_endless_modules_is_told(tmp_path: Path) -> None:
    files = wheel_files() | {f"m{number}.py": b"" for number in range(10_001)}
    assert "more than 10000 modules" in faults(write_wheel(tmp_path / PURE, files), expecting(PURE))
