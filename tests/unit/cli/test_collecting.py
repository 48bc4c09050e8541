"""What of a standing lock may be let go."""

from __future__ import annotations

import pytest

from wheelforge.cli.collecting import Collecting
from wheelforge.errors import UsageError


def collecting(*upgrade_packages: str) -> Collecting:
    return Collecting(
        upgrade=False,
        upgrade_packages=upgrade_packages,
        locked=False,
        static=False,
        hook_timeout=300.0,
        layout="auto",
    )


def test_projects_to_upgrade_are_named_in_any_spelling() -> None:
    options = collecting("Flask_Login").options()
    assert options.following.upgrade == {"flask-login"}


@pytest.mark.parametrize("text", ["", "six>=1", "six[x]", ":all:"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=f"^--upgrade-package: '{text}' is no name".replace("[", r"\[")):
        collecting(text).options()
