"""An sdist's static words are believed where the standards say so, and nowhere else."""

from __future__ import annotations

import pytest
from packaging.version import Version

from archives_fixture import metadata
from wheelforge.archives.sdist import SdistContents
from wheelforge.metadata.core import InvalidMetadata
from wheelforge.metadata.static import build_system, static_metadata
from wheelforge.model.metadata import BuildSystem, Metadata, Surety

ORIGIN = "demo-1.0.tar.gz"
LEGACY = BuildSystem(requires=("setuptools>=40.8.0",), backend="setuptools.build_meta:__legacy__")


def sdist(*, pkg_info: bytes | None = None, pyproject: str | None = None) -> SdistContents:
    return SdistContents(
        root="demo-1.0",
        pkg_info=pkg_info,
        pyproject=None if pyproject is None else pyproject.encode(),
        setup_py=False,
        newest_mtime=0,
    )


def static(*, pkg_info: bytes | None = None, pyproject: str | None = None) -> Metadata | None:
    return static_metadata(sdist(pkg_info=pkg_info, pyproject=pyproject), origin=ORIGIN)


def known(*, pkg_info: bytes | None = None, pyproject: str | None = None) -> Metadata:
    found = static(pkg_info=pkg_info, pyproject=pyproject)
    assert found is not None
    return found


def system(pyproject: str | None) -> BuildSystem:
    return build_system(sdist(pyproject=pyproject), origin=ORIGIN)


PROJECT = """
[project]
name = "Demo"
version = "1.0"
requires-python = ">=3.9"
dependencies = ["a>=1", "b; python_version < '3.11'"]
[project.optional-dependencies]
Fast_IO = ["c", "d>=2; os_name == 'posix' or os_name == 'nt'"]
"""


@pytest.mark.parametrize("version", ["2.2", "2.4", "2.10"])
def test_a_new_pkg_info_is_believed(version: str) -> None:
    found = known(pkg_info=metadata("demo", "1.0", "Requires-Dist: a", metadata_version=version), pyproject=PROJECT)
    assert found.surety is Surety.PKG_INFO
    assert [str(one) for one in found.requires] == ["a"]


def test_a_new_pkg_info_without_dependencies_has_none() -> None:
    assert known(pkg_info=metadata(metadata_version="2.2")).requires == ()


def test_what_is_dynamic_and_harmless_does_not_matter() -> None:
    found = known(pkg_info=metadata("demo", "1.0", "Dynamic: Classifier", metadata_version="2.2"))
    assert found.surety is Surety.PKG_INFO


@pytest.mark.parametrize("version", ["1.0", "2.1", "3.0", "none"])
def test_an_old_or_unknown_pkg_info_is_not_believed(version: str) -> None:
    pkg_info = metadata("demo", "1.0", "Requires-Dist: a", metadata_version=version)
    assert static(pkg_info=pkg_info) is None
    assert known(pkg_info=pkg_info, pyproject=PROJECT).surety is Surety.PYPROJECT


@pytest.mark.parametrize("field", ["Requires-Dist", "requires-dist", "Provides-Extra", "Requires-Python"])
def test_a_pkg_info_with_dynamic_dependencies_is_not_believed(field: str) -> None:
    assert static(pkg_info=metadata("demo", "1.0", f"Dynamic: {field}", metadata_version="2.2")) is None


def test_a_static_project_table_is_read() -> None:
    found = known(pyproject=PROJECT)
    assert (found.name, found.version, found.requires_python) == ("demo", Version("1.0"), ">=3.9")
    assert found.extras == {"fast-io"}
    assert found.surety is Surety.PYPROJECT
    assert [str(one) for one in found.requires] == [
        "a>=1",
        'b; python_version < "3.11"',
        'c; extra == "fast-io"',
        'd>=2; (os_name == "posix" or os_name == "nt") and extra == "fast-io"',
    ]


def test_the_marker_of_an_extra_holds_for_the_whole_of_its_own() -> None:
    requirement = known(pyproject=PROJECT).requires[-1]
    assert requirement.marker
    assert requirement.marker.evaluate({"os_name": "posix", "extra": "fast-io"})
    assert not requirement.marker.evaluate({"os_name": "posix", "extra": ""})
    assert not requirement.marker.evaluate({"os_name": "java", "extra": "fast-io"})


def test_two_spellings_of_one_extra_are_one() -> None:
    extras = "[project.optional-dependencies]\nA_b = ['c']\na-B = ['d']"
    found = known(pyproject=f"[project]\nname='demo'\nversion='1'\n{extras}")
    assert found.extras == {"a-b"}
    assert [one.name for one in found.requires] == ["c", "d"]


