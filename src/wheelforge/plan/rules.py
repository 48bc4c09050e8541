"""Under which rules the builds of one builder are planned."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wheelforge.recipes.cookbook import Cookbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.model.artifacts import Project
    from wheelforge.model.inputs import Inputs
    from wheelforge.model.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureRules:
    """Under which the builds of one builder are planned."""

    inputs: Inputs
    builder: Target
    host: Target
    """The interpreter that hooks are asked with. Another than the builder may get other answers than the builder
    would, and so the closure is not complete then."""
    before: Mapping[NormalizedName, Iterable[Version]] = field(default_factory=dict)
    """The versions of an earlier closure, kept where they fit."""
    given: Mapping[NormalizedName, Project] = field(default_factory=dict)
    """What the inputs bring themselves, of which builds take what was named by its place: locks are for run time."""
    pinned: Mapping[NormalizedName, Project | None] = field(default_factory=dict)
    """See `Problem.pinned`."""
    recipes: Cookbook = field(default_factory=Cookbook)
