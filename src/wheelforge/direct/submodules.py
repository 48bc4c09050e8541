"""The submodules of a checkout, level by level, as far down as real projects go."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

from wheelforge.errors import IntegrityError

if TYPE_CHECKING:
    from pathlib import Path

MAX_DEPTH = 8
"""Levels: a repository that names itself has no last one."""
MAX_SUBMODULES = 1000
"""Of one checkout, on all levels together."""
_LINK = "160000"
"""The mode of an entry that is another repository's commit."""


class Ask(Protocol):
    """Runs git in a folder, as who may ask servers."""

    def __call__(self, *arguments: str, cwd: Path) -> str:
        """What it wrote."""


def fetch_submodules(folder: Path, ask: Ask, *, subject: str) -> None:
    """Check out the submodules of a repository, and theirs.

    Raises:
        IndexAccessError: one cannot be read.
        IntegrityError: they are nested without end, or too many.
    """
    queue, seen = deque([(folder, 0)]), 0
    while queue:
        outer, depth = queue.popleft()
        if not (outer / ".gitmodules").is_file():
            continue
        listed = _listed(outer, ask)
        seen += len(listed)
        if depth == MAX_DEPTH:
            raise IntegrityError(f"the submodules of {subject} are nested more than {MAX_DEPTH} deep")
        if seen > MAX_SUBMODULES:
            raise IntegrityError(f"{subject} has more than {MAX_SUBMODULES} submodules")
        ask("submodule", "--quiet", "update", "--init", cwd=outer)
        queue += [(inner, depth + 1) for inner in listed if (inner / ".git").exists()]


def _listed(folder: Path, ask: Ask) -> list[Path]:
    entries = (entry.partition("\t") for entry in ask("ls-files", "--stage", "-z", cwd=folder).split("\0"))
    return [folder / path for told, _, path in entries if told.startswith(_LINK)]
