"""What it takes to reach places, and what is found there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.model.artifacts import Project

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.requirements import Requirement

    from wheelforge.direct.git import Git
    from wheelforge.events import Reporter
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.inputs import Reference
    from wheelforge.simple.client import Client
    from wheelforge.store.store import Store

INDEX = "direct"
"""What artifacts that come from no index carry as their `Artifact.index`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What it takes to reach places."""

    web: Client
    git: Git
    store: Store
    report: Reporter
    cwd: Path
    """Where the run was started: local places are told relative to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obtained:
    """What stands at a place."""

    reference: Reference
    artifact: Artifact
    """Its bytes are in the store, under its hash."""
    requires: tuple[Requirement, ...] = ()
    """What it says statically that it requires; empty where only its backend knows."""
    source: Path | None = None
    """Of a repository or a folder: a tar of it as it is, there until `Places` is left."""

    @property
    def project(self) -> Project:
        """The artifact as all that there is of its project."""
        one = self.artifact
        return Project(name=one.name, index=INDEX, releases={one.version: (one,)})
