"""Named sets of targets: ``[targets]`` of ``wheelforge.toml``, and ``[tool.wheelforge.targets]`` of a project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wheelforge.errors import UsageError
from wheelforge.settings.own_config import OWN_FILE
from wheelforge.settings.setting import Setting
from wheelforge.settings.toml_file import PROJECT_FILE, read_toml, tool_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    TargetSets = Mapping[str, Setting[tuple[str, ...]]]
    """The targets of each set, as they are written, and where; which of them mean something is not known here."""

TABLE = "targets"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def target_sets(folder: Path) -> TargetSets:
    """The sets that the files in ``folder`` name; where both name one, ``wheelforge.toml`` counts.

    Raises:
        UsageError: a file cannot be read, or a set is no list of texts; all faults are told.
    """
    project = tool_table(read_toml(folder / PROJECT_FILE), "wheelforge").get(TABLE, {})
    own = read_toml(folder / OWN_FILE).get(TABLE, {})
    return {**_sets(project, f"{PROJECT_FILE} [tool.wheelforge.{TABLE}]"), **_sets(own, f"{OWN_FILE} [{TABLE}]")}


def _sets(table: Any, where: str) -> TargetSets:  # noqa: ANN401 - what TOML holds
    if not isinstance(table, dict):
        raise UsageError(f"{where}: expected a table")
    if faults := list(_faults(table, where)):
        raise UsageError("\n".join(faults), hint='a set is written: servers = ["cp312-manylinux_2_28_x86_64"]')
    return {name: Setting(value=tuple(targets), origin=f"{where} {name}") for name, targets in table.items()}


def _faults(table: Mapping[str, Any], where: str) -> Iterator[str]:
    for name, targets in table.items():
        if not _NAME.fullmatch(name):
            yield f"{where}: {name!r} is no name of a set: letters, digits, - and _ make one"
        elif not isinstance(targets, list) or not all(isinstance(target, str) for target in targets):
            yield f"{where} {name}: expected a list of texts"
        elif not targets:
            yield f"{where} {name}: the set is empty"
