"""The interpreter that runs wheelforge: as a target, and as a program that environments are made from."""

from __future__ import annotations

import platform
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.markers import default_environment
from packaging.tags import sys_tags

from wheelforge.errors import WheelforgeError
from wheelforge.interpreters.misspelt import Misspelt
from wheelforge.interpreters.pythons import parse_python
from wheelforge.model.targets import Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packaging.tags import Tag

_ONE_MACHINE_ONLY = ("platform_release", "platform_version")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """A base interpreter, outside any virtual environment; both paths are real, without symbolic links."""

    executable: Path
    prefix: Path
    """The folder that holds all of it: ``sys.base_prefix``."""
    version: str
    """``3.11.7``"""
    build: str
    """What tells two interpreters of one version apart: implementation, compiler, date, ABI."""
    libpython: Path | None
    """The folder with the shared library that ``executable`` needs; ``None`` when it needs none."""


@cache
def current() -> Target:
    """Describe the interpreter and the platform that wheelforge runs on."""
    tags = tuple(sys_tags())
    environment = {name: str(value) for name, value in default_environment().items()}
    environment.update(dict.fromkeys(_ONE_MACHINE_ONLY, ""))
    # A build from a checkout calls itself 3.14.0+, which is no version (PEP 440).
    environment["python_full_version"] = environment["python_full_version"].removesuffix("+")
    return Target(name=target_name(tags), environment=environment, tags=tags)


def target_name(tags: Sequence[Tag]) -> str:
    """Name a target after its own interpreter and its best platform: ``cp313t-musllinux_1_2_x86_64``.

    `wheelforge.interpreters.named.parse_target` reads such a name again.

    ``linux_x86_64`` promises no C library and is taken only where there is nothing better.
    """
    platforms = [tag.platform for tag in tags if tag.platform != "any"]
    best = next((one for one in platforms if not one.startswith("linux_")), platforms[0])
    return f"{_python_name(tags[0])}-{best}"


def _python_name(own: Tag) -> str:
    try:
        return parse_python(own.interpreter, own.abi).name
    except Misspelt:  # a debug build, whose own wheels nobody has
        return own.interpreter


@cache
def base() -> Interpreter:
    """Find the base interpreter of the Python that runs wheelforge, which may itself run in a virtual environment.

    Raises:
        WheelforgeError: its prefix holds no interpreter.
    """
    prefix = Path(sys.base_prefix).resolve()
    return Interpreter(
        executable=_executable(prefix),
        prefix=prefix,
        version=platform.python_version(),
        build=" ".join((sys.implementation.name, *sys.version.split(), sysconfig.get_config_var("SOABI") or "")),
        libpython=prefix / "lib" if sysconfig.get_config_var("Py_ENABLE_SHARED") else None,
    )


def _executable(prefix: Path) -> Path:
    major, minor = sys.version_info[:2]
    numbered = f"{major}.{minor}"
    for name in (f"python{numbered}{sys.abiflags}", f"python{numbered}", f"pypy{numbered}", "python3", "python"):
        path = prefix / "bin" / name
        if path.exists():
            return path.resolve()
    raise WheelforgeError(
        f"no Python {numbered} in {prefix / 'bin'}, though this one says that it comes from there",
        hint="run wheelforge with a complete installation of Python",
    )
