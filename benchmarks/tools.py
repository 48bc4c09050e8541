"""Installs the newest of each peer into an environment of its own, and gives every tool the same surroundings."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from wheelforge.settings.index import default_index

FOLDER = Path(__file__).resolve().parents[1] / ".bench"
OURS = "wheelforge"
BARE = "httpx"
"""No tool, but the library that ours stands on; its program is this interpreter."""
PROJECTS = {"pip": "pip", "uv": "uv", "pex3": "pex", "fromager": "fromager"}
"""The project that brings each peer's program."""
FROMAGER_NEEDS = (3, 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A program ready to be measured."""

    program: Path
    version: str


class NotToBeHadError(Exception):
    """A peer cannot run on this machine; says why."""


@functools.cache
def tool(name: str) -> Tool:
    """Find ours beside this interpreter, or install a peer.

    Raises:
        NotToBeHadError: it needs a Python that is not here, or cannot be installed.
    """
    if name == OURS:
        return described(Path(sys.executable).with_name(OURS))
    if name == BARE:
        return Tool(program=Path(sys.executable), version=importlib.metadata.version(BARE))
    python = newer_python() if name == "fromager" else Path(sys.executable)
    home = FOLDER / name
    pip = [str(home / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--upgrade"]
    try:
        subprocess.run([python, "-m", "venv", home], check=True)
        subprocess.run([*pip, "pip", PROJECTS[name]], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise NotToBeHadError(f"{name} cannot be installed: {error}") from error
    return described(home / "bin" / name)


def described(program: Path) -> Tool:
    """Ask a program for its version: the first word with a digit in front."""
    answer = subprocess.run(
        [program, "--version"], check=True, capture_output=True, text=True, env=surroundings(Path())
    )
    return Tool(program=program, version=next(word for word in answer.stdout.split() if word[0].isdigit()))


def newer_python() -> Path:
    """Find a CPython that fromager runs on: this one, one on PATH, or one of pyenv's.

    Raises:
        NotToBeHadError: there is none.
    """
    if sys.version_info >= FROMAGER_NEEDS:
        return Path(sys.executable)
    later = [shutil.which(f"python3.{minor}") for minor in range(FROMAGER_NEEDS[1], FROMAGER_NEEDS[1] + 4)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions").glob("3.*/bin/python3")
    probe = f"import sys, ensurepip; sys.exit(sys.version_info < {FROMAGER_NEEDS})"
    for found in [*map(Path, filter(None, later)), *sorted(pyenv)]:
        if subprocess.run([found, "-c", probe], check=False, stderr=subprocess.DEVNULL).returncode == 0:
            return found
    raise NotToBeHadError("fromager needs CPython 3.12 or newer, which this machine lacks")


DROPPED = ("PIP_", "UV_", "WHEELFORGE_", "PYTHON")
"""What no contestant is told; a variable of Python's could keep one from its bytecode, and not the others."""


def surroundings(cache: Path, index: str = "") -> dict[str, str]:
    """Give every tool the same index and a cache of its own; no other setting of this machine reaches any of them.

    ``index`` is one on the loopback; unless given, it is this machine's.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(DROPPED)}
    caches = {
        name: str(cache)
        for name in ("XDG_CACHE_HOME", "PIP_CACHE_DIR", "UV_CACHE_DIR", "PEX_ROOT", "WHEELFORGE_CACHE_DIR")
    }
    indexes = dict.fromkeys(("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "WHEELFORGE_INDEX_URL"), index or index_url())
    direct = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1") if index else {}
    return kept | caches | indexes | direct | {"PIP_CONFIG_FILE": os.devnull}


@functools.cache
def index_url() -> str:
    """The index that this machine's pip is told to use, else the public one."""
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    configured = subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()
    return os.environ.get("PIP_INDEX_URL") or configured or default_index().url
