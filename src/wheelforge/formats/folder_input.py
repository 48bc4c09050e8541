"""A project folder that is named as an input: what of its ``pyproject.toml`` no backend could read is told in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement

from wheelforge.formats.fault import Fault, FaultyText
from wheelforge.formats.pyproject import PYPROJECT, open_pyproject
from wheelforge.formats.reference import is_folder
from wheelforge.formats.requirement import BadRequirement, parse_input
from wheelforge.formats.toml_text import load_toml
from wheelforge.model.pep508 import parse_requirement
from wheelforge.model.urls import local_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wheelforge.formats.toml_text import TomlText
    from wheelforge.model.inputs import Reference


def check_folders(references: Iterable[Reference]) -> None:
    """Read the ``pyproject.toml`` of each local folder, as far as standards say what must stand there.

    Raises:
        FaultyText: one is no TOML, or what it requires is no requirement (PEP 508).
        UsageError: one cannot be read.
    """
    paths = {local_path(one.location) / one.subdirectory / PYPROJECT for one in references if is_folder(one.location)}
    faults = list[Fault]()
    for path in sorted(path for path in paths if path.is_file()):
        source = open_pyproject(path)
        faults += _faults(load_toml(source.text, origin=source.origin), source)
    if faults:
        raise FaultyText(faults)


def _faults(table: Mapping[str, Any], source: TomlText) -> Iterator[Fault]:
    for literal in _requirements(table):
        try:
            parse_requirement(literal)
        except InvalidRequirement:
            yield from _located(literal, source)


def _located(literal: str, source: TomlText) -> Iterator[Fault]:
    try:
        parse_input(literal, origin=source.origin)
    except BadRequirement as error:
        yield from (source.fault(literal, fault.problem, fault.column - 1) for fault in error.faults)
    else:
        yield source.fault(literal, "this is no requirement as PEP 508 writes it")


def _requirements(table: Mapping[str, Any]) -> Iterator[str]:
    """Those of the project and of its build; what is of another type is its backend's to tell."""
    project, build = (_table(table.get(name)) for name in ("project", "build-system"))
    optional = _table(project.get("optional-dependencies"))
    for listed in (build.get("requires"), project.get("dependencies"), *optional.values()):
        yield from (one for one in listed if isinstance(one, str)) if isinstance(listed, list) else ()


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
