"""The main job on real projects: built from source with all that builds them, installed offline, imported."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from integration.command import archives, lock_of, names, refused, wheelforge
from real import CleanEnvironment, pins, shared_cache
from wheelforge.cli.output import BuildDocument
from wheelforge.errors import ExitCode
from wheelforge.model.artifacts import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from integration.command import Outcome

pytestmark = [pytest.mark.network, pytest.mark.slow]

FROM_SOURCE = ("--no-binary", ":all:")


@pytest.fixture
def one_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test of the session has built no other builds again."""
    monkeypatch.setenv("WHEELFORGE_CACHE_DIR", str(shared_cache(tmp_path_factory)))


@pytest.mark.usefixtures("one_cache")
@pytest.mark.parametrize(
    ("project", "module"),
    [
        ("attrs", "attr"),
        ("requests", "requests"),
        ("flask", "flask"),
        ("stevedore", "stevedore"),
        ("markupsafe", "markupsafe._speedups"),
        ("charset-normalizer", "charset_normalizer"),
        ("hatchling", "hatchling.build"),
        ("setuptools-scm", "setuptools_scm"),
        ("poetry-core", "poetry.core.masonry.api"),
    ],
)
def test_a_project_is_built_from_nothing_but_sources_and_runs_where_only_its_wheelhouse_is(
    project: str, module: str, tmp_path: Path
) -> None:
    wheelhouse = tmp_path / "wheelhouse"
    told = wheelforge("wheel", project, *FROM_SOURCE, "-o", wheelhouse, "--json")
    assert_from_source(wheelhouse, told)
    clean = CleanEnvironment(tmp_path / "clean")
    clean.install(wheelhouse, project)
    assert clean.import_version(module, project) == pins(lock_of(wheelhouse))[project]


def assert_from_source(wheelhouse: Path, told: Outcome) -> None:
    """Every file that was collected is an sdist that was built, and every wheel that stands there was built here."""
    lock = lock_of(wheelhouse)
    assert not lock.incomplete
    assert {file.kind for file in lock.artifacts} == {Kind.SDIST}
    assert {file.filename for file in lock.artifacts} == {unit.artifact for unit in lock.units}
    wheels = told.document(BuildDocument).wheels
    assert {wheel.name for wheel in wheels} == pins(lock).keys()
    assert {wheel.url for wheel in wheels} == {""}
    assert {path.name for path in wheelhouse.glob("*.whl")} == {wheel.path for wheel in wheels}


@pytest.mark.usefixtures("one_cache")
def test_an_older_version_that_is_asked_for_makes_a_set_that_pip_accepts(tmp_path: Path) -> None:
    wheelhouse, asked = tmp_path / "wheelhouse", ("flask", "werkzeug<3.1")
    wheelforge("wheel", *asked, *FROM_SOURCE, "-o", wheelhouse)
    clean = CleanEnvironment(tmp_path / "clean")
    clean.install(wheelhouse, *asked)
    assert clean.import_version("werkzeug", "werkzeug").startswith("3.0.")
    assert clean.import_version("flask", "flask") == pins(lock_of(wheelhouse))["flask"]


def test_a_cold_run_builds_everything_and_a_second_one_builds_nothing(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    cold = wheelforge("wheel", "flask", *FROM_SOURCE, "-o", first).stderr
    warm = wheelforge("wheel", "flask", *FROM_SOURCE, "-o", second).stderr
    units = len(lock_of(first).units)
    assert (len(re.findall(r"\.whl  [\d.]+ s$", cold, re.MULTILINE)), cold.count("from the cache")) == (units, 0)
    assert (len(re.findall(r"\.whl  [\d.]+ s$", warm, re.MULTILINE)), warm.count("from the cache")) == (0, units)
    kept = names(first) - {name for name in names(first) if name.startswith("logs/")}
    assert names(second) == kept
    for name in kept:
        assert (second / name).read_bytes() == (first / name).read_bytes(), name


@pytest.mark.usefixtures("one_cache")
def test_a_wheelhouse_and_its_sources_are_proved_whole(tmp_path: Path) -> None:
    wheelhouse = tmp_path / "wheelhouse"
    wheelforge("wheel", "flask", *FROM_SOURCE, "-o", wheelhouse)
    wheelforge("verify", wheelhouse)
    wheelforge("verify", wheelhouse / "collected")


@pytest.mark.usefixtures("one_cache")
def test_a_build_cycle_is_named_and_the_seed_that_is_offered_breaks_it(tmp_path: Path) -> None:
    wheelhouse = tmp_path / "wheelhouse"
    asked = ("wheel==0.37.1", "setuptools==69.5.1")
    bounds = tmp_path / "bounds.txt"
    bounds.write_text("\n".join(asked))
    bounded = (*asked, "--build-constraint", str(bounds))
    told = refused("wheel", *bounded, *FROM_SOURCE, "-o", wheelhouse, code=ExitCode.RESOLUTION)
    assert "build cycle: setuptools 69.5.1 -> wheel 0.37.1 -> setuptools 69.5.1" in told
    assert not archives(tmp_path)
    seed = told.rpartition("--seed ")[2].strip()
    wheelforge("wheel", *bounded, *FROM_SOURCE, "--seed", seed, "-o", wheelhouse)
    assert [file.name for file in lock_of(wheelhouse).artifacts if file.kind is Kind.WHEEL] == [seed]
    clean = CleanEnvironment(tmp_path / "clean")
    clean.install(wheelhouse, *asked)
    assert clean.import_version("wheel", "wheel") == "0.37.1"
    assert clean.import_version("setuptools", "setuptools") == "69.5.1"
