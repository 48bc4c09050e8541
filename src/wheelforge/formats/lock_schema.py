"""The JSON schema of ``wheelforge.lock``, made from the tables themselves."""

from __future__ import annotations

from typing import Any

import msgspec

from wheelforge.formats import lock_wire as wire


def lock_schema() -> bytes:
    """The schema (JSON Schema 2020-12) of a lock's TOML, as it stands in ``docs/reference/lock.schema.json``."""
    _, tables = msgspec.json.schema_components((wire.Lock,), schema_hook=_version_schema)
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"wheelforge.lock {wire.LOCK_VERSION}",
        "$ref": "#/$defs/Lock",
        "$defs": {name: _without_null(table) for name, table in sorted(tables.items())},
    }
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"


def _version_schema(_kind: type) -> dict[str, Any]:
    return {"type": "string", "description": "PEP 440."}


def _without_null(table: dict[str, Any]) -> dict[str, Any]:
    """TOML has no null: what may be ``None`` in Python is absent there."""
    for key, value in table.get("properties", {}).items():
        if value.get("default", ...) is None:
            kinds = [kind for kind in value["anyOf"] if kind != {"type": "null"}]
            rest = {word: said for word, said in value.items() if word not in {"anyOf", "default"}}
            table["properties"][key] = {**kinds[0], **rest}
    return table
