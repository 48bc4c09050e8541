"""uv's configuration, as far as it says where packages are looked for: ``UV_*``, ``uv.toml``, ``[tool.uv]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wheelforge.errors import UsageError
from wheelforge.settings import index_tables
from wheelforge.settings.own_config import text_of
from wheelforge.settings.setting import USERS_ONLY, Key, Layer, Remark, Setting, Source, Whose
from wheelforge.settings.toml_file import PROJECT_FILE, read_toml, tool_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

UV_FILE = "uv.toml"

_VARIABLES = {
    Key.INDEX_URL: ("UV_DEFAULT_INDEX", "UV_INDEX_URL"),
    Key.NO_INDEX: ("UV_NO_INDEX",),
    Key.TRUSTED_HOST: ("UV_INSECURE_HOST",),
    Key.KEYRING_PROVIDER: ("UV_KEYRING_PROVIDER",),
    Key.OFFLINE: ("UV_OFFLINE",),
}
_KEYS: Mapping[str, tuple[Key, type]] = {
    "index-url": (Key.INDEX_URL, str),
    "extra-index-url": (Key.INDEX, list),
    "find-links": (Key.FIND_LINKS, list),
    "no-index": (Key.NO_INDEX, bool),
    "allow-insecure-host": (Key.TRUSTED_HOST, list),
    "keyring-provider": (Key.KEYRING_PROVIDER, str),
}


def uv_variables(environ: Mapping[str, str]) -> Layer:
    """``UV_INDEX``, ``UV_DEFAULT_INDEX``, their older names, ``UV_FIND_LINKS`` and the like.

    uv parts indexes by blanks and ``UV_FIND_LINKS`` by commas, and asks those of ``UV_INDEX`` first.
    """
    layer: dict[Key, Setting[str]] = {}
    for key, names in _VARIABLES.items():
        name = next((name for name in names if environ.get(name)), None)
        if name is not None:
            layer[key] = Setting(value="\n".join(environ[name].split()), origin=name)
    named = [name for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL") if environ.get(name)]
    if named:
        value = "\n".join(url for name in named for url in environ[name].split())
        layer[Key.INDEX] = Setting(value=value, origin=" and ".join(named))
    if links := environ.get("UV_FIND_LINKS"):
        layer[Key.FIND_LINKS] = Setting(value="\n".join(links.split(",")), origin="UV_FIND_LINKS")
    return layer


def uv_file(folder: Path) -> Source:
    """What ``uv.toml`` in ``folder`` says.

    Raises:
        UsageError: it cannot be read, or what it says of indexes means nothing.
    """
    return _source(read_toml(folder / UV_FILE), UV_FILE)


def uv_project(folder: Path) -> Source:
    """What ``[tool.uv]`` of the ``pyproject.toml`` in ``folder`` says; its sources are not settings.

    Raises:
        UsageError: it cannot be read, or what it says of indexes means nothing.
    """
    return _source(tool_table(read_toml(folder / PROJECT_FILE), "uv"), f"{PROJECT_FILE} [tool.uv]")


def _source(table: Mapping[str, Any], where: str) -> Source:
    place = f"{where} [[index]]"
    tables = table.get("index", [])
    faults = list(index_tables.faults(tables, place, known_only=False))
    faults += [
        f"{where}: {name}: expected {'a text' if kind is str else 'true or false' if kind is bool else 'a list'}"
        for name, (_, kind) in _KEYS.items()
        if name in table and not isinstance(table[name], kind)
    ]
    if faults:
        raise UsageError("\n".join(faults), hint="see uv's documentation of its settings")
    default = index_tables.default_table(tables, place)
    texts = {
        key: Setting(value=text_of(table[name]), origin=f"{where} {name}", whose=Whose.FOLDER)
        for name, (key, _) in _KEYS.items()
        if name in table and key not in USERS_ONLY
    }
    if default is not None:
        texts[Key.INDEX_URL] = default
    remarks = tuple(
        _unheeded(f"{where}: {name}", key) for name, (key, _) in _KEYS.items() if name in table and key in USERS_ONLY
    )
    return Source(texts=texts, tables=index_tables.read_tables(tables, place), remarks=remarks)


def _unheeded(place: str, key: Key) -> Remark:
    """What to say where uv lets a project set what we do not: such a project is sound, and goes on without it."""
    return Remark(
        text=f"{place} is not heeded: a project cannot set this here, since it decides who reads credentials",
        hint=f"say --{key.value} or set WHEELFORGE_{key.name}",
    )
