"""What one index has said of its wheels: their METADATA and their outlines, kept in the store for later runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

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
        return self._get(_METADATA, wheel)

    def shape(self, wheel: Artifact) -> Shape | None:
        """Its outline, where it is known."""
        data = self._get(_SHAPE, wheel)
        try:
            return None if data is None else msgspec.json.decode(data, type=Shape)
        except msgspec.MsgspecError:
            return None  # another version of wheelforge wrote it

    def learn_metadata(self, wheel: Artifact, data: bytes) -> None:
        """Remember its METADATA."""
        self._put(_METADATA, wheel, data)

    def learn_shape(self, wheel: Artifact, shape: Shape) -> None:
        """Remember its outline."""
        self._put(_SHAPE, wheel, msgspec.json.encode(shape))

    def _get(self, kind: str, wheel: Artifact) -> bytes | None:
        return self._records.get(kind, self._key(wheel)) if wheel.sha256 else None

    def _put(self, kind: str, wheel: Artifact, data: bytes) -> None:
        if wheel.sha256:
            self._records.put(kind, self._key(wheel), data)

    def _key(self, wheel: Artifact) -> str:
        """By index too: what one says of a wheel must not speak for another index."""
        return f"{self._index} {wheel.sha256}"
