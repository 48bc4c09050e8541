"""Folders on the command line: an empty one, as an unset variable leaves it, is not the working folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wheelforge.errors import UsageError

if TYPE_CHECKING:
    import os


class Folder(click.Path):
    """A folder, which need not exist."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        """See click.

        Raises:
            UsageError: it is empty.
        """
        if value == "":
            name = "" if param is None else f"{max(param.opts, key=len)}: "
            raise UsageError(f"{name}the folder has no name", hint="for the working folder give a dot")
        return super().convert(value, param, ctx)


FOLDER = Folder()
