"""Guards the floors of the house: arrows point down only, and each outside library has its one place."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HOUSE = Path(__file__).parents[2] / "src" / "wheelforge"

FLOORS = {
    "errors": 1,
    "model": 2,
    "recipes": 3,
    "store": 3,
    "interpreters": 3,
    "settings": 3,
    "events": 3,
    "together": 3,
    "archives": 4,
    "formats": 4,
    "process": 4,
    "resolve": 4,
    "simple": 4,
    "exports": 5,
    "plan": 5,
    "sandbox": 5,
    "forge": 6,
    "metadata": 7,
    "direct": 7,
    "factory": 8,
    "cli": 9,
    "__main__": 10,
}
"""Rooms, and single files that are a room of their own, as in docs/architecture.md."""

ACROSS = {("simple", "archives"), ("direct", "metadata")}
"""Arrows along a floor that the architecture names."""

ONLY_IN = {
    "click": {"wheelforge.cli"},
    "rich": {"wheelforge.cli"},
    "httpx": {"wheelforge.simple.transport"},
    "h2": {"wheelforge.simple.transport"},
    "httpcore": {"wheelforge.simple.transport", "wheelforge.simple.pools", "wheelforge.simple.streams"},
    "subprocess": {"wheelforge.process.group"},
}
"""Libraries, and the places that may know them."""


def faults(house: Path) -> list[str]:
    """Everything in a tree of sources that the rules above forbid, sorted."""
    arrows = {module: sorted(set(imports(path))) for module, path in modules(house).items()}
    inside = {module: [target(name, arrows) for name in names if is_ours(name)] for module, names in arrows.items()}
    found = [
        f"{module} imports {name}" for module, names in arrows.items() for name in names if not allowed(module, name)
    ]
    found += [f"{module} stands on no floor" for module in arrows if room(module) not in {*FLOORS, ""}]
    return sorted(found) + circle(inside)


def modules(house: Path) -> dict[str, Path]:
    """All modules of a package by their full name."""
    return {
        ".".join([house.name, *path.relative_to(house).with_suffix("").parts]).removesuffix(".__init__"): path
        for path in sorted(house.rglob("*.py"))
    }


def imports(path: Path) -> Iterator[str]:
    """Every name that a file imports, wherever in it the import stands; a relative one begins with a dot."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                yield from ("." * level + f"{module or ''}.{alias.name}" for alias in names)


def allowed(module: str, imported: str) -> bool:
    """Whether a module may import a name."""
    if imported.startswith("."):
        return False
    if not is_ours(imported):
        places = ONLY_IN.get(imported.partition(".")[0], {""})
        return any(f"{module}.".startswith(f"{place}.".lstrip(".")) for place in places)
    here, there = room(module), room(imported)
    if here in {there, ""} or (here, there) in ACROSS:
        return True
    return FLOORS.get(there, 0) < FLOORS.get(here, 0)


def is_ours(name: str) -> bool:
    return name.partition(".")[0] == "wheelforge"


def room(module: str) -> str:
    """The room of a module: the part after ``wheelforge``."""
    return [*module.split("."), ""][1]


def target(name: str, known: Mapping[str, object]) -> str:
    """The module that an import reaches: ``wheelforge.store.blobs.Blobs`` stands in ``wheelforge.store.blobs``."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name


def circle(graph: Mapping[str, list[str]]) -> list[str]:
    """One circle of files that import each other, if there is any."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return [f"circle: {' <- '.join(error.args[1])}"]
    return []


def test_the_house_keeps_its_floors() -> None:
    assert faults(HOUSE) == []


def test_the_guard_looks_at_the_whole_house() -> None:
    assert len(modules(HOUSE)) == len(list(HOUSE.rglob("*.py")))
    assert {"wheelforge", "wheelforge.errors", "wheelforge.model.artifacts"} <= set(modules(HOUSE))


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        pytest.param(
            {"model/pins.py": "from wheelforge.store.blobs import Blobs"},
            "wheelforge.model.pins imports wheelforge.store.blobs.Blobs",
            id="an arrow that points up",
        ),
        pytest.param(
            {"plan/units.py": "from wheelforge.sandbox import venv"},
            "wheelforge.plan.units imports wheelforge.sandbox.venv",
            id="an arrow along a floor",
        ),
        pytest.param(
            {"model/pins.py": "if TYPE_CHECKING:\n    import wheelforge.events"},
            "wheelforge.model.pins imports wheelforge.events",
            id="an arrow for types only",
        ),
        pytest.param(
            {"store/blobs.py": "def load():\n    from wheelforge import cli"},
            "wheelforge.store.blobs imports wheelforge.cli",
            id="an arrow hidden in a function",
        ),
        pytest.param(
            {"model/pins.py": "from .graph import Graph"},
            "wheelforge.model.pins imports .graph.Graph",
            id="a relative import",
        ),
        pytest.param(
            {"forge/build.py": "import subprocess"},
            "wheelforge.forge.build imports subprocess",
            id="a process started elsewhere",
        ),
        pytest.param(
            {"process/runner.py": "from subprocess import Popen"},
            "wheelforge.process.runner imports subprocess.Popen",
            id="a process started elsewhere in its own room",
        ),
        pytest.param(
            {"simple/client.py": "from httpx import AsyncClient"},
            "wheelforge.simple.client imports httpx.AsyncClient",
            id="HTTP spoken elsewhere",
        ),
        pytest.param(
            {"simple/remote.py": "import httpcore"},
            "wheelforge.simple.remote imports httpcore",
            id="connections opened elsewhere",
        ),
        pytest.param(
            {"simple/pools.py": "import h2.connection"},
            "wheelforge.simple.pools imports h2.connection",
            id="HTTP/2 spoken elsewhere",
        ),
        pytest.param(
            {"factory/show.py": "import rich.progress"},
            "wheelforge.factory.show imports rich.progress",
            id="printing below the command line",
        ),
        pytest.param({"attic/box.py": ""}, "wheelforge.attic.box stands on no floor", id="a room that is not listed"),
        pytest.param(
            {"plan/a.py": "from wheelforge.plan.b import B", "plan/b.py": "from wheelforge.plan import a"},
            "circle: wheelforge.plan.a <- wheelforge.plan.b <- wheelforge.plan.a",
            id="a circle inside a room",
        ),
    ],
)
def test_the_guard_finds(tmp_path: Path, files: Mapping[str, str], fault: str) -> None:
    write(tmp_path / "wheelforge", files)
    assert faults(tmp_path / "wheelforge") == [fault]


def test_the_guard_lets_good_arrows_pass(tmp_path: Path) -> None:
    files = {
        "__init__.py": "",
        "errors.py": "",
        "process/group.py": "import subprocess\nfrom wheelforge.errors import BuildError",
        "simple/transport.py": "import httpx\nimport h2.errors\nfrom wheelforge.archives import sdist",
        "simple/pools.py": "import httpcore",
        "archives/sdist.py": "from wheelforge.errors import IntegrityError",
        "cli/main.py": "import click\nfrom wheelforge import errors\nimport wheelforge.simple.transport",
    }
    write(tmp_path / "wheelforge", files)
    assert faults(tmp_path / "wheelforge") == []


def write(house: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = house / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
