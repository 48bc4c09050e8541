"""How a folder is built that has no lock, and what it means that something may be missing."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wheelforge.recipes.cookbook import Cookbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from packaging.utils import NormalizedName

    from wheelforge.errors import BuildError
    from wheelforge.model.lock import Lock


WHOLE_FOLDER = "whole-folder"
"""The option in a lock that says that all versions in a folder were taken, though only one of each is pinned."""


class OnGaps(enum.Enum):
    """What it means that something may be missing where the wheels are installed."""

    WARN = "warn"
    REFUSE = "refuse"
    """``--strict``"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocked:
    """How a folder without a lock is planned."""

    seeds: frozenset[NormalizedName] = frozenset()
    """Taken as wheels, though their sdists are there too."""
    find_recipes: Callable[[], Cookbook] = Cookbook
    """Reads them, where there is no lock that holds what they say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderPlan:
    """How a folder is built."""

    lock: Lock
    failures: Mapping[str, BuildError] = field(default_factory=dict)
    """Sdists that are not in the lock, since a build or a hook failed on which their own plan depends, and how."""
