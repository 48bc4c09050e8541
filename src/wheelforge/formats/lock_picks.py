"""What a user picks of a lock, and whether the lock has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.errors import UsageError
from wheelforge.formats.fault import printable

if TYPE_CHECKING:
    from collections.abc import Collection

    from packaging.utils import NormalizedName


@dataclass(frozen=True, slots=True, kw_only=True)
class Picks:
    """Which parts of a lock are wanted."""

    extras: tuple[NormalizedName, ...] = ()
    groups: tuple[NormalizedName, ...] = ()
    """Dependency groups (PEP 735) beside the default ones."""
    default_groups: bool = True
    """Whether the groups count that the lock, or the project beside it, takes by default."""
    emit_project: bool = True
    """Whether the locked project itself is wanted, or only what it requires."""
    all_packages: bool = False
    """Every member of a workspace, not only the project in its root."""
    package: NormalizedName | None = None
    """One member of a workspace instead of the project in its root."""


def check_known(kind: str, picked: Collection[str], known: Collection[str], *, origin: str) -> None:
    """Make sure that a lock has all that was picked; ``kind`` is ``extra``, ``group`` or ``member``.

    Raises:
        UsageError: it lacks some; the error says which it has.
    """
    if lacking := sorted(set(picked) - set(known)):
        names = ", ".join(sorted(known)) or "none"
        raise UsageError(
            printable(f"{origin}: the lock has no {kind} {', '.join(lacking)}"),
            hint=printable(f"its {kind}s: {names}"),
        )
