"""Which versions and files are taken: each rule of pip's that collect promises, on the fixture index."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.command import archives, lock_of, refused, wheelforge
from wheelforge.errors import ExitCode

if TYPE_CHECKING:
    from index import PackageIndex

pytestmark = pytest.mark.usefixtures("here")


def collected(*arguments: str) -> set[str]:
    """The files of a fresh folder, without what every wheel here ends with."""
    wheelforge("collect", *arguments, "-o", "folder")
    return {name.removesuffix("-py3-none-any.whl") for name in archives(Path("folder"))}


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        pytest.param(["leaf"], {"leaf-2.0"}, id="no pre-release, nothing yanked, nothing for another Python"),
        pytest.param(["leaf", "--pre"], {"leaf-3.0rc1"}, id="pre-releases where they are asked for"),
        pytest.param(["leaf>=3.0rc0"], {"leaf-3.0rc1"}, id="pre-releases where a specifier names one"),
        pytest.param(["leaf>2.1"], {"leaf-3.0rc1"}, id="pre-releases where nothing else fits"),
        pytest.param(["app"], {"app-1.0", "lib-1.0", "leaf-2.0"}, id="extras, and no requirement of another platform"),
        pytest.param(["lib[legacy]"], {"lib-1.0", "leaf-1.1"}, id="an extra's own marker"),
        pytest.param(["leaf; python_version < '3'", "lib"], {"lib-1.0"}, id="a marker on the command line"),
        pytest.param(
            ["picky", "wants-old"], {"picky-1.0", "wants_old-1.0", "leaf-1.1"}, id="an older version that fits"
        ),
        pytest.param(["app", "--no-deps"], {"app-1.0"}, id="what is named and nothing else"),
        pytest.param(["app", "--no-binary", "lib"], {"app-1.0", "lib-1.0.tar.gz", "leaf-2.0"}, id="one as an sdist"),
        pytest.param(
            ["app", "--prefer", "source", "--only-binary", "lib"],
            {"app-1.0.tar.gz", "lib-1.0", "leaf-2.0.tar.gz"},
            id="one as a wheel",
        ),
        pytest.param(
            ["lib[fancy]", "--no-binary", ":all:"], {"lib-1.0.tar.gz", "leaf-2.0.tar.gz"}, id="nothing but sdists"
        ),
    ],
)
def test_collect_takes(arguments: list[str], files: set[str]) -> None:
    assert collected(*arguments) == files


def test_a_yanked_version_is_taken_where_it_is_pinned_and_that_is_said() -> None:
    outcome = wheelforge("collect", "leaf==2.1", "-o", "folder")
    assert archives(Path("folder")) == {"leaf-2.1-py3-none-any.whl"}
    assert "warning: leaf-2.1-py3-none-any.whl was yanked: breaks everything" in outcome.stderr


def test_files_may_name_files_constraints_variables_and_options(
    package_index: PackageIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("inner").mkdir()
    Path("inner/more.txt").write_text("-c limits.txt\n${WANTED}>=1  # from the environment\n")
    Path("inner/limits.txt").write_text("leaf<1.1\nnobody-asks-for-this==7\n")
    Path("outer.txt").write_text(f"--index-url {package_index.url}\n--no-binary lib\n-r inner/more.txt\n")
    monkeypatch.setenv("WANTED", "lib[fancy]")
    monkeypatch.delenv("WHEELFORGE_INDEX_URL")
    assert collected("-r", "outer.txt") == {"lib-1.0.tar.gz", "leaf-1.0"}


def test_constraints_bind_what_is_shipped_and_build_constraints_what_builds(warm: object) -> None:
    assert warm
    Path("shipped.txt").write_text("leaf<2\n")
    Path("builds.txt").write_text("tinybackend==1.0\nleaf>=2\n")
    arguments = ("lib[fancy]", "-c", "shipped.txt", "--build-constraint", "builds.txt", "-o", "wheelhouse")
    wheelforge("wheel", *arguments)
    assert {"leaf-1.1-py3-none-any.whl"} <= archives(Path("wheelhouse"))
    inputs = lock_of(Path("wheelhouse")).inputs
    assert (inputs.constraints, inputs.build_constraints) == (("leaf<2",), ("tinybackend==1.0", "leaf>=2"))
    Path("builds.txt").write_text("tinybackend<1\n")
    told = refused("wheel", *arguments, code=ExitCode.RESOLUTION)
    assert "tinybackend" in told
    assert "builds.txt" in told


def test_hashes_in_a_file_choose_the_file_that_has_them(package_index: PackageIndex) -> None:
    sdist = hashlib.sha256((package_index.folder / "leaf-1.0.tar.gz").read_bytes()).hexdigest()
    Path("hashed.txt").write_text(f"leaf==1.0 \\\n    --hash=sha256:{sdist}\n")
    assert collected("-r", "hashed.txt", "--require-hashes") == {"leaf-1.0.tar.gz"}


def test_one_hash_asks_for_the_hash_of_everything(package_index: PackageIndex) -> None:
    wheel = hashlib.sha256((package_index.folder / "lib-1.0-py3-none-any.whl").read_bytes()).hexdigest()
    hashed = f"lib[fancy]==1.0 --hash=sha256:{wheel}\n"
    Path("one.txt").write_text(f"{hashed}app\n")
    assert "  app (one.txt:2)" in refused("collect", "-r", "one.txt", code=ExitCode.USAGE)
    Path("one.txt").write_text(hashed)
    assert "  leaf 2.0" in refused("collect", "-r", "one.txt", code=ExitCode.USAGE)


def test_what_has_no_sdist_is_shipped_as_a_wheel_and_that_is_said() -> None:
    outcome = wheelforge("wheel", "wheel-only", "-o", "wheelhouse")
    assert "note: of wheel-only 1.0 no sdist can be taken: its wheel is" in outcome.stderr
    assert {"wheel_only-1.0-py3-none-any.whl"} <= archives(Path("wheelhouse"))


def test_the_command_line_beats_the_environment_and_that_the_project_file(
    package_index: PackageIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("wheelforge.toml").write_text('index-url = "http://127.0.0.1:9/project/"\nretries = 0\n')
    assert collected("leaf") == {"leaf-2.0"}
    monkeypatch.setenv("WHEELFORGE_INDEX_URL", "http://127.0.0.1:9/environment/")
    assert "/environment/" in refused("collect", "lib", "-o", "other", code=ExitCode.INDEX)
    wheelforge("collect", "lib", "-o", "other", "--index-url", package_index.url)
