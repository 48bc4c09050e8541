"""Scripts that carry their dependencies in a comment: PEP 723."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from wheelforge.errors import UsageError
from wheelforge.formats.dependency_walk import FileGround, ProjectInputs, Walk
from wheelforge.formats.fault import FaultyText
from wheelforge.formats.project_inputs import python_of
from wheelforge.formats.pyproject import Tool
from wheelforge.formats.sources import Sources, Standing
from wheelforge.formats.text_file import read_text
from wheelforge.formats.toml_text import TomlText, convert, load_toml

if TYPE_CHECKING:
    from pathlib import Path

_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
"""As PEP 723 gives it."""


class _Script(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    dependencies: list[str] = []
    requires_python: str | None = None
    tool: Tool = Tool()


def read_script(path: Path) -> ProjectInputs:
    """Read the ``script`` block of a Python file.

    Raises:
        FaultyText: with every fault of its requirements, or where the block is no TOML.
        UsageError: the file cannot be read, has no such block, or several.
    """
    text = read_text(path).replace("\r\n", "\n")
    block, first_line = _block(text, path)
    origin = str(path)
    said = convert(load_toml(block, origin=origin, first_line=first_line), _Script, origin=origin)
    source = TomlText(origin=origin, text=text)
    uv = said.tool.uv
    ground = FileGround(
        file=source,
        folder=path.parent,
        sources=(Sources(file=source, folder=path.parent, tables=uv.sources),),
    )
    walk = Walk()
    walk.lines(said.dependencies, ground, Standing(origin=origin))
    found = ProjectInputs(
        constraints=walk.by_name(uv.constraint_dependencies, source, origin),
        overrides=walk.by_name(uv.override_dependencies, source, origin),
        build_constraints=walk.by_name(uv.build_constraint_dependencies, source, origin),
        requirements=tuple(walk.requirements),
        references=tuple(walk.references),
        pins=tuple(walk.pins),
        requires_python=tuple(python_of(said.requires_python, origin)),
    )
    if walk.faults:
        raise FaultyText(walk.faults)
    return found


def _block(text: str, path: Path) -> tuple[str, int]:
    """The TOML of the one block, and the line of the file where it begins."""
    match [found for found in _BLOCK.finditer(text) if found["type"] == "script"]:
        case [one]:
            lines = one["content"].splitlines()
            content = "\n".join(line.removeprefix("# ") if line.startswith("# ") else line[1:] for line in lines)
            return content, text.count("\n", 0, one.start("content")) + 1
        case []:
            raise UsageError(
                f"{path}: a script without a block of dependencies (PEP 723)",
                hint="write it between the lines '# /// script' and '# ///'",
            )
        case _:
            raise UsageError(f"{path}: several blocks '# /// script', of which there may be one")
