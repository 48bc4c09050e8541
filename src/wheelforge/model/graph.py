"""Who needs whom: the distributions of a lock, and an edge for every requirement that one of them serves."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.model.artifacts import Kind


class Reason(enum.Enum):
    """Why an edge is there."""

    ASKED = "asked for"
    """By the user."""
    REQUIRED = "required"
    """By what the metadata of a distribution says, to run."""
    STATIC = "static"
    """By ``[build-system] requires``, to be built."""
    HOOK = "hook"
    """By ``get_requires_for_build_wheel``."""
    RECIPE = "recipe"

    @property
    def builds(self) -> bool:
        """Whether it is a build that needs the other end."""
        return self in {Reason.STATIC, Reason.HOOK, Reason.RECIPE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One requirement, and the file that serves it."""

    scope: str
    """Where both ends are together: the name of a target, or the file name of the sdist whose build needs them."""
    source: str
    """The file name of who requires; empty for the user. The sdist itself stands outside of its build's scope."""
    needs: str
    """The file name of what serves the requirement."""
    requirement: str
    """PEP 508, as it is in the lock; a place that the user has named is told as he wrote it."""
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One file of a lock, as a graph tells of it."""

    filename: str
    name: NormalizedName
    version: Version
    kind: Kind
    build_only: bool
    """Only builds need it."""
    built: str = ""
    """In a wheelhouse: the file name of the wheel that was built of it, or that stands in for it."""

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """What a lock comes to."""

    nodes: tuple[Node, ...]
    """Sorted by file name; what nobody needs, as a fall-back, is none."""
    edges: tuple[Edge, ...]
    """In the order of the lock: what is asked for and required on each target, then what the builds need."""
