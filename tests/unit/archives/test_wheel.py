"""Wheels say what they are, and RECORD is believed only as far as it is proved."""

from __future__ import annotations

import contextlib
import warnings
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.tags import parse_tag

from archives_fixture import metadata, record_line, wheel_files, write_wheel
from wheelforge.archives.faults import BrokenWheel
from wheelforge.archives.wheel import check_record, read_metadata, read_shape, read_wheel
from wheelforge.model.shape import Shape

if TYPE_CHECKING:
    from pathlib import Path

NAME = "demo-1.0-py3-none-any.whl"
INFO = "demo-1.0.dist-info"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / NAME


def append(place: Path, name: str, data: bytes = b"evil") -> None:
    with warnings.catch_warnings(), zipfile.ZipFile(place, "a") as archive:
        warnings.simplefilter("ignore", UserWarning)  # zipfile warns of the double name that is the point here
        archive.writestr(name, data)


def test_a_wheel_says_what_it_is(place: Path) -> None:
    contents = read_wheel(write_wheel(place, wheel_files(["py2.py3-none-any", "cp311-cp311-linux_x86_64"])))
    assert (contents.name, contents.version, contents.dist_info) == ("demo", "1.0", INFO)
    assert contents.tags == parse_tag("py2.py3-none-any") | parse_tag("cp311-cp311-linux_x86_64")
    assert contents.root_is_purelib
    assert contents.metadata == read_metadata(place) == metadata()
    assert contents.members == ("demo/__init__.py", f"{INFO}/METADATA", f"{INFO}/WHEEL", f"{INFO}/RECORD")


def test_a_wheel_has_an_outline(place: Path) -> None:
    entry_points = {f"{INFO}/entry_points.txt": b"[console_scripts]\ndemo = demo:main\n"}
    write_wheel(place, wheel_files() | entry_points | {"demo/_fast.abi3.so": b""})
    assert read_shape(place) == Shape(
        tags=("py3-none-any",), modules=("demo",), extensions=("demo._fast",), entry_points=("console_scripts: demo",)
    )


def test_a_wheel_without_entry_points_has_none(place: Path) -> None:
    assert read_shape(write_wheel(place, wheel_files())) == Shape(tags=("py3-none-any",), modules=("demo",))


def test_a_right_record_is_accepted(place: Path) -> None:
    check_record(write_wheel(place, wheel_files()))


def test_a_name_with_a_strange_line_separator_is_one_line_of_record(place: Path) -> None:
    check_record(write_wheel(place, wheel_files() | {"demo/a\u2028b.txt": b"one"}))


def test_signatures_and_folders_need_no_line_in_record(place: Path) -> None:
    write_wheel(place, wheel_files())
    for name in (f"{INFO}/RECORD.jws", f"{INFO}/RECORD.p7s", "demo/"):
        append(place, name, b"")
    check_record(place)


def test_a_record_without_sizes_is_accepted_since_hashes_prove_more(place: Path) -> None:
    files = wheel_files()
    check_record(write_wheel(place, files, [record_line(*one).rpartition(",")[0] + "," for one in files.items()]))


def lines_of(files: dict[str, bytes], *, but: str, instead: str | None) -> list[str]:
    kept = [record_line(name, data) for name, data in files.items() if name != but]
    return kept if instead is None else [*kept, instead]


@pytest.mark.parametrize(
    ("instead", "fault"),
    [
        (None, "is not listed in RECORD"),
        (record_line("demo/__init__.py", b"VALUE = 2\n"), "has the sha256"),
        (record_line("demo/__init__.py", b"VALUE = 1\n") + "0", "and RECORD says 100"),
        ("demo/__init__.py,,", "has no hash in RECORD that proves it"),
        ("demo/__init__.py,md5=AAAA,10", "has no hash in RECORD that proves it"),
        ("demo/__init__.py,sha256=,10", "has the sha256"),
        ("demo/__init__.py", "has a line that is not path, hash, size"),
    ],
)
def test_a_wrong_line_of_record_is_found(place: Path, instead: str | None, fault: str) -> None:
    files = wheel_files()
    write_wheel(place, files, lines_of(files, but="demo/__init__.py", instead=instead))
    with pytest.raises(BrokenWheel) as caught:
        check_record(place)
    assert fault in caught.value.fault
    assert caught.value.wheel == NAME


