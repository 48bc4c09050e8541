"""Which backends need not be asked: only where their sources leave no doubt."""

from __future__ import annotations

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelforge.model.metadata import BuildSystem
from wheelforge.model.toml import parse_toml
from wheelforge.plan.silent import is_silent, is_silent_among

STATIC = '[project]\nname = "app"\nversion = "1"\n'
DYNAMIC = '[project]\nname = "app"\ndynamic = ["version"]\n'
FLIT, PDM, HATCH, SETUPTOOLS = "flit_core.buildapi", "pdm.backend", "hatchling.build", "setuptools.build_meta"


def system(
    backend: str, pyproject: str = STATIC, *requires: str, beside: dict[str, bytes | None] | None = None
) -> BuildSystem:
    return BuildSystem(requires=requires, backend=backend, pyproject=parse_toml(pyproject), beside=beside or {})


@pytest.mark.parametrize(
    "known",
    [
        system(FLIT),
        system(FLIT, DYNAMIC),
        system("poetry.core.masonry.api", ""),
        system(PDM, STATIC, "pdm-backend>=2"),
        system(HATCH, DYNAMIC, "hatchling", "hatch-vcs"),
        system(HATCH, STATIC + '[tool.hatch.build.targets.wheel]\npackages = ["src/app"]\n'),
        system(HATCH, STATIC + '[tool.hatch.metadata.hooks.readme]\n[tool.hatch.version]\nsource = "vcs"\n'),
        system(HATCH, beside={"hatch.toml": b'[build.targets.wheel]\npackages = ["app"]\n'}),
    ],
)
def test_a_backend_that_cannot_ask_for_anything_is_silent(known: BuildSystem) -> None:
    assert is_silent(known)


@pytest.mark.parametrize(
    "doubtful",
    [
        system("backend"),
        system("poetry.masonry.api"),
        # It imports the module where it cannot read the version from it, with what the project requires.
        system(FLIT, DYNAMIC + 'dependencies = ["lib"]\n'),
        system(FLIT, DYNAMIC + '[project.optional-dependencies]\nall = ["lib"]\n'),
        system(FLIT, '[tool.flit.metadata]\nmodule = "app"\n'),
        system(FLIT, STATIC + '[tool.flit.metadata]\nmodule = "app"\n'),
        system(PDM, STATIC, "pdm-backend", "a-plugin"),
        system(PDM, STATIC + "[tool.pdm.build]\nrun-setuptools = true\n", "pdm-backend"),
        system(PDM, STATIC + '[tool.pdm.build]\ncustom-hook = "own.py"\n', "pdm-backend"),
        system(PDM, STATIC, "pdm-backend", beside={"pdm_build.py": None}),
        system(HATCH, STATIC + '[tool.hatch.build]\ndependencies = ["lib"]\n'),
        system(HATCH, STATIC + "[tool.hatch.build.hooks.custom]\n"),
        system(HATCH, STATIC + "[tool.hatch.build.targets.wheel]\nrequire-runtime-dependencies = true\n"),
        system(HATCH, STATIC + "[tool.hatch.build.targets.wheel.hooks.mypyc]\n"),
        system(HATCH, beside={"hatch.toml": b"[build.hooks.custom]\n"}),
        system(HATCH, beside={"hatch.toml": b"["}),
        system(HATCH, beside={"hatch.toml": None}),
    ],
)
def test_a_backend_that_may_ask_for_something_is_asked(doubtful: BuildSystem) -> None:
    assert not is_silent(doubtful)
    assert not is_silent_among(doubtful, {canonicalize_name("setuptools"): Version("80")})


@pytest.mark.parametrize("backend", [FLIT, PDM, HATCH, SETUPTOOLS, "poetry.core.masonry.api"])
def test_a_backend_out_of_the_tree_is_whatever_it_likes_to_be(backend: str) -> None:
    own = BuildSystem(requires=(), backend=backend, backend_path=(".",), pyproject=parse_toml(STATIC))
    assert not is_silent(own)
    assert not is_silent_among(own, {canonicalize_name("setuptools"): Version("80")})


def among(known: BuildSystem, version: str = "80") -> bool:
    return is_silent_among(known, {canonicalize_name("setuptools"): Version(version)})


@pytest.mark.parametrize(
    "known",
    [
        system(SETUPTOOLS, STATIC, "setuptools>=61", "wheel"),
        system(SETUPTOOLS, DYNAMIC, "setuptools", "setuptools_scm[toml]"),
        system(SETUPTOOLS, DYNAMIC + '[tool.setuptools_scm]\nversion_file = "a.py"\nlocal_scheme = "dirty-tag"\n'),
        system(SETUPTOOLS, DYNAMIC + '[tool.setuptools.dynamic]\nversion = {file = "VERSION"}\n'),
        system(SETUPTOOLS, beside={"setup.cfg": b"[egg_info]\ntag_build =\n\n[flake8]\nmax-line-length = 100\n"}),
    ],
)
def test_setuptools_is_silent_where_nothing_but_static_tables_tells_it_what_to_do(known: BuildSystem) -> None:
    assert among(known)
    assert not is_silent(known)


@pytest.mark.parametrize(
    "doubtful",
    [
        system("setuptools.build_meta:__legacy__", STATIC, "setuptools"),
        system(SETUPTOOLS, ""),
        system(SETUPTOOLS, beside={"setup.py": None}),
        system(SETUPTOOLS, beside={"setup.cfg": b"[options]\nsetup_requires = lib\n"}),
        system(SETUPTOOLS, beside={"setup.cfg": b"[Options.Extras_Require]\na = b\n"}),
        system(SETUPTOOLS, beside={"setup.cfg": b"[metadata]\nversion = attr: app.version\n"}),
        system(SETUPTOOLS, beside={"setup.cfg": b"[global]\ncommand_packages = own\n"}),
        system(SETUPTOOLS, beside={"setup.cfg": b"[DEFAULT]\na = b\n"}),
        system(SETUPTOOLS, beside={"setup.cfg": b"no section"}),
        system(SETUPTOOLS, beside={"setup.cfg": b"[\xff]"}),
        system(SETUPTOOLS, beside={"setup.cfg": None}),
        system(SETUPTOOLS, STATIC, "setuptools", "a-plugin"),
        system(SETUPTOOLS, STATIC, "not a requirement"),
        system(SETUPTOOLS, STATIC + '[tool.setuptools]\ncmdclass = {egg_info = "own.Command"}\n'),
        system(SETUPTOOLS, STATIC + "[tool.distutils.egg_info]\n"),
        system(SETUPTOOLS, DYNAMIC + '[tool.setuptools.dynamic]\nversion = {attr = "app.__version__"}\n'),
        system(SETUPTOOLS, DYNAMIC + '[tool.setuptools_scm]\nversion_scheme = "own:scheme"\n'),
        system(SETUPTOOLS, DYNAMIC + '[tool.setuptools_scm]\ngit_describe_command = "own"\n'),
    ],
)
def test_setuptools_is_asked_where_code_could_tell_it_what_to_do(doubtful: BuildSystem) -> None:
    assert not among(doubtful)


def test_setuptools_that_has_to_ask_for_wheel_is_asked() -> None:
    plain = system(SETUPTOOLS, STATIC, "setuptools")
    assert [among(plain, version) for version in ("69.5.1", "70.0", "70.1")] == [False, False, True]
    assert not is_silent_among(plain, {})
