"""The main job: from requirements to a wheelhouse, built from source, that pip installs without a network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index import serving
from integration.command import archives, lock_of, names, refused, wheelforge
from integration.compiler import needs_compiler
from integration.planted import planted
from projects import releases
from wheelforge.cli.output import BuildDocument
from wheelforge.errors import ExitCode
from wheelforge.model.lock import Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from index import PackageIndex
    from integration.conftest import MainJob

PURE = {
    "app-1.0-py3-none-any.whl",
    "dynamic-1.0-py3-none-any.whl",
    "leaf-1.1-py3-none-any.whl",
    "lib-1.0-py3-none-any.whl",
    "secretive-1.0-py3-none-any.whl",
}


def install(wheelhouse: Path, environment: Path, *requirements: str) -> None:
    """Install into a clean environment, by pip, from the wheelhouse alone."""
    subprocess.run([sys.executable, "-m", "virtualenv", "--quiet", "--no-download", environment], check=True)
    pip = (environment / "bin" / "pip", "--isolated", "--disable-pip-version-check", "install", "--quiet")
    subprocess.run([*pip, "--no-index", "--find-links", wheelhouse, *requirements], check=True)


def said(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_what_runs_nothing_builds_nothing(here: Path) -> None:
    told = refused("wheel", "app", "--static", code=ExitCode.USAGE)
    assert told.startswith("error: --static runs nothing, and builds are run\nhint: collect first, and build then: ")
    assert not list(here.iterdir())


def test_pip_installs_the_wheelhouse_without_an_index_and_what_it_holds_works(main_job: MainJob, here: Path) -> None:
    environment = here / "environment"
    install(main_job.wheelhouse, environment, "app", "dynamic", "secretive")
    assert said(environment / "bin" / "app") == "lib leaf"
    python = environment / "bin" / "python"
    assert said(python, "-c", "import dynamic_made_with; print(dynamic_made_with.MADE_WITH)") == "extratool"
    assert said(python, "-c", "import secretive; print(secretive.name())") == "secretive"


@needs_compiler
def test_a_c_extension_is_compiled_for_this_platform(main_job: MainJob, here: Path) -> None:
    [wheel] = main_job.wheelhouse.glob("fastadd-*.whl")
    assert f"cp{sys.version_info[0]}{sys.version_info[1]}" in wheel.name
    install(main_job.wheelhouse, here / "environment", "fastadd")
    python = here / "environment" / "bin" / "python"
    assert said(python, "-c", "import fastadd; print(fastadd.add(40, 2))") == "42"


def test_the_wheelhouse_holds_the_runtime_closure_and_the_folder_in_it_every_source(main_job: MainJob) -> None:
    flat = {path.name for path in main_job.wheelhouse.glob("*.whl") if not path.name.startswith("fastadd-")}
    assert flat == PURE
    assert {"wheelforge.lock", "pylock.toml", "requirements.txt"} <= names(main_job.wheelhouse)
    sources = archives(main_job.collected)
    assert {"app-1.0.tar.gz", "build-deps/tinybackend-1.0.tar.gz", "build-deps/extratool-1.0.tar.gz"} <= sources
    assert all(name.endswith(".tar.gz") for name in sources)


def test_the_lock_tells_which_build_requirements_only_the_hook_named(main_job: MainJob) -> None:
    [unit] = [unit for unit in lock_of(main_job.wheelhouse).units if unit.name == "dynamic"]
    assert {(one.requirement, one.source) for one in unit.requires} == {
        ("tinybackend", Source.STATIC),
        ("extratool>=1", Source.HOOK),
    }


def test_json_names_every_wheel_with_its_hash(main_job: MainJob) -> None:
    document = main_job.outcome.document(BuildDocument)
    assert {wheel.path for wheel in document.wheels if wheel.name != "fastadd"} == PURE
    requirements = (main_job.wheelhouse / "requirements.txt").read_text()
    assert all(f"--hash=sha256:{wheel.sha256}" in requirements for wheel in document.wheels)


@pytest.mark.usefixtures("warm")
def test_what_is_said_can_be_pasted(here: Path) -> None:
    outcome = wheelforge("wheel", "lib[fancy]", "-o", "my wheels")
    assert outcome.stdout.splitlines()[-1] == (
        "install offline: pip install --no-index --find-links 'my wheels' 'lib[fancy]'"
    )
    assert (here / "my wheels" / "lib-1.0-py3-none-any.whl").is_file()


def test_a_second_run_takes_everything_from_the_cache(warm: MainJob) -> None:
    asked = lock_of(warm.wheelhouse).inputs.requirements
    again = wheelforge("wheel", *asked, "-o", "again")
    lines = [line for line in again.stderr.splitlines() if line.startswith("  ") and ".whl" in line]
    assert len(lines) == len(lock_of(warm.wheelhouse).units)
    assert all(line.endswith("from the cache") for line in lines)
    assert Path("again/wheelforge.lock").read_bytes() == (warm.wheelhouse / "wheelforge.lock").read_bytes()


@pytest.mark.usefixtures("here", "jailed")
def test_the_collected_folder_is_all_that_a_build_needs(
    tmp_path: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "index").mkdir()
    with serving(tmp_path / "index", releases()) as index:
        wheelforge("collect", "--build-deps", "dynamic", "-o", "folder", "--index-url", index.url)
        monkeypatch.setenv("WHEELFORGE_INDEX_URL", index.url)
    monkeypatch.setenv("WHEELFORGE_CACHE_DIR", str(cache_dir / "another"))
    before = {name: Path("folder", name).read_bytes() for name in names(Path("folder"))}
    built = wheelforge("build", "folder", "-o", "wheelhouse", "--keep-build-deps", "--json").document(BuildDocument)
    assert {wheel.path for wheel in built.wheels} == archives(Path("wheelhouse"))
    assert archives(Path("wheelhouse")) == {
        "dynamic-1.0-py3-none-any.whl",
        "build-deps/extratool-1.0-py3-none-any.whl",
        "build-deps/tinybackend-1.0-py3-none-any.whl",
    }
    assert {name: Path("folder", name).read_bytes() for name in names(Path("folder"))} == before


@pytest.mark.usefixtures("warm")
def test_a_build_may_need_another_version_than_what_is_shipped(
    own_index: Callable[..., PackageIndex], tmp_path: Path
) -> None:
    own_index(planted(tmp_path / "torn", build_requires=("tinybackend", "leaf>=2"), dependencies=("leaf<2",)))
    wheelforge("wheel", "torn", "-o", "wheelhouse", "--keep-build-deps")
    assert archives(Path("wheelhouse")) >= {
        "torn-1.0-py3-none-any.whl",
        "leaf-1.1-py3-none-any.whl",
        "build-deps/leaf-2.0-py3-none-any.whl",
    }
