"""From the name of a target to its tags and markers, whatever machine the name is read on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag, parse_tag, sys_tags

from wheelforge.interpreters.misspelt import Misspelt
from wheelforge.interpreters.named import is_reserved, parse_target
from wheelforge.interpreters.running import current

FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]{0,199}")
"""Narrower than what a lock takes: a dot would end the name within ``pylock.NAME.toml`` (PEP 751)."""

LINUX = ("x86_64", "i686", "aarch64", "armv7l", "ppc64le", "s390x", "riscv64")


def versions(lowest: tuple[int, int], highest: tuple[int, int]) -> st.SearchStrategy[str]:
    every = [(major, minor) for major in range(lowest[0], highest[0] + 1) for minor in range(40)]
    return st.sampled_from([f"{one}_{two}" for one, two in every if lowest <= (one, two) <= highest])


PYTHONS = st.one_of(
    st.integers(8, 40).map("cp3{}".format),
    st.integers(13, 40).map("cp3{}t".format),
    st.integers(9, 20).map("pp3{}".format),
    st.tuples(st.integers(8, 40), st.integers(0, 30)).map(lambda both: f"cp3.{both[0]}.{both[1]}"),
    st.tuples(st.integers(8, 40), st.sampled_from(["abi3", "none"])).map(lambda both: f"cp3{both[0]}-{both[1]}"),
)
PLATFORMS = st.one_of(
    st.builds("manylinux_{}_{}".format, versions((2, 17), (2, 39)), st.sampled_from(LINUX)),
    st.builds("manylinux{}_{}".format, st.sampled_from(["1", "2010", "2014"]), st.sampled_from(["x86_64", "i686"])),
    st.builds("musllinux_{}_{}".format, versions((1, 0), (1, 5)), st.sampled_from(LINUX)),
    st.builds("macosx_{}_{}".format, versions((11, 0), (26, 3)), st.sampled_from(["arm64", "x86_64", "universal2"])),
    st.builds("macosx_{}_x86_64".format, versions((10, 6), (10, 15))),
    st.sampled_from(["win32", "win_amd64", "win_arm64"]),
    st.builds(
        "ios_{}_{}".format, versions((12, 0), (18, 3)), st.sampled_from(["arm64_iphoneos", "arm64_iphonesimulator"])
    ),
    st.builds("android_{}_{}".format, st.integers(16, 40), st.sampled_from(["arm64_v8a", "x86"])),
    st.builds("pyodide_{}_0_wasm32".format, st.integers(2024, 2030)),
    st.sampled_from(["manylinux_x86_64", "manylinux_riscv64", "musllinux_i686", "macosx_arm64", "android_x86_64"]),
)
TEXTS = st.builds("{}-{}".format, PYTHONS, PLATFORMS)


@given(text=TEXTS)
def test_the_name_of_a_target_gives_the_same_target_again(text: str) -> None:
    target = parse_target(text)
    assert parse_target(target.name) == target
    assert FOLDER_NAME.fullmatch(target.name)


@given(text=TEXTS)
def test_every_target_takes_pure_wheels_and_prefers_its_own(text: str) -> None:
    target = parse_target(text)
    assert len(set(target.tags)) == len(target.tags)
    own = next(place for place, tag in enumerate(target.tags) if tag.platform == "any")
    assert all(tag.platform == "any" for tag in target.tags[own:])
    assert Tag("py3", "none", "any") in target.tags
    assert target.tags[0].platform == target.name.rpartition("-")[2]


@given(text=TEXTS)
def test_every_target_answers_all_markers_and_tells_nothing_of_one_machine(text: str) -> None:
    environment = parse_target(text).environment
    assert environment.keys() == current().environment.keys()
    assert [name for name, value in environment.items() if not value] == ["platform_release", "platform_version"]


def test_what_is_read_is_what_this_interpreter_would_say_but_for_bare_linux_wheels() -> None:
    assert parse_target("current") == current()
    again = parse_target(current().name)
    assert again.tags == tuple(tag for tag in sys_tags() if not tag.platform.startswith("linux_"))
    open_patch = ("python_full_version", "implementation_version")
    assert {name: value for name, value in again.environment.items() if name not in open_patch} == {
        name: value for name, value in current().environment.items() if name not in open_patch
    }


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("cp312-manylinux1_x86_64", "cp312-manylinux_2_5_x86_64"),
        ("cp312-manylinux2010_i686", "cp312-manylinux_2_12_i686"),
        ("cp312-manylinux2014_aarch64", "cp312-manylinux_2_17_aarch64"),
        ("CP312-MANYLINUX_2_28_X86_64", "cp312-manylinux_2_28_x86_64"),
        ("cp312-cp312-win_amd64", "cp312-win_amd64"),
        ("cp313-cp313t-win_amd64", "cp313t-win_amd64"),
        ("cp315-abi3t-win32", "cp315t-abi3t-win32"),
        ("cp3.12.4-win32", "cp3_12_4-win32"),
        ("cp3.13.1t-win32", "cp3_13_1t-win32"),
        ("cp3.12-win32", "cp312-win32"),
        ("cp312-macosx_14_5_arm64", "cp312-macosx_14_0_arm64"),
        ("pp311-pypy311_pp80-win_amd64", "pp311-win_amd64"),
        ("pp311-pypy311_pp73-win_amd64", "pp311-pypy311_pp73-win_amd64"),
    ],
)
def test_a_target_has_one_name(text: str, name: str) -> None:
    assert parse_target(text).name == name


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("cp312-manylinux_x86_64", "cp312-manylinux_2_28_x86_64"),
        ("cp312-manylinux_armv7l", "cp312-manylinux_2_31_armv7l"),
        ("cp314t-musllinux_aarch64", "cp314t-musllinux_1_2_aarch64"),
        ("cp311-macosx_x86_64", "cp311-macosx_10_9_x86_64"),
        ("cp312-macosx_x86_64", "cp312-macosx_10_13_x86_64"),
        ("cp314-macosx_universal2", "cp314-macosx_10_15_universal2"),
        ("pp39-macosx_x86_64", "pp39-macosx_10_15_x86_64"),
        ("cp312-macosx_arm64", "cp312-macosx_11_0_arm64"),
        ("cp313-ios_arm64_iphoneos", "cp313-ios_13_0_arm64_iphoneos"),
        ("cp313-android_arm64_v8a", "cp313-android_24_arm64_v8a"),
        ("cp313-pyodide_wasm32", "cp313-pyodide_2025_0_wasm32"),
        ("cp314-pyodide_wasm32", "cp314-pyemscripten_2026_0_wasm32"),
        ("gp312_250-win_amd64", "graalpy312-graalpy250_312_native-win_amd64"),
    ],
)
def test_an_identifier_of_cibuildwheel_gets_its_default_platform(identifier: str, name: str) -> None:
    assert parse_target(identifier).name == name


@pytest.mark.parametrize(
    ("text", "taken", "not_taken"),
    [
        (
            "cp312-manylinux_2_28_x86_64",
            "cp312-cp312-manylinux2014_x86_64 cp38-abi3-manylinux1_x86_64 cp312-cp312-manylinux_2_5_x86_64",
            "cp312-cp312-manylinux_2_29_x86_64 cp312-cp312-musllinux_1_1_x86_64 cp313-abi3-manylinux_2_28_x86_64",
        ),
        (
            "cp312-manylinux_2_28_x86_64",
            "py3-none-manylinux_2_28_x86_64",
            "cp312-cp312-linux_x86_64 cp312-cp312-manylinux_2_28_aarch64",
        ),
        ("cp312-manylinux_2_28_aarch64", "cp312-cp312-manylinux_2_17_aarch64", "cp312-cp312-manylinux_2_16_aarch64"),
        ("cp312-musllinux_1_2_x86_64", "cp312-cp312-musllinux_1_1_x86_64", "cp312-cp312-musllinux_1_3_x86_64"),
        (
            "cp312-macosx_14_0_arm64",
            "cp312-cp312-macosx_11_0_universal2 cp312-cp312-macosx_10_9_universal2 cp312-cp312-macosx_11_0_arm64",
            "cp312-cp312-macosx_15_0_arm64 cp312-cp312-macosx_11_0_x86_64",
        ),
        ("cp312-macosx_14_0_x86_64", "cp312-cp312-macosx_10_9_intel", "cp312-cp312-macosx_11_0_arm64"),
        ("cp312-macosx_11_0_universal2", "cp312-cp312-macosx_10_9_universal2", "cp312-cp312-macosx_11_0_arm64"),
        ("cp313t-win_amd64", "cp313-cp313t-win_amd64", "cp313-cp313-win_amd64 cp313-abi3-win_amd64"),
        ("cp315t-win_amd64", "cp315-abi3t-win_amd64", "cp315-abi3-win_amd64"),
        ("cp312-abi3-win_amd64", "cp38-abi3-win_amd64 py3-none-win_amd64", "cp312-cp312-win_amd64"),
        ("pp311-win_amd64", "pp311-pypy311_pp80-win_amd64 pp3-none-any", "cp311-cp311-win_amd64 cp38-abi3-win_amd64"),
        ("cp313-ios_13_0_arm64_iphoneos", "cp313-cp313-ios_12_0_arm64_iphoneos", "cp313-cp313-ios_13_1_arm64_iphoneos"),
        ("cp313-android_24_x86", "cp313-cp313-android_21_x86", "cp313-cp313-android_25_x86"),
        ("cp313-pyodide_2025_0_wasm32", "cp313-cp313-pyodide_2025_0_wasm32", "cp313-cp313-pyodide_2024_0_wasm32"),
    ],
)
def test_a_target_takes_what_runs_there_and_nothing_else(text: str, taken: str, not_taken: str) -> None:
    target = parse_target(text)
    assert [one for one in taken.split() if target.rank(parse_tag(one)) is None] == []
    assert [one for one in not_taken.split() if target.rank(parse_tag(one)) is not None] == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("cp312-manylinux_2_28_aarch64", "cpython CPython 3.12.0 posix linux Linux aarch64"),
        ("cp312-musllinux_1_2_armv7l", "cpython CPython 3.12.0 posix linux Linux armv7l"),
        ("cp3.12.4-win_amd64", "cpython CPython 3.12.4 nt win32 Windows AMD64"),
        ("cp312-win32", "cpython CPython 3.12.0 nt win32 Windows x86"),
        ("cp312-win_arm64", "cpython CPython 3.12.0 nt win32 Windows ARM64"),
        ("pp311-macosx_14_0_arm64", "pypy PyPy 8.0.0 posix darwin Darwin arm64"),
        ("pp310-macosx_14_0_x86_64", "pypy PyPy 7.3.0 posix darwin Darwin x86_64"),
        ("gp312_250-manylinux_x86_64", "graalpy GraalVM 25.0.0 posix linux Linux x86_64"),
        ("cp313-ios_13_0_arm64_iphoneos", "cpython CPython 3.13.0 posix ios iOS arm64"),
        ("cp313-android_24_arm64_v8a", "cpython CPython 3.13.0 posix android Android aarch64"),
        ("cp313-pyodide_2025_0_wasm32", "cpython CPython 3.13.0 posix emscripten Emscripten wasm32"),
    ],
)
def test_markers_are_those_of_the_target(text: str, values: str) -> None:
    environment = parse_target(text).environment
    names = (
        "implementation_name", "platform_python_implementation", "implementation_version", "os_name", "sys_platform",
        "platform_system", "platform_machine",
    )  # fmt: skip
    assert " ".join(environment[name] for name in names) == values


@pytest.mark.parametrize("minor", range(8, 31))
def test_pythons_have_a_first_and_no_last(minor: int) -> None:
    target = parse_target(f"cp3{minor}-win_amd64")
    assert target.environment["python_version"] == f"3.{minor}"
    assert target.tags[0] == Tag(f"cp3{minor}", f"cp3{minor}", "win_amd64")


@pytest.mark.parametrize(
    ("text", "admitted", "refused"),
    [
        ("cp39-win32", ["!=3.9.0,!=3.9.1,>=3.8", ">=3.9.2", "<=3.9", "==3.9.*"], [">=3.10", "<3.9"]),
        ("cp3.9.1-win32", [">=3.9.1"], ["!=3.9.0,!=3.9.1", ">=3.9.2", "<=3.9"]),
    ],
)
def test_a_patch_release_is_open_unless_it_is_named(text: str, admitted: list[str], refused: list[str]) -> None:
    target = parse_target(text)
    assert [one for one in admitted if not target.accepts_python(SpecifierSet(one))] == []
    assert [one for one in refused if target.accepts_python(SpecifierSet(one))] == []


@pytest.mark.parametrize(
    ("text", "wrong", "hint"),
    [
        ("cp312-manylinux_x64", "x64", "did you mean cp312-manylinux_x86_64?"),
        ("cp312-manylinux_2_28_arm64", "arm64", "did you mean cp312-manylinux_2_28_aarch64?"),
        ("cp312-manylinux_2_4_x86_64", "4", "did you mean cp312-manylinux_2_5_x86_64?"),
        ("cp312-manylinux1_aarch64", "manylinux1", "did you mean cp312-manylinux_2_17_aarch64?"),
        ("cp312-linux_x86_64", "linux_x86_64", "did you mean cp312-manylinux_2_28_x86_64?"),
        ("cp312-linux_arm64", "linux_arm64", "did you mean cp312-manylinux_2_28_aarch64?"),
        ("cp312-win64", "win64", "did you mean cp312-win_amd64?"),
        ("cp312-windows", "windows", "did you mean cp312-win_amd64?"),
        ("cp312-macos_aarch64", "macos_aarch64", "did you mean cp312-macosx_arm64?"),
        ("cp312-macosx_10_9_arm64", "10_9", "did you mean cp312-macosx_11_0_arm64?"),
        ("cp313-ios_arm64", "arm64", "did you mean cp313-ios_arm64_iphoneos?"),
        ("cp313-ios_9_0_arm64_iphoneos", "9_0", "did you mean cp313-ios_13_0_arm64_iphoneos?"),
        ("cp313-android_9_x86", "9", "did you mean cp313-android_24_x86?"),
        ("cp312-musllinux_2_0_x86_64", "2", "did you mean cp312-musllinux_1_2_x86_64?"),
        ("python3.12-win_amd64", "python3.12", "did you mean cp312-win_amd64?"),
        ("312-win_amd64", "312", "did you mean cp312-win_amd64?"),
        ("cp312t-win_amd64", "t", "did you mean cp312-win_amd64?"),
        ("pp311t-win_amd64", "pp311t", "did you mean pp311-win_amd64?"),
        ("pypy3.11-win_amd64", "pypy3.11", "did you mean pp311-win_amd64?"),
        ("pp311-pypy310_pp73-win_amd64", "pypy310_pp73", "did you mean pp311-pypy311_pp80-win_amd64?"),
        ("cp312", "cp312", "did you mean cp312-manylinux_2_28_x86_64?"),
        ("curent", "curent", "did you mean current?"),
        ("cp312-cp311-win32", "cp311", "its ABIs are cp312, abi3, none"),
        ("cp312-any", "any", "name the machine, such as win_amd64"),
    ],
)
def test_what_is_wrong_is_underlined_and_what_was_meant_is_proposed(text: str, wrong: str, hint: str) -> None:
    with pytest.raises(Misspelt) as caught:
        parse_target(text)
    problem, line, carets = caught.value.message.splitlines()
    assert problem
    assert line.strip() == text
    assert line[carets.index("^") : len(carets)] == wrong
    assert caught.value.hint == hint
    if hint.startswith("did you mean "):
        parse_target(hint.removeprefix("did you mean ").removesuffix("?"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "cp37-win32",
        "cp27-win32",
        "cp-win32",
        "cp312-",
        "a-b-c-d",
        "graalpy312-win32",
        "foo312-win32",
        "cp3\u0661\u0662-win32",
        "cp312-macosx_\u0661\u0664_0_arm64",
        "cp312-aox_0",
        "\x1b[31m",
    ],
)
def test_what_is_no_target_is_refused_with_advice_and_without_controls(text: str) -> None:
    with pytest.raises(Misspelt) as caught:
        parse_target(text)
    assert caught.value.message.replace("\n", "").isprintable()


def test_a_url_where_a_target_belongs_is_told_without_its_credentials() -> None:
    with pytest.raises(Misspelt) as caught:
        parse_target("https://me:secret@index.example/simple/")
    assert "secret" not in caught.value.message + str(caught.value.hint)


@given(
    text=st.text(max_size=40)
    | st.from_regex(r"(cp|pp)3\d{1,2}t?-[a-z]{2,9}(_\d{1,4}){0,3}_[a-z0-9_]{1,9}", fullmatch=True)
)
def test_every_other_text_is_a_target_or_misspelt(text: str) -> None:
    try:
        target = parse_target(text)
    except Misspelt:
        return
    assert parse_target(target.name) == target


@pytest.mark.parametrize(
    ("name", "reserved"),
    [
        ("current", True), ("cp312", True), ("cp312-servers", True), ("pip-tools", True), ("Current", True),
        ("servers", False), ("python-services", False), ("cpus", False), ("py", True),
    ],
)  # fmt: skip
def test_names_that_look_like_targets_are_reserved(name: str, reserved: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_reserved(name) is reserved


def test_what_the_reference_calls_a_target_is_one() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "targets.md").read_text()
    named = set(re.findall(r"[`\"]((?:cp|pp|gp|pip|graalpy)[^`\"]*-[^`\"]+)[`\"]", page))
    assert len(named) > 20
    for name in named - {"graalpy312-graalpy250_312_native"}:
        parse_target(name)
