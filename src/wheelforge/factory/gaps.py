"""Why a folder without a lock cannot be planned: all that builds lack, and whatever else is wrong, told in one go."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from wheelforge.errors import ResolutionError
from wheelforge.factory.folder_facts import Lacking
from wheelforge.plan.closure import Unplannable
from wheelforge.plan.graph import BuildCycle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from wheelforge.factory.folder_facts import FolderFacts


class IncompleteFolder(ResolutionError):
    """A folder does not hold all that it needs."""


def told(fault: ResolutionError, folder: Path, facts: FolderFacts) -> ResolutionError:
    """All that builds lack, each with who needs it, and after that whatever else is wrong; no hint is lost."""
    faults = fault.faults if isinstance(fault, Unplannable) else (fault,)
    needed = _needed(faults, facts)
    lines = [f"  {text}, for {', '.join(sorted(needed[text]))}" for text in sorted(needed)]
    head = [f"{folder} lacks what builds require:"] if lines else []
    ways = [f"put it into {folder}, or into {folder}/build-deps"] if lines else []
    others = [one for one in faults if not isinstance(one, Lacking)]
    cycles = [one for one in others if isinstance(one, BuildCycle)]
    hints = [one.hint for one in others if one.hint and one not in cycles]
    hint = "; ".join(dict.fromkeys([*ways, *_ends(cycles, folder), *hints]))
    return IncompleteFolder("\n".join([*head, *lines, *(one.message for one in others)]), hint=hint or None)


def _needed(faults: Iterable[ResolutionError], facts: FolderFacts) -> dict[str, set[str]]:
    needed: dict[str, set[str]] = defaultdict(set)
    for one in faults:
        for text, build in one.requirements if isinstance(one, Lacking) else ():
            # Builds that ask for all the same share an environment: who asked for it first is not alone.
            needed[text] |= {build, *facts.who_asks(text)}
    return needed


def _ends(cycles: Sequence[BuildCycle], folder: Path) -> Iterator[str]:
    """With which wheels these end, of those that are there and those that are not."""
    there = sorted({name for cycle in cycles for name in cycle.seeds})
    lacking = sorted({name for cycle in cycles if not cycle.seeds for name in cycle.lacking})
    for names, where in (there, "that is there"), (lacking, f"that you put into {folder}"):
        if names:
            yield f"end the cycle with a wheel {where}: {' '.join(f'--seed {name}' for name in names)}"
