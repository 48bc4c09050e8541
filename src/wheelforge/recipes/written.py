"""Recipes as they are written, before anybody has asked whether they make sense; recipes/README.md tells the format."""

from __future__ import annotations

import msgspec

# msgspec reads the annotations while the program runs.
from wheelforge.model.treatment import Policy  # noqa: TC001

Texts = str | tuple[str, ...]
"""One, or a list of them."""


class BuildRequires(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[recipe.build-requires]``."""

    add: tuple[str, ...] = ()
    """PEP 508."""
    remove: tuple[str, ...] = ()
    """Names of projects."""
    replace: tuple[str, ...] = ()
    """PEP 508: instead of what the sdist and its hook require of the same project."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """``[[recipe]]``: for which sdists it is, and then what is done with them."""

    name: Texts
    versions: str | None = None
    targets: Texts | None = None
    marker: str | None = None
    why: str = ""
    policy: Policy | None = None
    build_requires: BuildRequires = BuildRequires()
    provided: tuple[str, ...] = ()
    env: dict[str, str] = {}
    config_settings: dict[str, Texts] = {}
    patches: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing."""
        own = (self.policy, self.provided, self.env, self.config_settings, self.patches)
        return self.build_requires == BuildRequires() and not any(own)


class RecipeFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole file."""

    recipe: tuple[Recipe, ...] = ()


def texts(value: Texts | None) -> tuple[str, ...]:
    """One or several, as several."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value
