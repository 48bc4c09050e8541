"""Several indexes as one: the first that has a project is the only one asked for it, find-links add to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from packaging.version import Version

from wheelforge.errors import IndexAccessError, UsageError
from wheelforge.events import Warn, silent
from wheelforge.model.artifacts import Artifact, Project
from wheelforge.simple.index import check_allowed
from wheelforge.simple.local import FILE
from wheelforge.simple.once import Once

if TYPE_CHECKING:
    from collections.abc import Sequence

    from packaging.utils import NormalizedName

    from wheelforge.events import Reporter
    from wheelforge.model.shape import Shape
    from wheelforge.simple.index import Fetched


class Pages(Protocol):
    """Knows projects."""

    @property
    def name(self) -> str:
        """What its artifacts carry as their `Artifact.index`."""

    async def project(self, name: NormalizedName) -> Project | None:
        """See `wheelforge.simple.index.Index`."""


class Files(Protocol):
    """Has files: the other half of `wheelforge.simple.index.Index`."""

    async def metadata(self, artifact: Artifact) -> bytes:
        """See `wheelforge.simple.index.Index`."""

    async def shape(self, artifact: Artifact) -> Shape:
        """See `wheelforge.simple.index.Index`."""

    async def fetch(self, artifact: Artifact) -> Fetched:
        """See `wheelforge.simple.index.Index`."""


class Shelves:
    """Where files are, whoever lists them: on this machine, or behind the index that names them."""

    def __init__(self, *, local: Files, remote: Mapping[str, Files], other: Files) -> None:
        self._local = local
        self._remote = remote
        self._other = other
        """For files of an index that no longer has its name, as a lock may list."""

    def of(self, artifact: Artifact) -> Files:
        """Who has a file."""
        if artifact.url.startswith(FILE):
            return self._local
        return self._remote.get(artifact.index, self._other)


class Indexes:
    """See `wheelforge.simple.index.Index`.

    What a private index has is never looked for in a later one, so that nobody can slip a project of that name in
    there (PEP 708 describes the attack). A pinned project is taken from its own index only.
    """

    name = "the indexes"

    def __init__(
        self,
        *,
        ordered: Sequence[Pages],
        links: Sequence[Pages] = (),
        pins: Mapping[NormalizedName, Pages] | None = None,
        named: Mapping[str, Pages] | None = None,
        shelves: Shelves,
        reporter: Reporter = silent,
    ) -> None:
        self._ordered = tuple(ordered)
        self._links = tuple(links)
        self._pins = dict(pins or {})
        self._named = dict(named or {})
        self._shelves = shelves
        self._report = reporter
        self._projects: Once[Project | None] = Once()
        self._alone: Once[Project | None] = Once()

    async def project(self, name: NormalizedName) -> Project | None:
        """See `wheelforge.simple.index.Index`."""
        return await self._projects.get(name, lambda: self._find(name))

    async def project_from(self, name: NormalizedName, index: str) -> Project | None:
        """The files that the index of one name has, and no other.

        Raises:
            UsageError: no index has that name.
        """
        pages = self._named.get(index) or Undefined(index)
        return await self._alone.get((name, index), lambda: pages.project(name))

    async def metadata(self, artifact: Artifact) -> bytes:
        """See `wheelforge.simple.index.Index`."""
        located = await self._located(artifact)
        return await self._shelves.of(located).metadata(located)

    async def shape(self, artifact: Artifact) -> Shape:
        """See `wheelforge.simple.index.Index`."""
        located = await self._located(artifact)
        return await self._shelves.of(located).shape(located)

    async def fetch(self, artifact: Artifact) -> Fetched:
        """See `wheelforge.simple.index.Index`."""
        located = await self._located(artifact)
        fetched = await self._shelves.of(located).fetch(located)
        await check_allowed(artifact, fetched)
        return fetched

    async def _find(self, name: NormalizedName) -> Project | None:
        if name in self._pins:
            return await self._pins[name].project(name)
        linked = [await links.project(name) for links in self._links]
        found = [project for project in (*linked, await self._first(name)) if project is not None]
        if len(found) <= 1:
            return found[0] if found else None
        # The index, which is the last, speaks for the project as a whole.
        return replace(found[-1], releases=Merged([project.releases for project in found], self._report))

    async def _first(self, name: NormalizedName) -> Project | None:
        for index in self._ordered:
            if (found := await index.project(name)) is not None:
                return found
        return None

    async def _located(self, artifact: Artifact) -> Artifact:
        """With its URL, where a lock has left out that of a local place."""
        if artifact.url:
            return artifact
        is_known = artifact.index in self._named
        ask = self.project_from(artifact.name, artifact.index) if is_known else self.project(artifact.name)
        project = await ask
        offered = project.releases.get(artifact.version, ()) if project else ()
        for one in offered:
            if one.filename == artifact.filename:
                return replace(artifact, url=one.url, index=one.index)
        raise IndexAccessError(
            f"{artifact.filename} came from {artifact.index or 'a local place'}, where it is no longer to be had",
            hint="name the index or the --find-links that it came from, or renew the lock with -U",
        )


class Undefined:
    """Stands for an index that something is pinned to, though nothing tells where it is. A `Pages`."""

    def __init__(self, name: str, origin: str = "") -> None:
        self.name = name
        self._origin = origin

    async def project(self, name: NormalizedName) -> Project | None:
        """Say so.

        Raises:
            UsageError: always.
        """
        where = f"{self._origin}: " if self._origin else ""
        raise UsageError(
            f"{where}{name} is to be taken from the index {self.name!r}, and nothing here says where that is",
            hint=f"--index {self.name}=URL",
        )


class Merged(Mapping[Version, tuple[Artifact, ...]]):
    """The files of one project in several places; of two of one name the earlier place's counts."""

    def __init__(self, parts: Sequence[Mapping[Version, tuple[Artifact, ...]]], reporter: Reporter) -> None:
        self._parts = parts
        self._report = reporter
        self._versions = sorted({version for part in parts for version in part}, reverse=True)
        self._made: dict[Version, tuple[Artifact, ...]] = {}

    def __getitem__(self, version: Version) -> tuple[Artifact, ...]:
        if version not in self._made:
            self._made[version] = tuple(self._merge(version))
        return self._made[version]

    def __iter__(self) -> Iterator[Version]:
        return iter(self._versions)

    def __len__(self) -> int:
        return len(self._versions)

    def _merge(self, version: Version) -> Iterator[Artifact]:
        if not any(version in part for part in self._parts):
            raise KeyError(version)
        seen: dict[str, Artifact] = {}
        for artifact in (artifact for part in self._parts for artifact in part.get(version, ())):
            first = seen.setdefault(artifact.filename, artifact)
            if first is artifact:
                yield artifact
            elif first.sha256 and artifact.sha256 and first.sha256 != artifact.sha256:
                self._report(_clash(first, artifact))


def _clash(taken: Artifact, other: Artifact) -> Warn:
    return Warn(
        text=f"{taken.filename} is taken from {taken.index}, though {other.index} has another file of that name",
        hint=f"find out which is right; --pin {other.name}={other.index} takes the other",
    )
