"""TOML files of a project, and the tables in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wheelforge.errors import UsageError
from wheelforge.model.toml import BrokenToml, parse_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PROJECT_FILE = "pyproject.toml"


def read_toml(path: Path) -> dict[str, Any]:
    """What a file says; nothing where there is none.

    Raises:
        UsageError: it cannot be read, or is no TOML.
    """
    if path.exists() and not path.is_file():
        raise UsageError(f"{path.name} cannot be read: it is no regular file")
    try:
        return parse_toml(path.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read: {error.strerror}") from error
    except BrokenToml as error:
        raise UsageError(f"{path.name}: not a TOML file: {error}") from error


def tool_table(project: Mapping[str, Any], tool: str) -> dict[str, Any]:
    """``[tool.TOOL]`` of a ``pyproject.toml``; empty where it is not there.

    Raises:
        UsageError: it is no table.
    """
    tools = project.get("tool", {})
    table = tools.get(tool, {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise UsageError(f"{PROJECT_FILE} [tool.{tool}]: expected a table")
    return table
