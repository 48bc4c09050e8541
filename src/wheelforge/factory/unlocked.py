"""How a folder is built that has no lock, and what it means that something may be missing."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.recipes.cookbook import Cookbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from packaging.utils import NormalizedName


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
