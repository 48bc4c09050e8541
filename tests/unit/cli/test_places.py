"""Folders on the command line."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from wheelforge.cli.places import FOLDER
from wheelforge.errors import UsageError


def test_a_folder_without_a_name_is_not_the_working_folder() -> None:
    with pytest.raises(UsageError, match=r"^--dest: the folder has no name$"):
        FOLDER.convert("", click.Option(["-o", "--dest"]), None)


def test_a_folder_need_not_exist() -> None:
    assert FOLDER.convert("some/folder", None, None) == Path("some/folder")
    assert FOLDER.convert(".", None, None) == Path()
