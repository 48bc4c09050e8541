"""What other tools make of the same: uv takes the same versions for other machines, and installs from our locks."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from integration.command import lock_of, wheelforge

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.network, pytest.mark.peer]

PLATFORMS = {
    "cp3_13_5-win_amd64": ("3.13.5", "x86_64-pc-windows-msvc"),
    "cp3_13_5-macosx_14_0_arm64": ("3.13.5", "aarch64-apple-darwin"),
}
"""Each target in uv's words."""


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with uv and pex."""
    home = tmp_path_factory.mktemp("peers") / "environment"
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    pip = [str(home / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, "uv", "pex"], check=True)
    return home / "bin"


@pytest.mark.parametrize("asked", [["tqdm", "pywin32-ctypes"], ["flask", "werkzeug<3.1"]], ids=" ".join)
def test_uv_takes_the_same_versions_for_other_machines(tools: Path, asked: list[str], tmp_path: Path) -> None:
    targets = [word for target in PLATFORMS for word in ("--target", target)]
    wheelforge("collect", *asked, *targets, "-o", tmp_path)
    for target in lock_of(tmp_path).targets:
        python, platform = PLATFORMS[target.name]
        command = [
            str(tools / "uv"),
            "pip",
            "compile",
            "-",
            "--quiet",
            "--no-header",
            "--no-annotate",
            "--no-python-downloads",
        ]
        command += ["--python-version", python, "--python-platform", platform]
        told = subprocess.run(command, check=True, input="\n".join(asked), capture_output=True, text=True).stdout
        assert {f"{pin.name}=={pin.version}" for pin in target.pins} == set(told.split()), target.name


@pytest.fixture
def collected(tmp_path: Path) -> Path:
    """A folder of wheels for this machine, and its pylock."""
    wheelforge("collect", "flask", "-o", tmp_path / "folder")
    return tmp_path / "folder"


def test_uv_installs_from_our_pylock_without_a_network(tools: Path, collected: Path, tmp_path: Path) -> None:
    command = [str(tools / "uv"), "pip", "install", "--offline", "--no-cache", "--target", str(tmp_path / "out")]
    subprocess.run([*command, "--python", sys.executable, "-r", str(collected / "pylock.toml")], check=True)
    assert (tmp_path / "out" / "flask" / "__init__.py").is_file()


def test_pex_is_made_of_our_pylock_without_an_index(tools: Path, collected: Path, tmp_path: Path) -> None:
    command = [
        str(tools / "pex"),
        "--no-pypi",
        "--pylock",
        str(collected / "pylock.toml"),
        "-o",
        str(tmp_path / "app.pex"),
    ]
    subprocess.run([*command, "--pex-root", str(tmp_path / "root")], check=True, cwd=collected)
    done = subprocess.run(
        [
            sys.executable,
            tmp_path / "app.pex",
            "-c",
            "import flask, importlib.metadata as m; print(m.version('flask'))",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    [flask] = [pin for pin in lock_of(collected).targets[0].pins if pin.name == "flask"]
    assert done.stdout.strip() == str(flask.version)
