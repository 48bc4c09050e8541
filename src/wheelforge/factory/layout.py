"""Where the files of several targets stand: together, or in a folder for each target where they would clash."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from wheelforge.model.artifacts import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.version import Version

    from wheelforge.factory.planning import Plan
    from wheelforge.model.artifacts import Artifact


class Layout(enum.Enum):
    """How a folder is laid out."""

    AUTO = "auto"
    """Flat, unless that would mislead an installer that is given the folder as ``--find-links``."""
    FLAT = "flat"
    PER_TARGET = "per-target"
    """``FOLDER/TARGET/``: each target's own files, some in several folders."""


def clashes(plans: Sequence[Plan]) -> Iterator[str]:
    """Why the runtime files of these targets cannot stand in one folder, each reason as a clause.

    An installer that is given the folder takes the newest version that fits its target, and a wheel before an sdist:
    where that is not what was chosen for the target, another target's file is in the way.
    """
    shipped = {one.artifact.filename: one.artifact for plan in plans for one in plan.shipped()}
    for plan in plans:
        for choice in plan.runtime.choices:
            own = choice.candidate.artifact
            others = [file for file in shipped.values() if file.name == own.name and file.filename != own.filename]
            for other in others:
                if _is_taken_before(other, own, plan):
                    yield f"{other.filename} would be taken for {plan.target.name} instead of {own.filename}"


def _is_taken_before(other: Artifact, own: Artifact, plan: Plan) -> bool:
    if not plan.target.accepts_python(other.requires_python):
        return False
    rank = plan.target.rank(other.tags) if other.kind is Kind.WHEEL else len(plan.target.tags)
    if rank is None or (other.version.is_prerelease and not own.version.is_prerelease):
        return False
    own_rank = plan.target.rank(own.tags) if own.kind is Kind.WHEEL else len(plan.target.tags)
    return _order(other.version, rank) > _order(own.version, own_rank or 0)


def _order(version: Version, rank: int) -> tuple[Version, int]:
    return version, -rank
