"""Where this machine keeps what is read here: pip's files, the home, the cache."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Files and folders; none of them need exist."""

    home: Path
    cache: Path
    """The folder of wheelforge's cache where nothing else is said."""
    pip_global: tuple[Path, ...]
    """pip's files for the machine; a later one overrides an earlier one, as in the next two."""
    pip_user: tuple[Path, ...]
    pip_site: tuple[Path, ...]
    """Of the virtual environment."""


def machine_places(environ: Mapping[str, str]) -> Places:
    """The places of this machine and user; ``VIRTUAL_ENV`` counts before the interpreter's own prefix."""
    name = "pip.ini" if sys.platform == "win32" else "pip.conf"
    legacy = "pip" if sys.platform == "win32" else ".pip"
    home = Path.home()
    shared = platformdirs.site_config_dir("pip", appauthor=False, multipath=True).split(os.pathsep)
    if sys.platform != "win32":
        shared.append("/etc")
    return Places(
        home=home,
        cache=platformdirs.user_cache_path("wheelforge", appauthor=False),
        pip_global=tuple(Path(folder, name) for folder in shared),
        pip_user=(home / legacy / name, Path(platformdirs.user_config_dir("pip", appauthor=False, roaming=True), name)),
        pip_site=(Path(environ.get("VIRTUAL_ENV") or sys.prefix, name),),
    )
