"""Where a document does not fit the structs that it should be: all places at once, where msgspec tells the first."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import inspect

from wheelforge.model.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import msgspec

    from wheelforge.recipes.places import KeyPath


class At(enum.Enum):
    """What of a key and its value is wrong."""

    KEY = "key"
    VALUE = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One value or key that does not fit."""

    path: KeyPath
    problem: str
    at: At = At.VALUE


def mismatches(document: object, kind: type[msgspec.Struct]) -> Iterator[Mismatch]:
    """Everything for which ``msgspec.convert(document, kind)`` would fail; texts, arrays and tables are known."""
    return _differences(document, inspect.type_info(kind), ())


def _differences(value: object, kind: inspect.Type, path: KeyPath) -> Iterator[Mismatch]:
    match _chosen(kind, value), value:
        case inspect.StructType(fields=fields), dict():
            yield from _in_struct(value, {field.encode_name: field for field in fields}, path)
        case inspect.DictType(value_type=inner), dict():
            for key, one in value.items():
                yield from _differences(one, inner, (*path, key))
        case inspect.VarTupleType(item_type=inner), list():
            for number, one in enumerate(value):
                yield from _differences(one, inner, (*path, number))
        case inspect.StrType(), str():
            pass
        case inspect.EnumType(cls=cls), str() if value in {one.value for one in cls}:
            pass
        case _:
            yield Mismatch(path=path, problem=f"expected {_words(kind)}")


def _in_struct(table: Mapping[str, object], fields: Mapping[str, inspect.Field], path: KeyPath) -> Iterator[Mismatch]:
    for key, value in table.items():
        if key in fields:
            yield from _differences(value, fields[key].type, (*path, key))
        else:
            meant = did_you_mean(key, fields) or f"the keys are {', '.join(fields)}"
            yield Mismatch(path=(*path, key), problem=f"unknown key {key!r}; {meant}", at=At.KEY)
    for key, field in fields.items():
        if field.required and key not in table:
            yield Mismatch(path=path, problem=f"there is no {key!r}")


def _chosen(kind: inspect.Type, value: object) -> inspect.Type:
    """Of a union, the member that a value of this form may be."""
    if not isinstance(kind, inspect.UnionType):
        return kind
    wanted: tuple[type[inspect.Type], ...] = (
        (inspect.VarTupleType,) if isinstance(value, list) else (inspect.StrType, inspect.EnumType)
    )
    return next((one for one in kind.types if isinstance(one, wanted)), kind)


def _words(kind: inspect.Type) -> str:
    match kind:
        case inspect.UnionType(types=types):
            return ", or ".join(_words(one) for one in types if not isinstance(one, inspect.NoneType))
        case inspect.EnumType(cls=cls):
            return " or ".join(repr(one.value) for one in cls)
        case inspect.StrType():
            return "a text"
        case inspect.VarTupleType(item_type=inspect.StrType()):
            return "a list of texts"
        case inspect.VarTupleType():
            return "an array of tables"
        case _:
            return "a table"
