"""Sdists as no tool makes them: what can be made of one is, the rest is refused by name, and nothing is run for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archives_fixture import Entry, file, metadata, symlink, write_tar, write_zip
from integration.command import lock_of, names, refused, wheelforge
from integration.offered import offering
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index import PackageIndex

pytestmark = pytest.mark.usefixtures("here")

ROOT = "demo-1.0"
ABOUT = file(f"{ROOT}/PKG-INFO", metadata(metadata_version="2.4"))
SYSTEM = b'[build-system]\nrequires = []\nbuild-backend = "backend"\n'


def pyproject(text: str | bytes, root: str = ROOT) -> Entry:
    """That file, in an sdist."""
    return file(f"{root}/pyproject.toml", text if isinstance(text, bytes) else text.encode())


def not_collected(sdist: Path, *options: str, code: ExitCode) -> str:
    """What is said of an sdist that cannot be collected; nothing of it is left, and it is said what to do."""
    with offering(sdist) as url:
        said = refused("collect", "demo", "--build-deps", "-o", "folder", "-i", url, *options, code=code)
    assert not Path("folder").exists()
    assert "\nhint: " in said, said
    assert len(said) < 2000
    return said


@pytest.mark.parametrize(
    ("text", "fault", "code"),
    [
        ("[build-system", "it is no TOML: Expected ']' at the end of a table declaration", ExitCode.RESOLUTION),
        ('[build-system]\nbuild-backend = "a"', "[build-system] has no `requires` (PEP 518)", ExitCode.RESOLUTION),
        (f"[build-system]\nrequires = ['{'a' * 100_000}']", "it has 100000 characters", ExitCode.RESOLUTION),
        (
            '[build-system]\nrequires = []\nbuild-backend = "a"\nbackend-path = ["../a"]',
            "[build-system] backend-path '../a' leads out of the source tree (PEP 517)",
            ExitCode.RESOLUTION,
        ),
        (b"#" * 100 * 2**20, "has 104857600 bytes; 16777216 are the limit", ExitCode.INTEGRITY),
    ],
    ids=lambda value: repr(value)[:50],
)
def test_a_pyproject_that_says_nothing_is_told_with_what_is_wrong(
    text: str | bytes, fault: str, code: ExitCode, tmp_path: Path
) -> None:
    said = not_collected(write_tar(tmp_path / "demo-1.0.tar.gz", [ABOUT, pyproject(text)]), "--static", code=code)
    assert "pyproject.toml" in said
    assert "demo-1.0.tar.gz" in said
    assert fault in said


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ([ABOUT, file("other/a")], "its member 'other/a' lies outside the one top folder, 'demo-1.0'"),
        ([ABOUT, file("README")], "its member 'README' lies outside the one top folder, 'demo-1.0'"),
        ([symlink(ROOT, "/etc")], "its member 'demo-1.0' lies beside the top folder that an sdist has"),
        ([], "it has no top folder, for it is empty"),
    ],
)
def test_an_sdist_that_is_no_folder_is_refused(members: Sequence[Entry], fault: str, tmp_path: Path) -> None:
    assert fault in not_collected(write_tar(tmp_path / "demo-1.0.tar.gz", members), code=ExitCode.INTEGRITY)


@pytest.mark.parametrize("filename", ["demo.tar.gz", "demo-1.0.tar.bz2"])
def test_what_is_not_named_as_an_sdist_is_passed_over(filename: str, tmp_path: Path) -> None:
    said = not_collected(write_tar(tmp_path / filename, [ABOUT, pyproject(SYSTEM)]), code=ExitCode.RESOLUTION)
    assert "demo is on the index, but has no files that can be taken" in said


@pytest.mark.parametrize(("name", "version"), [("demo", "2.0"), ("evil", "1.0")])
def test_a_pkg_info_of_something_else_is_told_with_what_it_is_of(name: str, version: str, tmp_path: Path) -> None:
    about = file(f"{ROOT}/PKG-INFO", metadata(name, version, metadata_version="2.4"))
    with offering(write_tar(tmp_path / "demo-1.0.tar.gz", [about, pyproject(SYSTEM)])) as url:
        said = refused("collect", "demo", "-o", "folder", "-i", url, code=ExitCode.RESOLUTION)
    assert f"1.0: demo-1.0.tar.gz holds metadata of {name} {version}" in said
    assert not Path("folder").exists()


def test_what_has_another_form_than_todays_is_built(package_index: PackageIndex) -> None:
    """A zip, a name that is not normal above another folder, a version that is not normal, no PKG-INFO."""
    assert package_index.url
    places = Path("places")
    places.mkdir()
    for filename, root, name, version, about in [
        ("zipped-1.0.zip", "zipped-1.0", "zipped", "1.0", True),
        ("Foo_Bar-1.0.tar.gz", "elsewhere", "foo-bar", "1.0", True),
        ("late-1.0.0rc.1.tar.gz", "late", "late", "1.0.0rc1", True),
        ("bare-1.0.tar.gz", "bare-1.0", "bare", "1.0", False),
    ]:
        project = f'[project]\nname = "{name}"\nversion = "{version}"\n'
        system = '[build-system]\nrequires = ["tinybackend"]\nbuild-backend = "tinybackend"\n'
        members = [pyproject(system + project, root), file(f"{root}/src/{root.partition('-')[0]}.py")]
        if about:
            members.append(file(f"{root}/PKG-INFO", metadata(name, version, metadata_version="2.4")))
        (write_zip if filename.endswith(".zip") else write_tar)(places / filename, members)
    asked = ("zipped", "foo-bar", "late", "bare")
    wheelforge("wheel", *asked, "--pre", "--find-links", "places", "-o", "wheelhouse", "--isolation", "venv")
    wheels = ("zipped-1.0", "foo_bar-1.0", "late-1.0.0rc1", "bare-1.0")
    assert {f"{wheel}-py3-none-any.whl" for wheel in wheels} <= names(Path("wheelhouse"))
    pins = {str(pin.name): str(pin.version) for pin in lock_of(Path("wheelhouse")).targets[0].pins}
    assert pins == {"zipped": "1.0", "foo-bar": "1.0", "late": "1.0.0rc1", "bare": "1.0"}
