"""pip's flags as one target: pip's own tags, the target's markers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelforge.errors import UsageError
from wheelforge.interpreters.flags import Flags, flags_target
from wheelforge.interpreters.named import parse_target
from wheelforge.interpreters.running import current

if TYPE_CHECKING:
    from wheelforge.model.targets import Target

WINDOWS = parse_target("cp313t-win_arm64")
"""A host that is not the one that runs the tests."""


def target(*platforms: str, version: str | None = "312", implementation: str | None = None, abis: str = "") -> Target:
    flags = Flags(platforms=platforms, python_version=version, implementation=implementation, abis=tuple(abis.split()))
    return flags_target(flags, parse_target("cp311-manylinux_2_36_x86_64"))


PLATFORMS = (
    "manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "manylinux_2_28_x86_64", "linux_x86_64",
    "musllinux_1_2_x86_64", "any",
)  # fmt: skip
ALONE = (
    "win32", "win_amd64", "win_arm64", "macosx_10_9_x86_64", "macosx_14_2_arm64", "macosx_11_0_universal2",
    "ios_13_0_arm64_iphoneos", "android_24_arm64_v8a", "manylinux2014_aarch64", "pyodide_2025_0_wasm32",
)  # fmt: skip


@given(
    platforms=st.lists(st.sampled_from(PLATFORMS), max_size=3).map(lambda more: [*more, "manylinux_2_17_x86_64"])
    | st.sampled_from(ALONE).map(lambda one: [one]),
    version=st.sampled_from(["3", "38", "312", "315"]),
    abis=st.sampled_from([["cp312"], ["cp312", "abi3"], ["abi3"], ["none"], ["cp315t"], ["cp312", "cp311"]]),
    implementation=st.sampled_from(["cp", "pp", "py"]),
)
def test_tags_are_those_that_pip_gives_for_the_same_flags(
    platforms: list[str], version: str, abis: list[str], implementation: str
) -> None:
    pip = pytest.importorskip("pip._internal.utils.compatibility_tags", reason="this environment has no pip")
    expected = [str(tag) for tag in pip.get_supported(version, platforms, implementation, abis)]
    flags = Flags(platforms=tuple(platforms), python_version=version, implementation=implementation, abis=tuple(abis))
    made = flags_target(flags, WINDOWS)
    assert [str(tag) for tag in made.tags] == list(dict.fromkeys(expected))
    assert parse_target(made.name) == made


@pytest.mark.parametrize(
    ("text", "version"), [("3.12", "3.12.0"), ("312", "3.12.0"), ("3.12.4", "3.12.4"), ("3", "3.0.0")]
)
def test_a_version_is_read_as_pip_reads_it(text: str, version: str) -> None:
    made = target("win_amd64", version=text)
    assert made.python_version == version
    assert made.environment["sys_platform"] == "win32"


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (target("win_amd64"), "cp312-win_amd64"),
        (target("macosx_14_2_arm64"), "cp312-macosx_14_0_arm64"),
        (target("win_amd64", version="3.12.4", abis="cp312 abi3"), "cp3_12_4-win_amd64"),
        (target("win_amd64", abis="abi3"), "cp312-abi3-win_amd64"),
        (target("manylinux1_x86_64"), "pip-cp312-cp312-manylinux1_x86_64"),
        (target("linux_x86_64", "any"), "pip-cp312-cp312-linux_x86_64+any"),
        (target("win32", version="3"), "pip-cp3-none-win32"),
    ],
)
def test_the_name_is_the_plain_one_where_that_says_as_much(made: Target, name: str) -> None:
    assert made.name == name


def test_a_missing_flag_is_the_hosts() -> None:
    assert flags_target(Flags(python_version="3.14"), WINDOWS).name == "cp314t-win_arm64"
    assert flags_target(Flags(platforms=("win32",)), WINDOWS).name == "cp313t-win32"
    assert flags_target(Flags(implementation="pp", python_version="3.11"), WINDOWS).name == "pp311-win_arm64"
    assert flags_target(Flags(abis=("cp313",)), WINDOWS).name == "cp313-win_arm64"
    on_linux = flags_target(Flags(python_version="3.12"), current())
    assert on_linux == parse_target(f"cp312-{current().name.rpartition('-')[2]}")


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (Flags(platforms=("win_amd64", "win32")), "--platform win_amd64 and --platform win32 are two machines"),
        (Flags(platforms=("any",)), "--platform any is a platform of wheels"),
        (Flags(platforms=("win64",)), "--platform: 'win64' is no platform"),
        (Flags(platforms=("manylinux_2_28_x64",)), "--platform: manylinux has no architecture 'x64'"),
        (Flags(python_version="2.7"), "--python-version: expected a version of Python, 3.8 or later"),
        (Flags(python_version="37"), "--python-version: expected a version of Python, 3.8 or later"),
        (Flags(python_version="3.12.4.5"), "--python-version: expected a version of Python, 3.8 or later"),
        (Flags(implementation="cpthon"), "--implementation: 'cpthon' is no implementation"),
        (Flags(implementation="jython"), "they are cp, pp, graalpy, py, ip, jy\n"),
        (Flags(abis=("x!",)), "--abi: 'x!' is no ABI"),
        (Flags(abis=("cp311", "cp312")), "need a --platform"),
        (Flags(implementation="jy"), "--implementation jy needs a --platform beside it"),
        (Flags(python_version="3"), "need a --platform"),
    ],
)
def test_what_means_nothing_is_told_with_its_flag(flags: Flags, told: str) -> None:
    with pytest.raises(UsageError, match="(?s)" + told.replace(".", r"\.")):
        flags_target(flags, WINDOWS)


def test_old_platforms_of_macos_are_of_intel_machines() -> None:
    made = target("macosx_10_9_intel", "macosx_10_9_x86_64")
    assert made.environment["platform_machine"] == "x86_64"
    assert parse_target(made.name) == made


def test_too_many_platforms_make_no_name() -> None:
    with pytest.raises(UsageError, match="too many"):
        target(*(f"manylinux_2_{minor}_x86_64" for minor in range(17, 40)))


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("jython", "did you mean jy?"),
        ("CPython", "did you mean cp?"),
        ("cpthon", "did you mean cp?"),
        ("python", "did you mean cp?"),
        ("pypi", "did you mean pp?"),
        ("foo", "--implementation cp is CPython"),
    ],
)
def test_another_word_for_an_implementation_is_understood(said: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        flags_target(Flags(implementation=said), WINDOWS)
    assert caught.value.hint == hint
