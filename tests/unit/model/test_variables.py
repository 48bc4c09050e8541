"""Which variables recipes and locks may set."""

from __future__ import annotations

import pytest

from wheelforge.model.variables import CONSTANT, PROXIES, variable_flaw


@pytest.mark.parametrize("name", [
    *("CFLAGS", "LDFLAGS", "LD", "CMAKE_ARGS", "NPY_BLAS_ORDER", "SETUPTOOLS_SCM_PRETEND_VERSION", "PYTHON", "_X1"),
    *("CARGO_BUILD_TARGET", "SKBUILD_CMAKE_ARGS", "GITHUB", "UVLOOP_NO_EXTENSIONS", "PKG_CONFIG_PATH"),
])  # fmt: skip
def test_what_builds_are_told_by_their_users_may_be_set(name: str) -> None:
    assert variable_flaw(name) is None


@pytest.mark.parametrize("name", [
    *CONSTANT, *PROXIES, "NO_PROXY", "PATH", "HOME", "TMPDIR", "PWD", "LD_PRELOAD", "LD_LIBRARY_PATH",
    "DYLD_INSERT_LIBRARIES", "PYTHONPATH", "PYTHON_PRESITE", "PIP_INDEX_URL", "UV_INDEX_URL", "GIT_SSH_COMMAND",
    "_PYPROJECT_HOOKS_BUILD_BACKEND",
])  # fmt: skip
def test_what_isolates_builds_is_nobody_elses_to_set(name: str) -> None:
    told = f"{name} steers how builds are isolated: wheelforge alone sets it"
    assert variable_flaw(name) == told
    assert variable_flaw(name.lower()) == told.replace(name, name.lower())


@pytest.mark.parametrize("name", ["", "A=B", "1A", "A B", "A\n", "\u00c4"])
def test_what_is_no_name_is_none(name: str) -> None:
    assert variable_flaw(name) == f"{name!r} is no name of a variable: letters, digits and _"
