"""The published schema is the one that the tables give."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from unit.formats.sample_lock import built, wheelhouse
from wheelforge.formats.lock import dump_lock, load_lock
from wheelforge.formats.lock_schema import lock_schema

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


def test_the_published_schema_is_the_generated_one() -> None:
    assert (REFERENCE / "lock.schema.json").read_bytes() == lock_schema()


def test_the_schema_knows_no_null() -> None:
    assert b"null" not in lock_schema()


def test_the_schema_names_every_key_of_a_lock() -> None:
    schema = json.loads(lock_schema())
    lock = wheelhouse(built("flask-3.0.3-py3-none-any.whl"), incomplete=("why",))
    _assert_described(tomllib.loads(dump_lock(lock).decode()), schema["$defs"]["Lock"], schema["$defs"])


@pytest.mark.parametrize(
    "example", re.findall(r"```toml\n(.*?)```", (REFERENCE / "lock-format.md").read_text(), re.DOTALL)
)
def test_the_example_in_the_docs_is_a_lock(example: str) -> None:
    assert load_lock(example.encode(), origin="lock-format.md").targets


def _assert_described(table: dict[str, Any], schema: dict[str, Any], tables: dict[str, Any]) -> None:
    assert set(schema["required"]) <= set(table) <= set(schema["properties"])
    for key, value in table.items():
        items = schema["properties"][key].get("items", {})
        if "$ref" in items:
            for item in value:
                _assert_described(item, tables[items["$ref"].removeprefix("#/$defs/")], tables)
