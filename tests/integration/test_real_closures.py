"""Build closures of real projects, one a backend: what was collected is enough where there is no network at all."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.utils import parse_wheel_filename
from packaging.version import Version

from integration.command import PROGRAM, lock_of, refused, wheelforge, write
from integration.compiler import needs_compiler
from real import pins
from wheelforge.errors import ExitCode
from wheelforge.model.artifacts import Kind

if TYPE_CHECKING:
    from wheelforge.model.lock import Lock

pytestmark = [pytest.mark.network, pytest.mark.slow, pytest.mark.usefixtures("jailed", "one_cache")]

FROM_SOURCE = ("--build-deps", "--no-binary", ":all:")
ALONE = ("unshare", "--map-root-user", "--net")
"""Runs a command in a network namespace of its own, in which there is nothing."""
INTERFACES = "import socket; print(*(name for _, name in socket.if_nameindex()))"
FOLDER, WHEELHOUSE = Path("folder"), Path("wheelhouse")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for this file: whatever stands in it was built where there is no network."""
    return tmp_path_factory.mktemp("closures")


@pytest.fixture
def one_cache(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHEELFORGE_CACHE_DIR", str(shared))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def no_network() -> None:
    """The test runs where a command can have a network namespace of its own."""
    if shutil.which(ALONE[0]) is None:
        pytest.skip("there is no unshare here")
    seen = subprocess.run([*ALONE, sys.executable, "-c", INTERFACES], check=False, capture_output=True, text=True)
    if seen.returncode:
        pytest.skip(f"no network namespace is to be had: {seen.stderr.strip()}")
    assert seen.stdout.split() == ["lo"]


def collected(*asked: str) -> Lock:
    """The lock of a closure, which stands in the folder from now on."""
    wheelforge("collect", *asked, *FROM_SOURCE, "-o", FOLDER)
    return lock_of(FOLDER)


def built_alone(code: ExitCode = ExitCode.DONE) -> str:
    """What the build of the folder says where there is no network; it must end like this."""
    command = (*ALONE, *PROGRAM, "build", str(FOLDER), "-o", str(WHEELHOUSE), "--isolation", "bwrap")
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return done.stderr


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    ("project", "backend"),
    [
        ("typing-extensions", "flit_core.buildapi"),
        pytest.param("markupsafe", "setuptools.build_meta", marks=needs_compiler),
        ("termcolor==1.1.0", "setuptools.build_meta:__legacy__"),
        ("humanize", "hatchling.build"),
        ("tomlkit", "poetry.core.masonry.api"),
        ("pbs-installer", "pdm.backend"),
        pytest.param("pybind11", "scikit_build_core.build", marks=needs_compiler),
        pytest.param("meson-python", "mesonpy", marks=needs_compiler),
    ],
)
def test_what_was_collected_builds_it_where_there_is_no_network(project: str, backend: str) -> None:
    lock = collected(project)
    assert not lock.incomplete
    assert backend in {unit.backend for unit in lock.units}
    built_alone()
    assert {parse_wheel_filename(path.name)[0] for path in WHEELHOUSE.glob("*.whl")} == pins(lock).keys()


def test_the_closure_of_twisted_has_the_versioneer_of_constantly() -> None:
    lock = collected("twisted")
    (constantly,) = (unit for unit in lock.units if unit.name == "constantly")
    (environment,) = (one for one in lock.environments if one.key == constantly.environment)
    (versioneer,) = (pin for pin in environment.pins if pin.name == "versioneer")
    assert versioneer.artifact in {unit.artifact for unit in lock.units}


@needs_compiler
@pytest.mark.usefixtures("no_network")
def test_pygobject_without_the_headers_of_cairo_ends_with_the_package_that_has_them() -> None:
    if shutil.which("pkg-config") is None or subprocess.run(["pkg-config", "cairo"], check=False).returncode == 0:
        pytest.skip("there are headers of cairo here, or no pkg-config")
    lock = collected("pygobject", "pycairo")
    assert {"pygobject", "pycairo"} <= {unit.name for unit in lock.units}
    told = built_alone(ExitCode.BUILD)
    assert re.search(r"^error: pycairo \S+: build_wheel failed", told, re.MULTILINE)
    assert "hint: apt install libcairo2-dev" in told


@pytest.mark.usefixtures("no_network")
def test_a_cycle_that_build_constraints_make_is_named_and_its_seed_builds_it() -> None:
    constraints = write("constraints.txt", "setuptools==69.5.1", "wheel==0.37.1")
    asked = ("wheel==0.37.1", "--build-constraint", constraints)
    told = refused("collect", *asked, *FROM_SOURCE, "-o", FOLDER, code=ExitCode.RESOLUTION)
    assert "build cycle: setuptools 69.5.1 -> wheel 0.37.1 -> setuptools 69.5.1" in told
    assert told.endswith("--seed wheel\n")
    lock = collected(*asked, "--seed", "wheel")
    (seed,) = (file for file in lock.artifacts if file.kind is Kind.WHEEL)
    assert (seed.name, str(seed.version), seed.build_only) == ("wheel", "0.37.1", True)
    built_alone()
    (wheel,) = WHEELHOUSE.glob("*.whl")
    assert parse_wheel_filename(wheel.name)[:2] == ("wheel", Version("0.37.1"))


OLD = ("html5lib==1.1", "zope.interface==4.7.1", "zope.proxy==4.3.2", "zope.i18nmessageid==4.3.1", "tox==3.14.0")
"""From 2018 to 2020, without a wheel for this Python or with sdists that say nothing statically."""


@needs_compiler
@pytest.mark.usefixtures("no_network")
def test_what_the_newest_setuptools_breaks_builds_with_the_tools_of_its_day() -> None:
    for project in OLD:
        told = refused("collect", project, "--no-deps", *FROM_SOURCE, "-o", "newest", code=ExitCode.BUILD)
        assert "--build-deps-as-of release" in told, project
    # The setuptools and the wheel of those years need each other, and themselves.
    seeds = ("--seed", "setuptools", "--seed", "wheel")
    wheelforge("collect", *OLD, "--no-deps", *FROM_SOURCE, "--build-deps-as-of", "release", *seeds, "-o", FOLDER)
    built_alone()
    built = {parse_wheel_filename(path.name)[0] for path in WHEELHOUSE.glob("*.whl")}
    assert built == {"html5lib", "zope-interface", "zope-proxy", "zope-i18nmessageid", "tox"}
