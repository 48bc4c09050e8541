"""What a user picks of a project or a lock, and whether the lock has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.errors import UsageError
from wheelforge.model.told import printable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from packaging.utils import NormalizedName


@dataclass(frozen=True, slots=True, kw_only=True)
class Picks:
    """Which parts of a project or a lock are wanted."""

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
    all_extras: bool = False
    only_groups: tuple[NormalizedName, ...] = ()
    """These groups, and nothing else of the project."""

    @property
    def named_groups(self) -> tuple[NormalizedName, ...]:
        """The groups that are wanted beside the default ones."""
        return (*self.only_groups, *self.groups)

    @property
    def takes_default_groups(self) -> bool:
        """Whether the default groups count."""
        return self.default_groups and not self.only_groups

    def told(self, extras: Iterable[str], groups: Iterable[str]) -> tuple[str, ...]:
        """As text, so that a later run can tell whether the same is picked, with the extras and groups they come to."""
        said = {
            "extras": ",".join(sorted(extras)),
            "groups": ",".join(sorted(groups)),
            "package": self.package or "",
        }
        flags = {
            "all-packages": self.all_packages,
            "only-groups": bool(self.only_groups),
            "no-project": not self.emit_project,
        }
        return (*(f"{name}={text}" for name, text in said.items() if text), *(name for name, on in flags.items() if on))


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
