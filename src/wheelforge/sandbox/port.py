"""What a sandbox is to those who run jobs in it: a port, and the values that pass through it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wheelforge.process.command import Command


class Isolation(enum.Enum):
    """The ways to keep a build apart, the strongest first."""

    BWRAP = "bwrap"
    """A jail of bubblewrap: no network, no home, no host files but system folders, read-only."""
    VENV = "venv"
    """An environment and folders of its own, and nothing that would stop a job from leaving them."""


class Access(enum.Enum):
    """What a job may do with a mount."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A file or folder of the host that a job needs."""

    host: Path
    """Absolute."""
    inside: str
    """The absolute path at which a jail shows it, the same on every machine."""
    access: Access = Access.READ


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to run in a sandbox, with all paths as the job sees them."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    """All of it: a job inherits nothing."""
    cwd: str
    mounts: tuple[Mount, ...]
    hidden: frozenset[str] = frozenset()
    """Names of programs of the host that it does not find."""


class Sandbox(Protocol):
    """An isolated place to run jobs."""

    @property
    def isolation(self) -> Isolation:
        """How isolated."""

    def seen(self, mount: Mount) -> str:
        """The path at which a job sees the mount."""

    def command(self, job: Job) -> Command:
        """What to start so that the job runs in here; starts nothing."""
