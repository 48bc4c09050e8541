"""All that was asked for on one command line and in its files, before rules are applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wheelforge.formats.dependency_walk import RequiresPython
    from wheelforge.formats.requirements_file import RequirementsFile
    from wheelforge.model.inputs import Asked, IndexPin, LockInput, Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """All that was asked for, in the order in which it was."""

    requirements: tuple[Asked, ...] = ()
    references: tuple[Reference, ...] = ()
    locks: tuple[LockInput, ...] = ()
    constraints: tuple[Asked, ...] = ()
    constraint_places: tuple[Reference, ...] = ()
    overrides: tuple[Asked, ...] = ()
    build_constraints: tuple[Asked, ...] = ()
    pins: tuple[IndexPin, ...] = ()
    requires_python: tuple[RequiresPython, ...] = ()
    files: tuple[RequirementsFile, ...] = ()
    """The requirement and constraint files, for their options."""
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
