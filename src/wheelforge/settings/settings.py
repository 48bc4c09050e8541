"""The settings of a run, each with its origin: the nearer to this one run it was said, the more it counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.errors import UsageError
from wheelforge.settings.index import Index, default_index, parse_index
from wheelforge.settings.own_config import own_file, own_variables, project_file
from wheelforge.settings.pip_config import pip_files, pip_variables
from wheelforge.settings.places import Places, machine_places
from wheelforge.settings.setting import Key, Layer, Setting, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT = "default"
DEFAULT_TIMEOUT = 15.0
DEFAULT_RETRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run goes by."""

    index: Setting[Index]
    cert: Setting[Path | None]
    """A CA bundle, absolute; ``None`` for the platform's own."""
    timeout: Setting[float]
    """Seconds to wait for the next bytes. It may be minutes: connecting must have a short limit of its own."""
    retries: Setting[int]
    cache_dir: Setting[Path]
    """Absolute; need not exist."""


def load_settings(*, environ: Mapping[str, str], cwd: Path, overrides: Layer, places: Places | None = None) -> Settings:
    """Read all sources; ``overrides`` is the command line's layer, ``places`` are by default this machine's.

    The first that speaks counts: the command line, ``WHEELFORGE_*``, ``PIP_*``, ``wheelforge.toml`` in ``cwd``,
    ``[tool.wheelforge]`` of the ``pyproject.toml`` there, pip's files, the default. So what is said for one run
    beats what is said for a project, that beats what is said for a machine, and in each our own word beats pip's.

    Raises:
        UsageError: a source cannot be read, or a value means nothing; with its origin.
    """
    places = places or machine_places(environ)
    layers = (
        overrides,
        own_variables(environ),
        pip_variables(environ),
        own_file(cwd),
        project_file(cwd),
        pip_files(environ, places),
    )
    said = {key: nearest(key, layers) for key in Key}
    return Settings(
        index=_index(said[Key.INDEX_URL]),
        cert=_path(said[Key.CERT], cwd, places) or Setting(value=None, origin=DEFAULT),
        timeout=_timeout(said[Key.TIMEOUT]),
        retries=_retries(said[Key.RETRIES]),
        cache_dir=_path(said[Key.CACHE_DIR], cwd, places) or Setting(value=places.cache, origin=DEFAULT),
    )


def _index(said: Setting[str] | None) -> Setting[Index]:
    if said is None:
        return Setting(value=default_index(), origin=DEFAULT)
    return Setting(value=parse_index(said), origin=said.origin)


def _path(said: Setting[str] | None, cwd: Path, places: Places) -> Setting[Path] | None:
    if said is None:
        return None
    first, *rest = Path(said.value).parts
    path = places.home.joinpath(*rest) if first == "~" else cwd / said.value
    return Setting(value=path, origin=said.origin)


def _timeout(said: Setting[str] | None) -> Setting[float]:
    if said is None:
        return Setting(value=DEFAULT_TIMEOUT, origin=DEFAULT)
    try:
        seconds = float(said.value)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise UsageError(f"{said.origin}: expected a number of seconds above 0, not {said.value!r}")
    return Setting(value=seconds, origin=said.origin)


def _retries(said: Setting[str] | None) -> Setting[int]:
    if said is None:
        return Setting(value=DEFAULT_RETRIES, origin=DEFAULT)
    if not said.value.isascii() or not said.value.isdecimal():
        raise UsageError(f"{said.origin}: expected a whole number, 0 or above, not {said.value!r}")
    return Setting(value=int(said.value), origin=said.origin)
