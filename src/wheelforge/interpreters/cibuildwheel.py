"""What cibuildwheel's identifiers leave open: the version of the platform, which its defaults give."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wheelforge.interpreters.misspelt import Misspelt
from wheelforge.interpreters.platforms import check_architecture
from wheelforge.interpreters.pythons import Implementation

if TYPE_CHECKING:
    from wheelforge.interpreters.pythons import Python

_MANYLINUX = dict.fromkeys(("x86_64", "i686", "aarch64", "ppc64le", "s390x"), "2_28") | {
    "armv7l": "2_31",
    "riscv64": "2_39",
}
_PYODIDE = {12: "pyodide_2024_0_wasm32", 13: "pyodide_2025_0_wasm32", 14: "pyemscripten_2026_0_wasm32"}
_ONLY_10_15, _ONLY_10_13 = 14, 12
"""The minors of Python from which on its Intel builds need these systems; PyPy 3.9 and later need the first."""
_IDENTIFIER = re.compile(r"(manylinux|musllinux|macosx|ios|android|pyodide)_([a-z]\w*)")


def with_version(python: Python, platform: str) -> str:
    """``platform`` with the version that cibuildwheel would build for; given back as it is where it has one.

    The source is cibuildwheel 4.3: ``resources/defaults.toml`` for the images of manylinux and musllinux,
    ``platforms/macos.py``, ``ios.py`` and ``android.py`` for the deployment targets, and the Pyodide of each Python in
    ``resources/build-platforms.toml``, whose ABI Pyodide's documentation tells.

    Raises:
        Misspelt: the architecture is none of that platform's, or cibuildwheel has no default.
    """
    found = _IDENTIFIER.fullmatch(platform)
    if found is None:
        return platform
    family, arch = found.groups()
    check_architecture(family, platform, arch)
    if family in {"manylinux", "musllinux"} and arch not in _MANYLINUX:
        problem = f"cibuildwheel has no default for {family} on {arch}"
        raise Misspelt(
            platform, slice(0, len(platform)), problem, advice=f"name the version: {family}_MAJOR_MINOR_{arch}"
        )
    if family == "pyodide":
        return _pyodide(python, platform)
    version = {
        "manylinux": _MANYLINUX.get(arch),
        "musllinux": "1_2",
        "macosx": _deployment_target(python, arch),
        "ios": "13_0",
        "android": "24",
    }[family]
    return f"{family}_{version}_{arch}"


def _deployment_target(python: Python, arch: str) -> str:
    if arch == "arm64":
        return "11_0"
    if python.minor >= _ONLY_10_15 or python.implementation is Implementation.PYPY:
        return "10_15"
    return "10_13" if python.minor >= _ONLY_10_13 else "10_9"


def _pyodide(python: Python, platform: str) -> str:
    if python.minor in _PYODIDE:
        return _PYODIDE[python.minor]
    problem = f"which Pyodide is meant for Python 3.{python.minor} is not known"
    advice = "name its ABI: pyemscripten_YEAR_PATCH_wasm32"
    raise Misspelt(platform, slice(0, len(platform)), problem, advice=advice)
