"""Our own configuration: ``WHEELFORGE_*``, ``wheelforge.toml``, and ``[tool.wheelforge]`` of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wheelforge.errors import UsageError
from wheelforge.settings import index_tables
from wheelforge.settings.index_tables import suggestion
from wheelforge.settings.setting import SEVERAL, SWITCHES, USERS_ONLY, Key, Layer, Setting, Source, Whose
from wheelforge.settings.toml_file import PROJECT_FILE, read_toml, tool_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

OWN_FILE = "wheelforge.toml"

_INDEX = Key.INDEX.value
"""In files it is tables: `wheelforge.settings.index_tables`."""
_ELSEWHERE = frozenset({_INDEX, "targets"})
"""Tables that are read by files of their own."""
_KINDS: Mapping[Key, tuple[type, ...]] = {
    Key.TIMEOUT: (int, float),
    Key.RETRIES: (int,),
    **dict.fromkeys(SWITCHES, (bool,)),
    **dict.fromkeys(SEVERAL, (list,)),
}
_EXAMPLES = {str: '"..."', int: "5", bool: "true", list: '["..."]'}
_WORDS = {str: "a text", int: "a number", bool: "true or false", list: "a list of texts"}
_KEYS = {key.value: key for key in Key if key not in USERS_ONLY | {Key.INDEX}}
_USERS_KEYS = {key.value: key for key in USERS_ONLY}


def own_variables(environ: Mapping[str, str]) -> Layer:
    """``WHEELFORGE_INDEX_URL``, ``WHEELFORGE_CACHE_DIR``, and so on for each key; several are parted by blanks."""
    names = {key: f"WHEELFORGE_{key.name}" for key in Key}
    return {key: variable(environ, name, key) for key, name in names.items() if name in environ}


def own_file(folder: Path) -> Source:
    """What ``wheelforge.toml`` in ``folder`` says.

    Raises:
        UsageError: it cannot be read, holds keys or values that mean nothing, or sets what is the user's to set.
    """
    return _source(read_toml(folder / OWN_FILE), OWN_FILE)


def project_file(folder: Path) -> Source:
    """What ``[tool.wheelforge]`` of the ``pyproject.toml`` in ``folder`` says.

    Raises:
        UsageError: it cannot be read, the table holds keys or values that mean nothing, or sets what is the user's to
            set.
    """
    return _source(tool_table(read_toml(folder / PROJECT_FILE), "wheelforge"), f"{PROJECT_FILE} [tool.wheelforge]")


def variable(environ: Mapping[str, str], name: str, key: Key) -> Setting[str]:
    """What a variable says of a key."""
    text = environ[name]
    return Setting(value="\n".join(text.split()) if key in SEVERAL else text, origin=name)


def text_of(value: object) -> str:
    """A value of a TOML file as a layer holds it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def _source(table: Mapping[str, Any], where: str) -> Source:
    if faults := list(_faults(table, where)):
        raise UsageError("\n".join(faults), hint=_hint(table))
    tables, place = table.get(_INDEX, []), f"{where} [[index]]"
    default = index_tables.default_table(tables, place)
    texts = {} if default is None else {Key.INDEX_URL: default}
    texts |= {
        _KEYS[name]: Setting(value=text_of(value), origin=f"{where} {name}", whose=Whose.FOLDER)
        for name, value in table.items()
        if name not in _ELSEWHERE
    }
    return Source(texts=texts, tables=index_tables.read_tables(tables, place))


def _faults(table: Mapping[str, Any], where: str) -> Iterator[str]:
    for name, value in table.items():
        if name == _INDEX:
            yield from index_tables.faults(value, f"{where} [[index]]", known_only=True)
        elif name in _KEYS:
            kinds = _kinds(name)
            if not _is(value, kinds):
                yield f"{where}: {name}: expected {_WORDS[kinds[0]]}"
        elif name in _USERS_KEYS:
            yield f"{where}: {name}: a project cannot set this, since it decides who reads credentials and alters files"
        elif name not in _ELSEWHERE:
            yield f"{where}: unknown key {name!r}{suggestion(name, _KEYS)}"


def _hint(table: Mapping[str, Any]) -> str:
    for name in table:
        if name in _USERS_KEYS:
            return f"take it out, and say --{name} or set WHEELFORGE_{_USERS_KEYS[name].name}"
    misplaced = [name for name, value in table.items() if name in _KEYS and not _is(value, _kinds(name))]
    if misplaced and table.keys() <= _KEYS.keys() | _ELSEWHERE:
        return f"write it as: {misplaced[0]} = {_EXAMPLES[_kinds(misplaced[0])[0]]}"
    return f"the keys are: {', '.join(_KEYS)}, [targets], and [[index]]"


def _kinds(name: str) -> tuple[type, ...]:
    return _KINDS.get(_KEYS[name], (str,))


def _is(value: object, kinds: tuple[type, ...]) -> bool:
    """Whether a value is of a kind; ``true`` is no number, and a list is one of texts."""
    if isinstance(value, list):
        return list in kinds and all(isinstance(one, str) for one in value)
    return isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))
