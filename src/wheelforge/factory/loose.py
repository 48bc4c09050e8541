"""A folder of archives that something else has downloaded: what stands in it, as an index of itself."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wheelforge.archives.headers import read_headers
from wheelforge.archives.sdist import read_sdist
from wheelforge.errors import IntegrityError, UsageError
from wheelforge.factory.folder import BUILD_DEPS, LOCK
from wheelforge.model.artifacts import Kind
from wheelforge.model.filenames import SDIST_SUFFIXES, is_safe, named, version_of
from wheelforge.model.told import printable
from wheelforge.resolve.candidates import Rules, Shelf
from wheelforge.simple.client import Offline
from wheelforge.simple.indexes import Indexes, Shelves
from wheelforge.simple.kept_pages import KeptPages
from wheelforge.simple.links import FlatIndex
from wheelforge.simple.local import LocalFiles
from wheelforge.store.atomic import storage_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName

    from wheelforge.events import Reporter
    from wheelforge.model.targets import Target
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.store.store import Store

NAME = "the folder"
"""In place of the name of an index."""
_WHEEL = ".whl"
_BESIDE = (LOCK, "pylock.toml", "requirements.txt")
"""What tools write beside archives; nobody needs to be told that it is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is taken of a folder, and what is not."""

    candidates: tuple[Candidate, ...]
    """Of each project every version, sorted by name and then newest first: its sdist, else the best of its wheels."""
    others: tuple[str, ...]
    """Why further files are left alone, one clause for all of which the same is true."""
    misnamed: tuple[str, ...]
    """Archives whose names do not say what they are."""


class LooseFolder:
    """Sdists and wheels in a folder, and beside them in ``build-deps/``, which only builds may take."""

    def __init__(self, folder: Path, store: Store, report: Reporter) -> None:
        """Look at the names that stand in it.

        Raises:
            UsageError: there is no such folder, or no archive in it.
            StorageError: it cannot be read.
        """
        if not folder.is_dir():
            raise UsageError(f"{folder} is not a folder", hint=f"wheelforge collect --build-deps REQ -o {folder}")
        with storage_errors(folder, "read"):
            self._files = sorted(path.name for path in folder.iterdir() if not path.is_dir())
            named_so = [name for name in self._files if name.endswith((_WHEEL, *SDIST_SUFFIXES))]
            self._archives = [name for name in named_so if (folder / name).is_file()]
        if not self._archives:
            raise UsageError(
                f"{folder} is no collected folder: it has no {LOCK}, nor any sdist or wheel",
                hint=f"wheelforge collect --build-deps REQ -o {folder}",
            )
        self._folder = folder
        pages = KeptPages(web=Offline(), records=store.records, clock=time.time)
        places = [place for place in (folder, folder / BUILD_DEPS) if place.is_dir()]
        self._flat = [FlatIndex(name=NAME, url=place.resolve().as_uri(), pages=pages) for place in places]
        files = LocalFiles(store, report)
        self.index = Indexes(
            ordered=(), links=self._flat, shelves=Shelves(local=files, remote={}, other=files), reporter=report
        )

    def has_flat(self, filename: str) -> bool:
        """Whether a file stands in the folder itself."""
        return filename in self._archives

    async def held(self, target: Target, seeds: frozenset[NormalizedName]) -> Held:
        """What of the folder itself is taken for a target; ``seeds`` are taken as wheels."""
        projects = {filename: self._project(filename) for filename in self._archives}
        names = {name for name in projects.values() if name is not None}
        shelves = [shelf for name in sorted(names) if (shelf := await self._shelf(name, target, seeds)) is not None]
        candidates = [one for shelf in shelves for one in _candidates(shelf)]
        return Held(
            candidates=tuple(candidates),
            others=tuple(self._others(shelves, candidates)),
            misnamed=tuple(printable(filename) for filename, name in projects.items() if name is None),
        )

    async def has(self, requirement: Requirement, target: Target, kinds: tuple[Kind, ...] = tuple(Kind)) -> bool:
        """Whether any version of a project, in ``build-deps/`` too, could serve a requirement of a build."""
        project = await self.index.project(canonicalize_name(requirement.name))
        if project is None:
            return False
        shelf = Shelf(project, Rules(target=target, kinds=kinds))
        return any(True for _ in shelf.matching(requirement.specifier, prereleases=True))

    async def _shelf(self, name: NormalizedName, target: Target, seeds: frozenset[NormalizedName]) -> Shelf | None:
        project = await self._flat[0].project(name)
        kinds = (Kind.WHEEL, Kind.SDIST) if name in seeds else (Kind.SDIST, Kind.WHEEL)
        return None if project is None else Shelf(project, Rules(target=target, kinds=kinds))

    def _project(self, filename: str) -> NormalizedName | None:
        """Whose file this is; ``None`` where its name does not say that."""
        if not is_safe(filename):
            return None
        stem, wheel = filename, filename.endswith(_WHEEL)
        for suffix in (_WHEEL, *SDIST_SUFFIXES):
            stem = stem.removesuffix(suffix)
        heads = [stem.partition("-")[0]] if wheel else list(_heads(stem))
        names = [canonicalize_name(head) for head in heads]
        if len(names) > 1 and (own := self._own_name(filename)) in names:
            return own
        fitting = [name for name in names if (found := named(filename, name)) and version_of(found.version)]
        return fitting[-1] if fitting else None

    def _own_name(self, filename: str) -> NormalizedName | None:
        """What an sdist calls itself, where dashes leave open which of them parts name and version."""
        try:
            said = read_headers(read_sdist(self._folder / filename).pkg_info or b"").first("name")
        except (IntegrityError, OSError):
            return None
        return canonicalize_name(said) if said else None

    def _others(self, shelves: list[Shelf], candidates: list[Candidate]) -> Iterator[str]:
        strange = [name for name in self._files if name not in self._archives and name not in _BESIDE]
        strange = [name for name in strange if not name.startswith((".", "pylock.", "requirements."))]
        # The wheel of an sdist is what is fallen back on.
        taken = {file.filename for one in candidates for file in (one.artifact, one.evidence)}
        files = [(shelf, file) for shelf in shelves for held in shelf.project.releases.values() for file in held]
        foreign = [file.filename for shelf, file in files if shelf.rules.refuses(file) is not None]
        spare = [file.filename for _, file in files if file.filename not in {*taken, *foreign}]
        if strange:
            yield f"no sdist and no wheel: {_listed(strange)}"
        if foreign:
            yield f"wheels for others than this target: {_listed(foreign)}"
        if spare:
            yield f"another file of the same version is taken: {_listed(spare)}"


def _candidates(shelf: Shelf) -> Iterator[Candidate]:
    for version in shelf.project.releases:
        if (candidate := shelf.candidate(version)) is not None:
            yield candidate


def _heads(stem: str) -> Iterator[str]:
    """Where the name of an sdist may end: before a dash behind which a version stands."""
    dash = stem.find("-")
    while dash > 0:
        if version_of(stem[dash + 1 :]) is not None:
            yield stem[:dash]
        dash = stem.find("-", dash + 1)


def _listed(names: list[str]) -> str:
    return printable(", ".join(sorted(names)))
