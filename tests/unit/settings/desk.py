"""A place to say settings in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wheelforge.errors import UsageError
from wheelforge.settings.places import Places
from wheelforge.settings.setting import Key, command_line
from wheelforge.settings.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from wheelforge.settings.indexes import Indexes
    from wheelforge.settings.setting import Layer
    from wheelforge.settings.settings import Settings


class Desk:
    """A folder to work in, with a home and pip's one file beside it."""

    def __init__(self, root: Path) -> None:
        self.cwd = root / "work"
        self.cwd.mkdir()
        self.pip_conf = root / "pip.conf"
        self.places = Places(
            home=root / "home", cache=root / "cache", pip_global=(self.pip_conf,), pip_user=(), pip_site=()
        )

    def load(self, environ: Mapping[str, str] | None = None, files: Sequence[Layer] = (), /, **given: str) -> Settings:
        """What holds here with these variables, requirement files, and options."""
        overrides = command_line({Key[name.upper()]: value for name, value in given.items()})
        return load_settings(environ=environ or {}, cwd=self.cwd, overrides=overrides, files=files, places=self.places)

    def indexes(
        self, environ: Mapping[str, str] | None = None, files: Sequence[Layer] = (), /, **given: str
    ) -> Indexes:
        """The indexes of what holds."""
        return self.load(environ, files, **given).indexes

    def refused(self, environ: Mapping[str, str] | None = None, /, **given: str) -> UsageError:
        """Why nothing holds."""
        with pytest.raises(UsageError) as caught:
            self.load(environ, **given)
        return caught.value
