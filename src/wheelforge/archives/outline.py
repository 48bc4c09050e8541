"""The outline of a wheel: what can be imported and run from it, told from its members' names and its entry points."""

from __future__ import annotations

import configparser
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.archives.faults import BrokenWheel
from wheelforge.model.filenames import tag_set
from wheelforge.model.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ENTRY_POINTS = "entry_points.txt"
"""In the .dist-info folder (entry points specification)."""
MAX_NAMES = 10_000
"""Modules, entry points or tags of one wheel: all of them stand in the lock."""
MAX_ENTRY_POINTS = 2**20
"""Bytes of the file."""
_MAX_NAME = 255
"""Characters of one name."""
_SOURCE = {"py", "pyc"}
_BINARY = {"so", "pyd"}
_GENERATED = re.compile(r"[0-9a-f]{20}__mypyc")
"""The shared library of what mypyc has compiled, named by a hash: nobody imports it by name."""


def outline(filename: str, members: Iterable[str], entry_points: bytes) -> Shape:
    """The outline of a wheel with these members; ``entry_points`` are the bytes of that file, if it has one.

    The tags are those of the file name, so that it makes no difference whether WHEEL was read.

    Raises:
        BrokenWheel: the file name is no wheel's, or the wheel holds more names than any honest one.
    """
    modules, extensions = set[str](), set[str]()
    for module in _modules(members):
        modules.add(module.dotted.partition(".")[0])
        if module.is_extension:
            extensions.add(module.dotted)
        if len(modules) + len(extensions) > MAX_NAMES:
            raise BrokenWheel(filename, "", f"it holds more than {MAX_NAMES} modules")
    shape = Shape(
        tags=_tags(filename),
        modules=tuple(sorted(modules)),
        extensions=tuple(sorted(extensions)),
        entry_points=tuple(sorted(set(_entry_points(entry_points)))),
    )
    if max(len(shape.tags), len(shape.entry_points)) > MAX_NAMES:
        raise BrokenWheel(filename, "", f"it has more than {MAX_NAMES} tags or entry points")
    return shape


def _tags(filename: str) -> tuple[str, ...]:
    """As lenient as indexes are: old wheels have versions that are not quite right."""
    match filename.removesuffix(".whl").split("-"):
        case [_, _, python, abi, platform] | [_, _, _, python, abi, platform]:
            return tuple(sorted(map(str, tag_set(f"{python}-{abi}-{platform}"))))
        case _:
            raise BrokenWheel(filename, "", "its file name is no wheel's")


@dataclass(frozen=True, slots=True)
class _Module:
    dotted: str
    is_extension: bool


def _modules(members: Iterable[str]) -> Iterator[_Module]:
    """What can be imported by name: a folder counts by what it holds, so that data alone makes no package."""
    for member in members:
        *folders, file = _installed(member.split("/"))
        stem, _, suffix = file.rpartition(".")
        if suffix in _BINARY:  # `_speedups.cpython-312-x86_64-linux-gnu.so`, `_speedups.abi3.so`
            stem = stem.partition(".")[0]
        names = folders if stem == "__init__" and folders else [*folders, stem]
        if suffix in _SOURCE | _BINARY and all(map(_is_name, names)) and not _GENERATED.fullmatch(stem):
            yield _Module(".".join(names), is_extension=suffix in _BINARY)


def _installed(parts: list[str]) -> list[str]:
    match parts:
        case [data, "purelib" | "platlib", *inside] if data.endswith(".data") and inside:
            return inside  # goes to the top level (wheel specification)
        case _:
            return parts


def _is_name(text: str) -> bool:
    return text.isidentifier() and text.isprintable() and len(text) <= _MAX_NAME


def _entry_points(data: bytes) -> Iterator[str]:
    """``GROUP: NAME`` of each; none of a file that is not laid out as the entry points specification wants it."""
    if len(data) > MAX_ENTRY_POINTS:
        return
    parser = configparser.RawConfigParser(delimiters=("=",), strict=False, default_section="")
    parser.optionxform = str  # type: ignore[assignment,method-assign] # the library's own way to keep capitals
    try:
        parser.read_string(data.decode("utf-8"))
    except (configparser.Error, UnicodeDecodeError):
        return
    for group in parser.sections():
        for name in parser.options(group):
            if _is_shown(group) and _is_shown(name):
                yield f"{group}: {name}"


def _is_shown(text: str) -> bool:
    return bool(text) and text.isprintable() and len(text) <= _MAX_NAME
