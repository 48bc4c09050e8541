"""Known failures get their hint, and a log cannot smuggle a command into one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelforge.forge.diagnosis import diagnose
from wheelforge.recipes.failures import Failure, known_failures


@pytest.mark.parametrize("failure", known_failures(), ids=lambda failure: failure.example[:40])
def test_an_entry_finds_its_own_example_before_any_other_does(failure: Failure) -> None:
    hint = diagnose(f"running build_ext\n{failure.example}\nerror: the backend failed")
    match = re.search(failure.pattern, failure.example)
    assert match
    what = match.groupdict().get("what", "")
    candidates = {
        template.format(what=what, package=package)
        for template in (failure.hint, failure.otherwise or failure.hint)
        for package in (*failure.packages.values(), "")
    }
    assert hint in candidates


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("a.c:1:10: fatal error: Python.h: No such file or directory", "apt install python3-dev"),
        ("a.c:1:10: fatal error: 'openssl/ssl.h' file not found", "apt install libssl-dev"),
        ("src/lxml/etree.c:9:10: fatal error: libxml/xpath.h: No such file or directory", "apt install libxml2-dev"),
        ("a.c:1:10: fatal error: frob/nicate.h: No such file or directory", "apt-file search -x /frob/nicate.h$"),
        ("error: command 'gcc' failed: No such file or directory", "apt install build-essential"),
        ("unable to execute 'x86_64-linux-gnu-g++': No such file or directory", "apt install build-essential"),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'cmake'", "apt install cmake"),
        ("/bin/sh: 1: meson: not found", "apt install meson"),
        ("sh: line 1: bison: command not found", "apt install bison"),
        ("No package 'libffi' found", "apt install libffi-dev"),
        ('../meson.build:31:12: ERROR: Dependency "cairo" not found, tried pkgconfig and cmake', "libcairo2-dev"),
        ("Package frob was not found in the pkg-config search path.", "apt-file search -x /frob.pc$"),
        ("/usr/bin/ld: cannot find -lz", "apt install zlib1g-dev"),
        ("OSError: [Errno 101] Network is unreachable", "builds are offline"),
        ("ModuleNotFoundError: No module named 'Cython.Build'", "imports Cython.Build"),
        ("pyproject_hooks._impl.BackendUnavailable: Cannot import 'flit_core.buildapi'", "flit_core.buildapi"),
        ("ModuleNotFoundError: No module named 'pkg_resources'", "setuptools<81"),
    ],
)
def test_a_known_failure_gets_its_hint(line: str, hint: str) -> None:
    assert hint in (diagnose(f"first\n{line}\nlast") or "")


@pytest.mark.parametrize(
    "log",
    [
        "",
        "error: command '/usr/bin/gcc' failed with exit code 1",
        "FileNotFoundError: [Errno 2] No such file or directory: 'README.md'",
        "AssertionError",
    ],
)
def test_an_unknown_failure_gets_no_hint(log: str) -> None:
    assert diagnose(log) is None


@pytest.mark.parametrize(
    "line",
    [
        "a.c:1:1: fatal error: '$(reboot).h' file not found",
        "a.c:1:1: fatal error: x;reboot;.h: No such file or directory",
        "a.c:1:1: fatal error: `reboot`.h: No such file or directory",
        "/usr/bin/ld: cannot find -l--reboot: No such file or directory",
    ],
)
def test_a_hint_that_may_be_pasted_holds_no_command_of_the_log(line: str) -> None:
    assert "reboot" not in (diagnose(line) or "")


@given(st.text())
def test_any_log_can_be_diagnosed(log: str) -> None:
    assert "\n" not in (diagnose(log) or "")
