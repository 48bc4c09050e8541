"""How far recipes reach: to other builders, to the trees of the inputs, and to where backends are asked."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.command import archives, lock_of, wheelforge, write
from integration.planted import planted
from projects import make_sdist

if TYPE_CHECKING:
    from collections.abc import Callable

    from index import PackageIndex

    OwnIndex = Callable[..., PackageIndex]

pytestmark = pytest.mark.usefixtures("here", "jailed")

ELSEWHERE = "cp312-musllinux_1_2_x86_64"
PATCH = (
    "--- a/pyproject.toml",
    "+++ b/pyproject.toml",
    "@@ -1,3 +1,4 @@",
    " [build-system]",
    " requires = [",
    '     "tinybackend",',
    '+    "leaf",',
)
SEED = ("[[recipe]]", 'name = "tinybackend"', 'policy = "seed"')
ASKED = """
import pathlib, tinybackend

def project():
    return tinybackend.read_project() | {"dependencies": []}

def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    info = pathlib.Path(metadata_directory, f"{tinybackend.stem(project())}.dist-info")
    info.mkdir()
    info.joinpath("METADATA").write_text(tinybackend.metadata(project()))
    return info.name

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    return tinybackend.write_wheel(wheel_directory, project=project())
"""
MAKES_SDIST = """
import dep, tinybackend
from tinybackend import *

def build_sdist(sdist_directory, config_settings=None):
    return tinybackend.build_sdist(sdist_directory)
"""


def patching(name: str, *more: str) -> str:
    """A recipe with a patch that adds ``leaf`` to the build requirements."""
    write("leaf.patch", *PATCH)
    return write("patching.toml", "[[recipe]]", f'name = "{name}"', 'patches = ["leaf.patch"]', *more)


@pytest.mark.parametrize(("targets", "required"), [("cp311-*", set()), ("cp312-musllinux*", {"leaf"})])
def test_a_build_for_another_target_is_read_as_the_recipes_of_that_target_patch_it(
    targets: str, required: set[str], own_index: OwnIndex, tmp_path: Path
) -> None:
    own_index(planted(tmp_path / "demo"))
    recipe = patching("demo", f'targets = "{targets}"')
    wheelforge("collect", "demo", "--build-deps", "--recipe", recipe, "--target", ELSEWHERE, "-o", "folder")
    [unit] = [unit for unit in lock_of(Path("folder")).units if unit.name == "demo"]
    assert {one.requirement for one in unit.requires} == {"tinybackend", *required}


def test_what_the_backend_of_a_tree_needs_is_built_as_recipes_say(own_index: OwnIndex, tmp_path: Path) -> None:
    dep = planted(tmp_path / "dep")
    (dep.root / "src" / "dep.py").write_text("import tinybackend\n")
    own_index(dep)
    tree = Path("tree")
    shutil.copytree(Path(__file__).parents[1] / "packages" / "tinybackend" / "src", tree / "src")
    (tree / "own_backend.py").write_text(MAKES_SDIST)
    system = ("[build-system]", 'requires = ["tinybackend", "dep"]', 'build-backend = "own_backend"')
    write("tree/pyproject.toml", *system, 'backend-path = ["."]', "[project]", 'name = "tree"', 'version = "1.0"')
    told = wheelforge("wheel", "./tree", "--hooks", "from-source", "--recipe", patching("dep"), "-o", "wheelhouse")
    _, _, after = told.stderr.partition("build closure: ")
    assert "dep-1.0-py3-none-any.whl  from the cache" in after
    [unit] = [unit for unit in lock_of(Path("wheelhouse/collected")).units if unit.name == "dep"]
    assert {one.requirement for one in unit.requires} == {"tinybackend", "leaf"}


@pytest.mark.parametrize("versions", ["", 'versions = "<2"'], ids=["all versions", "one version"])
def test_a_recipe_makes_a_seed_where_a_backend_is_asked_for_metadata(
    versions: str, own_index: OwnIndex, tmp_path: Path
) -> None:
    own_index(planted(tmp_path / "demo", backend=ASKED, metadata_version="1.2"))
    recipe = write("seed.toml", *SEED, versions)
    asked = wheelforge(
        "collect", "demo", "--build-deps", "--hooks", "from-source", "--recipe", recipe, "-o", "folder", "-v"
    )
    assert "building" not in asked.stderr
    assert archives(Path("folder")) == {"demo-1.0.tar.gz", "build-deps/tinybackend-1.0-py3-none-any.whl"}


def test_a_recipe_makes_a_seed_in_a_folder_that_has_no_lock(own_index: OwnIndex, tmp_path: Path) -> None:
    index, bare = own_index(), Path("bare")
    bare.mkdir()
    shutil.copy(index.folder / "tinybackend-1.0-py3-none-any.whl", bare)
    shutil.copy(index.folder / "tinybackend-1.0.tar.gz", bare)
    make_sdist(planted(tmp_path / "demo", backend=ASKED, metadata_version="1.2"), bare)
    write("seed.toml", *SEED)
    write("wheelforge.toml", 'recipes = ["seed.toml"]')
    closure, _, _ = wheelforge("build", bare, "-v").stderr.partition("\nbuilding ...")
    assert "building tinybackend" not in closure
    assert Path("wheelhouse/demo-1.0-py3-none-any.whl").exists()
