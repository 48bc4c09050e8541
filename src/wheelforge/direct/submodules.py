"""The submodules of a checkout, level by level, as far down as real projects go."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

from wheelforge.direct.bound import LISTING
from wheelforge.errors import IntegrityError

if TYPE_CHECKING:
    from pathlib import Path

    from wheelforge.direct.bound import Room

MAX_DEPTH = 8
"""Levels: a repository that names itself has no last one."""
MAX_SUBMODULES = 1000
"""Of one checkout, on all levels together."""
_LINK = "160000"
"""The mode of an entry that is another repository's commit."""
_SECTION = r"^submodule\..*\.(url|update)$"
_NOTHING = "!true"
"""The command that git runs in place of a checkout."""


class Ask(Protocol):
    """Runs git in a folder."""

    def __call__(self, *arguments: str, cwd: Path) -> str:
        """What it wrote."""


def checkout_of(commit: str) -> tuple[str, ...]:
    """How git is asked for that commit: by its mere digits it would sooner check out a branch of this name."""
    return ("checkout", "--quiet", "--force", "--detach", f"{commit}^{{commit}}")


class Submodules:
    """Brings them into a checkout, which must have room for their files too; ``away`` may ask servers."""

    def __init__(self, near: Ask, away: Ask, room: Room) -> None:
        self._near = near
        self._away = away
        self._room = room

    def fetch(self, folder: Path) -> None:
        """Check out the submodules of a repository, and theirs.

        Raises:
            IndexAccessError: one cannot be read.
            IntegrityError: they are nested without end, too many, or too large with all that was checked out before.
        """
        queue, seen = deque([(folder, 0)]), 0
        while queue:
            outer, depth = queue.popleft()
            if not (outer / ".gitmodules").is_file():
                continue
            listed = self._listed(outer)
            seen += len(listed)
            if depth == MAX_DEPTH:
                raise IntegrityError(f"the submodules of {self._room.subject} are nested more than {MAX_DEPTH} deep")
            if seen > MAX_SUBMODULES:
                raise IntegrityError(f"{self._room.subject} has more than {MAX_SUBMODULES} submodules")
            if listed:
                self._clone(outer)
            cloned = [(inner, commit) for inner, commit in listed if (inner / ".git").exists()]
            for inner, commit in cloned:
                self._room.take(self._near(*LISTING, commit, cwd=inner))
                self._near(*checkout_of(commit), cwd=inner)
            queue += [(inner, depth + 1) for inner, _ in cloned]

    def _listed(self, folder: Path) -> list[tuple[Path, str]]:
        """Where they belong, and their commits."""
        entries = (entry.partition("\t") for entry in self._near("ls-files", "--stage", "-z", cwd=folder).split("\0"))
        return [(folder / path, told.split(" ")[1]) for told, _, path in entries if told.startswith(_LINK)]

    def _clone(self, folder: Path) -> None:
        """Have git do all but check them out: it knows which it must not take, and how their addresses are meant."""
        self._near("submodule", "--quiet", "init", cwd=folder)
        names = self._wanted(folder)
        for name in names:
            self._near("config", "--local", f"{name}.update", _NOTHING, cwd=folder)
        self._away("submodule", "--quiet", "update", cwd=folder)
        for name in names:
            self._near("config", "--local", "--unset", f"{name}.update", cwd=folder)

    def _wanted(self, folder: Path) -> list[str]:
        """The sections of those that their repository wants to be checked out by those who clone it."""
        said = self._near("config", "--local", "-z", "--get-regexp", _SECTION, cwd=folder)
        pairs = (line.partition("\n") for line in said.split("\0") if line)
        values = {key: value for key, _, value in pairs}
        names = (key.removesuffix(".url") for key in values if key.endswith(".url"))
        return [name for name in names if values.get(f"{name}.update") != "none"]