def test_a_dynamic_version_is_that_of_pkg_info() -> None:
    project = "[project]\nname='demo'\ndynamic=['version']\ndependencies=['a']"
    assert known(pyproject=project, pkg_info=metadata("demo", "1.2.3")).version == Version("1.2.3")
    assert static(pyproject=project) is None


@pytest.mark.parametrize("key", ["dependencies", "optional-dependencies", "requires-python"])
def test_a_project_table_with_dynamic_dependencies_is_not_believed(key: str) -> None:
    assert static(pyproject=f"[project]\nname='demo'\nversion='1'\ndynamic=['{key}']") is None


@pytest.mark.parametrize("pyproject", [None, "", "[tool.poetry]\nname='demo'", "[project]\nversion='1'"])
def test_no_project_table_says_nothing(pyproject: str | None) -> None:
    assert static(pyproject=pyproject) is None


@pytest.mark.parametrize(
    ("pyproject", "fault"),
    [
        ("project = 1", "`project` must be a table"),
        ("[project]\nname = 1", "`name` must be a text"),
        ("[project]\nname='demo'\nversion='one'", "'one' is no version"),
        ("[project]\nname='demo'\nversion='1'\ndependencies='a'", "dependencies must be a list of texts"),
        ("[project]\nname='demo'\nversion='1'\ndependencies=['-r x']", "'-r x' is no requirement"),
        ("[project]\nname='demo'\nversion='1'\n[project.optional-dependencies]\nx=1", "x must be a list of texts"),
        ('[project]\nname="d"\nversion="1"\n[project.optional-dependencies]\n"x\\" or \\"" = []', "is no name"),
        ("[project]\nname = ", "it is no TOML: Invalid value (at end of document)"),
        ("[project]\nname = 'a\nb'", "(at line 2, column"),
    ],
)
def test_a_wrong_project_table_is_told(pyproject: str, fault: str) -> None:
    with pytest.raises(InvalidMetadata) as caught:
        static(pyproject=pyproject)
    assert fault in caught.value.message
    assert "pyproject.toml of demo-1.0.tar.gz" in caught.value.message


@pytest.mark.parametrize("pyproject", [None, "", "[tool.black]\n", "[project]\nname='demo'"])
def test_no_build_system_is_legacy_setuptools(pyproject: str | None) -> None:
    assert system(pyproject) == LEGACY


def test_a_table_without_backend_is_legacy_setuptools_with_its_requirements() -> None:
    found = system("[build-system]\nrequires=['setuptools<60', 'cython']\nbackend-path=['.']")
    assert found == BuildSystem(requires=("setuptools<60", "cython"), backend=LEGACY.backend)


def test_a_whole_table_is_read_as_written() -> None:
    found = system("[build-system]\nrequires=[]\nbuild-backend='backend:main'\nbackend-path=['.', 'tools/']")
    assert found == BuildSystem(requires=(), backend="backend:main", backend_path=(".", "tools/"))


@pytest.mark.parametrize(
    ("pyproject", "fault"),
    [
        ("[build-system]\nbuild-backend='a'", "has no `requires`"),
        ("[build-system]\nrequires='setuptools'", "requires must be a list of texts"),
        ("[build-system]\nrequires=[1]", "requires must be a list of texts"),
        ("[build-system]\nrequires=['a b']", "'a b' is no requirement"),
        ("[build-system]\nrequires=[]\nbuild-backend=1", "build-backend must be"),
        ("[build-system]\nrequires=[]\nbuild-backend=['a']", "build-backend must be"),
        (f"{'a.' * 500_000}a = 1", "its tables, arrays or keys are nested too deeply"),
        ("[build-system]\nrequires=[]\nbuild-backend='a'\nbackend-path='.'", "backend-path must be a list"),
        ("[build-system]\nrequires=[]\nbuild-backend='a'\nbackend-path=['../b']", "leads out of the source tree"),
        ("[build-system]\nrequires=[]\nbuild-backend='a'\nbackend-path=['/b']", "leads out of the source tree"),
        ("build-system = []", "`build-system` must be a table"),
        ("a = " + "[" * 100_000, "nested too deeply"),
    ],
)
def test_a_wrong_build_system_is_told(pyproject: str, fault: str) -> None:
    with pytest.raises(InvalidMetadata) as caught:
        system(pyproject)
    assert fault in caught.value.message
    assert ORIGIN in caught.value.message


def test_a_pyproject_that_is_no_text_is_told() -> None:
    contents = SdistContents(root="demo-1.0", pkg_info=None, pyproject=b"\xff", setup_py=True, newest_mtime=0)
    with pytest.raises(InvalidMetadata, match="it is no TOML"):
        build_system(contents, origin=ORIGIN)
