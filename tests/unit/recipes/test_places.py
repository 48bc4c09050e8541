"""The place of every key and value, however the TOML is written; `tomllib` says which there are."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
import tomli_w
from hypothesis import example, given
from hypothesis import strategies as st

from wheelforge.recipes.places import Place, Places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wheelforge.recipes.places import KeyPath


def paths(value: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    """All paths of a parsed document."""
    if path:
        yield path
    match value:
        case dict():
            for key, one in value.items():
                yield from paths(one, (*path, key))
        case list():
            for number, one in enumerate(value):
                yield from paths(one, (*path, number))


WRITTEN = r'''
# "not" = "a key"
title = "a # in a text" # and behind it
a.b . "c d" = 1
a.'e.f' = [1, [2, "]", '#'], # a comment ]
  { x = "}", y.z = """ " """" }, ]
when = 1979-05-27 07:32:00
text = """
[not.a.table]
key = "\\"""""
raw = QQQ
[[nor.this]] \QQQ'

[table . "quoted]"]
key = true
[[many]]
name = "first"
[many.inner]
value = [ ]
[[many.deep]]
n = 1
[[many]]
name = "second"
[[many.deep]]
n = 2
[[ many.deep ]]
n = 3
inline = { }
'''[1:].replace("QQQ", "'" * 3)


def test_every_path_of_the_parser_has_a_place_and_no_other_has() -> None:
    assert Places(WRITTEN).known() == set(paths(tomllib.loads(WRITTEN)))


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("title",), (2, 1), (2, 9)),
        (("a", "b", "c d"), (3, 7), (3, 15)),
        (("a", "e.f", 1, 2), (4, 3), (4, 24)),
        (("a", "e.f", 2), (4, 3), (5, 3)),
        (("a", "e.f", 2, "y", "z"), (5, 16), (5, 20)),
        (("text",), (7, 1), (7, 8)),
        (("table", "quoted]"), (13, 10), (13, 10)),
        (("table", "quoted]", "key"), (14, 1), (14, 7)),
        (("many", 0), (15, 1), (15, 1)),
        (("many", 0, "inner"), (17, 7), (17, 7)),
        (("many", 1), (21, 1), (21, 1)),
        (("many", 1, "deep", 1), (25, 1), (25, 1)),
        (("many", 1, "deep", 1, "inline"), (27, 1), (27, 10)),
    ],
)
def test_a_place_is_where_it_is_written(path: KeyPath, key: tuple[int, int], value: tuple[int, int]) -> None:
    places = Places(WRITTEN)
    told = places.value(path)
    assert (told.line, told.column) == value
    if isinstance(path[-1], str):
        told = places.key(path)
        assert (told.line, told.column) == key


def test_what_is_not_there_is_where_it_would_be() -> None:
    places = Places("x = 1\n[a]\nb = 2\n")
    assert places.value(("a", "missing", 3)) == Place(line=2, column=2)
    assert places.key(("missing",)) == Place(line=1, column=1)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
VALUES = st.recursive(
    TEXTS | st.integers(0, 9) | st.booleans() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


WAYS = st.sampled_from(({}, {"multiline_strings": True}))


@given(st.dictionaries(TEXTS, VALUES, max_size=4), WAYS)
@example({"a": [{"b": [{}]}, {}]}, {})
def test_every_path_of_any_document_has_a_place(document: dict[str, object], way: dict[str, bool]) -> None:
    text = tomli_w.dumps(document, **way)
    assert Places(text).known() == set(paths(tomllib.loads(text)))
