"""``[[index]]`` tables, in uv's form, which is ours too; and which of them stands for the main index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wheelforge.model.nearest import nearest
from wheelforge.settings.index import NAME
from wheelforge.settings.setting import IndexTable, Setting, Whose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_KINDS: Mapping[str, type] = {"name": str, "url": str, "default": bool, "explicit": bool, "format": str}
_WORDS = {str: "a text", bool: "true or false"}
_FORMATS = ("simple", "flat")
Tables = list[dict[str, Any]]


def faults(value: object, where: str, *, known_only: bool) -> Iterator[str]:
    """Everything that is wrong with the value of ``index``; ``known_only`` refuses keys that mean nothing to us."""
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        yield f"{where}: expected [[index]] tables"
        return
    for number, table in enumerate(value, start=1):
        yield from (f"{where} {number}: {fault}" for fault in _table_faults(table, known_only=known_only))


def read_tables(tables: Tables, where: str) -> tuple[IndexTable, ...]:
    """The tables, which have no faults, without the default one."""
    return tuple(
        IndexTable(
            url=table["url"],
            origin=f"{where} {table.get('name') or number}",
            name=table.get("name", ""),
            explicit=table.get("explicit", False),
            flat=table.get("format") == "flat",
        )
        for number, table in enumerate(tables, start=1)
        if not table.get("default")
    )


def default_table(tables: Tables, where: str) -> Setting[str] | None:
    """The main index, as ``NAME=URL`` or ``URL``, where a table says that it is the one."""
    for table in tables:
        if table.get("default"):
            name = f"{table['name']}=" if table.get("name") else ""
            return Setting(value=f"{name}{table['url']}", origin=where, whose=Whose.FOLDER)
    return None


def _table_faults(table: Mapping[str, Any], *, known_only: bool) -> Iterator[str]:
    if "url" not in table:
        yield "it has no url"
    for key, value in table.items():
        kind = _KINDS.get(key)
        if kind is None:
            if known_only:
                yield f"unknown key {key!r}{suggestion(key, _KINDS)}"
        elif not isinstance(value, kind):
            yield f"{key}: expected {_WORDS[kind]}"
        elif key == "name" and not NAME.fullmatch(str(value)):
            yield f"{value!r} is no name: letters, digits, and . _ - between them"
        elif key == "format" and value not in _FORMATS:
            yield f"format: expected {' or '.join(_FORMATS)}"


def suggestion(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'NAME'?`` where one is near."""
    near = nearest(word, known)
    return f"; did you mean {near!r}?" if near else ""
