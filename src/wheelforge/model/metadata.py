"""What a distribution requires to run, and how surely that is known."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName
    from packaging.version import Version


class Surety(enum.Enum):
    """Where dependencies were read, from the surest to the least sure."""

    WHEEL = "wheel"
    """METADATA of the very wheel that is taken."""
    PKG_INFO = "pkg-info"
    """PKG-INFO of the sdist, Metadata-Version 2.2 or newer, dependencies not dynamic (PEP 643)."""
    PYPROJECT = "pyproject"
    """A static ``[project]`` table in the sdist (PEP 621)."""
    HOOK = "hook"
    """The backend's own ``prepare_metadata_for_build_wheel`` (PEP 517)."""
    SIBLING = "sibling"
    """A wheel of the same version: an assumption, since sdists and wheels can disagree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """The part of the core metadata that resolution needs."""

    name: NormalizedName
    version: Version
    requires: tuple[Requirement, ...]
    """Requires-Dist, in the order of the file."""
    requires_python: str | None
    extras: frozenset[NormalizedName]
    """Provides-Extra, normalised."""
    surety: Surety


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSystem:
    """``[build-system]`` of an sdist (PEP 518), with the defaults of PEP 517 where it says nothing."""

    requires: tuple[str, ...]
    """PEP 508, as written."""
    backend: str
    """``build-backend``, an object reference: ``flit_core.buildapi``."""
    backend_path: tuple[str, ...] = ()
    """Folders inside the tree that the backend is imported from."""
    pyproject: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)
    """All of pyproject.toml: the backend's settings are in it."""
    beside: Mapping[str, bytes | None] = field(default_factory=dict, repr=False, compare=False)
    """Further files with settings (`SdistContents.beside`): setup.py, setup.cfg, hatch.toml."""
