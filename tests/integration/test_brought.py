"""What the inputs bring themselves counts for the builds of the source trees among them, whichever comes first."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes import Offer
from integration.command import archives, refused, wheelforge
from sandboxes import sandbox_or_skip
from wheelforge.errors import ExitCode
from wheelforge.sandbox.port import Isolation

pytestmark = pytest.mark.usefixtures("here")


@pytest.fixture(autouse=True)
def _sandbox() -> None:
    sandbox_or_skip(Isolation.BWRAP)


def tree(name: str, *requires: str) -> str:
    """A folder of a project, and its path; its build requires this beside its backend."""
    folder = Path(name)
    (folder / "src").mkdir(parents=True)
    (folder / "src" / f"{name}.py").write_text("")
    (folder / "pyproject.toml").write_text(
        f'[build-system]\nrequires = {["tinybackend", *requires]}\nbuild-backend = "tinybackend"\n'
        f'[project]\nname = "{name}"\nversion = "1.0"\ndependencies = []\n'
    )
    return f"./{folder}"


@pytest.mark.parametrize("first", ["tree", "wheel"])
def test_a_tree_is_built_with_the_wheel_that_is_named_beside_it(first: str) -> None:
    outer, wheel = tree("outer", "leaf>=9"), f"./{Offer('leaf-9-py3-none-any.whl').write(Path())}"
    named = (outer, wheel) if first == "tree" else (wheel, outer)
    wheelforge("collect", *named, "-o", "folder")
    assert archives(Path("folder")) == {"outer-1.0.tar.gz", "leaf-9-py3-none-any.whl"}


@pytest.mark.parametrize("first", ["outer", "leaf"])
def test_no_index_is_asked_for_a_project_whose_tree_is_named_too(first: str) -> None:
    outer, leaf = tree("outer", "leaf"), tree("leaf")
    named = (outer, leaf) if first == "outer" else (leaf, outer)
    told = refused("collect", *named, "-o", "folder", code=ExitCode.RESOLUTION)
    assert "leaf is brought by the inputs" in told
