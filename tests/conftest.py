"""What every test stands on: an environment without this machine's settings, and the index of fixture projects."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from index import PackageIndex, serving
from projects import releases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

OURS = ("WHEELFORGE_",)
OF_THE_MACHINE = ("PIP_", "UV_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
"""Settings that tests of the real index need, and that must not reach any other."""


@pytest.fixture(autouse=True)
def cache_dir(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A private cache, and none of the settings of who runs the tests."""
    networked = request.node.get_closest_marker("network") is not None
    unwanted = OURS if networked else OURS + OF_THE_MACHINE
    for name in list(os.environ):
        if name.upper().startswith(unwanted):
            monkeypatch.delenv(name)
    if not networked:
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("NETRC", os.devnull)
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("WHEELFORGE_CACHE_DIR", str(cache))
    return cache


@pytest.fixture(scope="session")
def package_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PackageIndex]:
    """All projects of tests/packages on a running index; nobody writes to its folder."""
    with serving(tmp_path_factory.mktemp("index"), releases()) as index:
        yield index
