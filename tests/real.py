"""Clean environments that nothing but a wheelhouse may fill, and what tests of the real index share."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from wheelforge.model.lock import Lock

_VERSION_AND_PLACE = """
import importlib, importlib.metadata, sys
module = importlib.import_module(sys.argv[1])
print(importlib.metadata.version(sys.argv[2]), module.__file__)
"""


def shared_cache(factory: pytest.TempPathFactory) -> Path:
    """One cache for a whole session of tests, however many processes run them."""
    root = factory.getbasetemp()
    return (root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / "shared cache"


def pins(lock: Lock) -> dict[str, str]:
    """The versions of a runtime closure."""
    (target,) = lock.targets
    return {pin.name: str(pin.version) for pin in target.pins}


class CleanEnvironment:
    """A virtual environment with the pip that virtualenv carries and nothing else, deaf to this machine's settings."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._variables = {name: text for name, text in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
        self._variables |= {"PIP_CONFIG_FILE": os.devnull, "VIRTUALENV_CONFIG_FILE": os.devnull}
        bare = ("--no-download", "--no-setuptools", "--app-data", f"{folder}-seeds")
        self._run(sys.executable, "-m", "virtualenv", *bare, str(folder))

    def install(self, wheelhouse: Path, *requirements: str) -> None:
        """Install from the wheelhouse alone, and have pip find nothing missing."""
        offline = ("--no-index", "--no-cache-dir", "--only-binary", ":all:", "--find-links", str(wheelhouse))
        self._python("-m", "pip", "install", *offline, *requirements)
        self._python("-m", "pip", "check")

    def import_version(self, module: str, project: str) -> str:
        """Import a module, see that it stands in this environment, and give its project's version."""
        version, place = self._python("-c", _VERSION_AND_PLACE, module, project).strip().split(" ", 1)
        assert place.startswith(f"{self._folder}{os.sep}")
        return version

    def _python(self, *arguments: str) -> str:
        return self._run(str(self._folder / "bin" / "python"), "-I", *arguments)

    def _run(self, *command: str) -> str:
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=self._variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
