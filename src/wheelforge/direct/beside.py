"""An index, and beside it the files that were obtained from places: one face for both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wheelforge.direct.obtained import INDEX
from wheelforge.model.told import naming

if TYPE_CHECKING:
    from packaging.utils import NormalizedName

    from wheelforge.direct.index import DirectIndex
    from wheelforge.model.artifacts import Artifact, Project
    from wheelforge.model.shape import Shape
    from wheelforge.simple.index import Fetched, Index


@dataclass(frozen=True, slots=True)
class Beside:
    """See `wheelforge.simple.index.Index`: by name only the index offers something."""

    index: Index
    direct: DirectIndex

    @property
    def name(self) -> str:
        """The index's."""
        return self.index.name

    async def project(self, name: NormalizedName) -> Project | None:
        """See `wheelforge.simple.index.Index`."""
        return await self.index.project(name)

    async def metadata(self, artifact: Artifact) -> bytes:
        """See `wheelforge.simple.index.Index`."""
        with naming(artifact.listed):
            return await self._of(artifact).metadata(artifact)

    async def shape(self, artifact: Artifact) -> Shape:
        """See `wheelforge.simple.index.Index`."""
        with naming(artifact.listed):
            return await self._of(artifact).shape(artifact)

    async def fetch(self, artifact: Artifact) -> Fetched:
        """See `wheelforge.simple.index.Index`."""
        with naming(artifact.listed):
            return await self._of(artifact).fetch(artifact)

    def _of(self, artifact: Artifact) -> Index:
        return self.direct if artifact.index == INDEX else self.index
