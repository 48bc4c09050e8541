"""What one index has said of its wheels: their METADATA and their outlines, kept in the store for later runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.model.shape import Shape

if TYPE_CHECKING:
    from wheelforge.model.artifacts import Artifact
    from wheelforge.store.records import Records

_METADATA, _SHAPE = "wheel-metadata", "wheel-shape"


class KnownWheels:
    """By hash, so that nothing is remembered of a wheel for which the index promises none."""

    def __init__(self, records: Records, index: str) -> None:
        self._records = records
        self._index = index

    def metadata(self, wheel: Artifact) -> bytes | None:
        """Its METADATA, where it is known."""
        return self._records.get(_METADATA, self._key(wheel)) if wheel.sha256 else None

    def shape(self, wheel: Artifact) -> Shape | None:
        """Its outline, where it is known."""
        return self._records.read(_SHAPE, self._key(wheel), Shape) if wheel.sha256 else None

    def learn_metadata(self, wheel: Artifact, data: bytes) -> None:
        """Remember its METADATA."""
        if wheel.sha256:
            self._records.put(_METADATA, self._key(wheel), data)

    def learn_shape(self, wheel: Artifact, shape: Shape) -> None:
        """Remember its outline."""
        if wheel.sha256:
            self._records.write(_SHAPE, self._key(wheel), shape)

    def _key(self, wheel: Artifact) -> str:
        """By index too: what one says of a wheel must not speak for another index."""
        return f"{self._index} {wheel.sha256}"
