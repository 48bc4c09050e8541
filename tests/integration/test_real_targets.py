"""Collecting real sets for machines that are not this one: what is needed there is there, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from integration.command import lock_of, wheelforge

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.network

FLAGS = {
    "cp311-manylinux_2_28_x86_64": [
        "--platform",
        "manylinux_2_28_x86_64",
        "--platform",
        "manylinux_2_17_x86_64",
        "--python-version",
        "3.11",
    ],
    "cp313-win_amd64": ["--platform", "win_amd64", "--python-version", "3.13"],
    "cp313-macosx_14_0_arm64": ["--platform", "macosx_14_0_arm64", "--python-version", "3.13"],
    "cp312-musllinux_1_2_aarch64": ["--platform", "musllinux_1_2_aarch64", "--python-version", "3.12"],
}


@pytest.mark.parametrize("asked", [["flask", "click"], ["black[d]"], ["cryptography", "pyyaml"]])
def test_pip_finds_every_wheel_in_the_folder_of_each_target(asked: list[str], tmp_path: Path) -> None:
    targets = [word for target in FLAGS for word in ("--target", target)]
    wheelforge(
        "collect", *asked, "--only-binary", ":all:", "--layout", "per-target", *targets, "-o", tmp_path / "folder"
    )
    lock = lock_of(tmp_path / "folder")
    assert {target.name for target in lock.targets} == FLAGS.keys()
    for target in lock.targets:
        # pip reads markers for this machine whatever the platform is: dependencies are named one by one.
        shelf = ("--no-index", "--find-links", str(tmp_path / "folder" / target.name), "--no-deps")
        pinned = [f"{pin.name}=={pin.version}" for pin in target.pins]
        command = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "download", *shelf]
        command += ["--only-binary", ":all:", *FLAGS[target.name], *pinned, "--dest", str(tmp_path / "found")]
        subprocess.run(command, check=True)


def test_windows_needs_what_only_its_markers_ask_for(tmp_path: Path) -> None:
    wheelforge(
        "collect", "tqdm", "--target", "cp313-win_amd64", "--target", "cp311-manylinux_2_28_x86_64", "-o", tmp_path
    )
    names = {target.name: {pin.name for pin in target.pins} for target in lock_of(tmp_path).targets}
    assert names == {"cp313-win_amd64": {"tqdm", "colorama"}, "cp311-manylinux_2_28_x86_64": {"tqdm"}}
