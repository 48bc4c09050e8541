"""Our own configuration: ``WHEELFORGE_*``, ``wheelforge.toml``, and ``[tool.wheelforge]`` of a project."""

from __future__ import annotations

import difflib
import tomllib
from typing import TYPE_CHECKING, Any

from wheelforge.errors import UsageError
from wheelforge.settings.setting import Key, Layer, Setting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

OWN_FILE = "wheelforge.toml"
PROJECT_FILE = "pyproject.toml"

_NUMBERS: Mapping[Key, type | tuple[type, ...]] = {Key.TIMEOUT: (int, float), Key.RETRIES: int}
_KEYS = {key.value: key for key in Key}


def own_variables(environ: Mapping[str, str]) -> Layer:
    """``WHEELFORGE_INDEX_URL``, ``WHEELFORGE_CACHE_DIR``, and so on for each key."""
    names = {key: f"WHEELFORGE_{key.name}" for key in Key}
    return {key: Setting(value=environ[name], origin=name) for key, name in names.items() if name in environ}


def own_file(folder: Path) -> Layer:
    """What ``wheelforge.toml`` in ``folder`` says.

    Raises:
        UsageError: it cannot be read, or holds keys or values that mean nothing.
    """
    return _layer(_table(folder / OWN_FILE), OWN_FILE)


def project_file(folder: Path) -> Layer:
    """What ``[tool.wheelforge]`` of the ``pyproject.toml`` in ``folder`` says.

    Raises:
        UsageError: it cannot be read, or the table holds keys or values that mean nothing.
    """
    where = f"{PROJECT_FILE} [tool.wheelforge]"
    tools = _table(folder / PROJECT_FILE).get("tool", {})
    table = tools.get("wheelforge", {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise UsageError(f"{where}: expected a table")
    return _layer(table, where)


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path.name}: not a TOML file: {error}") from error


def _layer(table: Mapping[str, Any], where: str) -> Layer:
    if faults := list(_faults(table, where)):
        raise UsageError("\n".join(faults), hint=f"the keys are: {', '.join(_KEYS)}")
    return {_KEYS[name]: Setting(value=str(value), origin=f"{where} {name}") for name, value in table.items()}


def _faults(table: Mapping[str, Any], where: str) -> Iterator[str]:
    for name, value in table.items():
        if name not in _KEYS:
            near = difflib.get_close_matches(name, _KEYS, n=1)
            yield f"{where}: unknown key {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")
            continue
        kind = _NUMBERS.get(_KEYS[name], str)
        if not isinstance(value, kind) or isinstance(value, bool):
            yield f"{where}: {name}: expected {'a text' if kind is str else 'a number'}"