def test_a_file_that_only_record_has_is_found(place: Path) -> None:
    files = wheel_files()
    lines = [record_line(*one) for one in (files | {"demo/gone.py": b""}).items()]
    with pytest.raises(BrokenWheel, match=r"'demo/gone\.py' is listed in RECORD and missing"):
        check_record(write_wheel(place, files, lines))


def test_a_file_that_record_lists_twice_is_found(place: Path) -> None:
    files = wheel_files()
    lines = [record_line(*one) for one in (*files.items(), ("demo/__init__.py", b""))]
    with pytest.raises(BrokenWheel, match="is listed twice"):
        check_record(write_wheel(place, files, lines))


@pytest.mark.parametrize("name", ["../evil", "/evil", "demo/../../evil", "C:\\evil"])
def test_an_unsafe_path_is_refused_even_when_listed(place: Path, name: str) -> None:
    with pytest.raises(BrokenWheel) as caught:
        check_record(write_wheel(place, wheel_files() | {name: b"evil"}))
    assert caught.value.member == name


@pytest.mark.parametrize("name", [f"{INFO}/METADATA", "demo/__init__.py"])
def test_a_file_that_comes_twice_is_refused(place: Path, name: str) -> None:
    append(write_wheel(place, wheel_files()), name)
    with pytest.raises(BrokenWheel, match="comes twice"):
        read_metadata(place)


def test_two_dist_info_folders_are_refused(place: Path) -> None:
    append(write_wheel(place, wheel_files()), "other-1.0.dist-info/METADATA")
    with pytest.raises(BrokenWheel, match=r"several \.dist-info folders: demo-1\.0\.dist-info, other-1\.0\.dist-info"):
        read_metadata(place)


@pytest.mark.parametrize("missing", ["METADATA", "WHEEL"])
def test_a_missing_file_is_named(place: Path, missing: str) -> None:
    files = wheel_files()
    del files[f"{INFO}/{missing}"]
    with pytest.raises(BrokenWheel, match=f"'{INFO}/{missing}' is missing"):
        read_wheel(write_wheel(place, files))


@pytest.mark.parametrize(
    ("file", "data", "fault"),
    [
        ("WHEEL", b"Wheel-Version: 2.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n", "Wheel-Version 2.0"),
        ("WHEEL", b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\n", "lacks the field Tag"),
        ("WHEEL", b"Wheel-Version: 1.0\nTag: py3-none-any\n", "lacks the field Root-Is-Purelib"),
        ("METADATA", b"Metadata-Version: 2.1\nName: demo\n", "lacks the field Version"),
    ],
)
def test_a_field_that_is_missing_is_named(place: Path, file: str, data: bytes, fault: str) -> None:
    with pytest.raises(BrokenWheel, match=fault):
        read_wheel(write_wheel(place, wheel_files() | {f"{INFO}/{file}": data}))


def test_a_tag_that_is_none_breaks_the_wheel(place: Path) -> None:
    with pytest.raises(BrokenWheel, match="cannot be read"):
        read_wheel(write_wheel(place, wheel_files(["py3"])))


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"no zip at all"])
def test_what_is_no_zip_is_no_wheel(place: Path, data: bytes) -> None:
    place.write_bytes(data)
    with pytest.raises(BrokenWheel, match=r"demo-1\.0-py3-none-any\.whl is no sound wheel: it cannot be read"):
        read_metadata(place)


def test_a_file_of_a_store_is_named_as_the_caller_knows_it(tmp_path: Path) -> None:
    (tmp_path / "5f8a").write_bytes(b"no zip")
    with pytest.raises(BrokenWheel, match=NAME):
        read_metadata(tmp_path / "5f8a", name=NAME)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(where=st.integers(0, 2000), value=st.integers(0, 255))
def test_a_wheel_with_any_byte_altered_is_sound_or_told_as_broken(place: Path, where: int, value: int) -> None:
    data = bytearray(write_wheel(place, wheel_files()).read_bytes())
    data[where % len(data)] = value
    place.write_bytes(data)
    with contextlib.suppress(BrokenWheel):
        assert read_wheel(place).members
        check_record(place)
