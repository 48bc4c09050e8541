"""An sdist of a source tree: made by its backend, or where that may not be asked, the tree itself, packed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.archives.pack import repack, write_sdist
from wheelforge.archives.sdist import read_sdist
from wheelforge.direct.pkg_info import make_pkg_info, static_say, what_is_not_static
from wheelforge.errors import BuildError
from wheelforge.metadata.core import parse_metadata
from wheelforge.metadata.ladder import BackendNotAsked
from wheelforge.model.metadata import Surety
from wheelforge.plan.facts import Unanswered

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.direct.port import PackedTree, SdistMaker
    from wheelforge.direct.tree import Tree
    from wheelforge.model.metadata import Metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeSdist:
    """An sdist whose bytes are the same for the same tree, backend and version of that."""

    path: Path
    """Named as PEP 625 has it."""
    name: NormalizedName
    version: Version


async def make_sdist(tree: Tree, packed: PackedTree, *, maker: SdistMaker, scratch: Path) -> MadeSdist:
    """Make the sdist of a tree in the folder ``scratch``.

    Raises:
        BuildError: its backend failed, or its sdist does not say what it is.
        BackendNotAsked: its backend may not be asked, and it does not say statically what it is.
        ResolutionError: what its backend needs is not to be had.
    """
    made = await maker(packed, scratch / "made")
    if isinstance(made, Unanswered):
        return await asyncio.to_thread(_pack, tree, made, scratch)
    return await asyncio.to_thread(_normalise, tree, made, scratch)


def _normalise(tree: Tree, made: Path, scratch: Path) -> MadeSdist:
    told = f"the sdist that the backend of {tree.subject} made"
    pkg_info = read_sdist(made, name=told).pkg_info
    if pkg_info is None:
        raise BuildError(f"{told} has no PKG-INFO: nothing says what it is", hint="this is a fault of its backend")
    metadata = parse_metadata(pkg_info, surety=Surety.HOOK, origin=told)
    path = scratch / f"{_stem(metadata)}.tar.gz"
    repack(made, path, moment=tree.moment, name=told)
    return MadeSdist(path=path, name=metadata.name, version=metadata.version)


def _pack(tree: Tree, refusal: Unanswered, scratch: Path) -> MadeSdist:
    metadata = static_say(tree)
    if metadata is None:
        why = what_is_not_static(tree)
        raise BackendNotAsked(
            f"{tree.subject}: {why}, and its backend cannot be asked: {refusal.reason}",
            hint=refusal.hint or "give it a static version and static dependencies in [project] of its pyproject.toml",
        )
    stem, files = _stem(metadata), tree.project_files()
    members: dict[str, Path | bytes] = {f"{stem}/{name}": path for name, path in files.items()}
    members.setdefault(f"{stem}/PKG-INFO", make_pkg_info(metadata))
    path = scratch / f"{stem}.tar.gz"
    write_sdist(path, members, moment=tree.moment)
    return MadeSdist(path=path, name=metadata.name, version=metadata.version)


def _stem(metadata: Metadata) -> str:
    """PEP 625."""
    return f"{metadata.name.replace('-', '_')}-{metadata.version}"
