"""Files that an index offers: sdists and wheels, and the projects they belong to."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wheelforge.model.digest import sha256

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.specifiers import SpecifierSet
    from packaging.tags import Tag
    from packaging.utils import BuildTag, NormalizedName
    from packaging.version import Version

    from wheelforge.model.digest import Digest
    from wheelforge.model.direct import DirectUrl


class Kind(enum.Enum):
    """The two forms of a distribution (PyPA glossary)."""

    SDIST = "sdist"
    WHEEL = "wheel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """One file on an index, as its page describes it (PEP 503, 691, 700)."""

    filename: str
    name: NormalizedName
    version: Version
    kind: Kind
    url: str
    """Absolute, without credentials; empty where no URL leads to it, as for an sdist that was made of a folder."""
    index: str
    """The name of the index that offers it."""
    sha256: str | None
    """Lower-case hex; ``None`` where the index promises none."""
    other_hashes: frozenset[Digest] = frozenset()
    """What the index promises besides: its bytes must have all of them."""
    allowed: frozenset[Digest] = frozenset()
    """The hashes that the user wrote down for it, of which its bytes must have one; empty where any will do."""
    size: int | None = None
    """Bytes (PEP 700)."""
    requires_python: SpecifierSet | None = None
    yanked: str | None = None
    """PEP 592: the reason, empty where none is given; ``None`` when it is not yanked."""
    upload_time: str | None = None
    """RFC 3339 in UTC (PEP 700)."""
    metadata_sha256: str | None = None
    """PEP 658/714: the hash of the metadata file, where one is promised with a hash."""
    tags: frozenset[Tag] = frozenset()
    """Empty for an sdist."""
    build: BuildTag = ()
    """The wheel's build tag, which orders wheels of equal tags."""
    provenance: str | None = None
    """PEP 740: where the index keeps the attestations of this file; absolute, without credentials."""
    direct: DirectUrl | None = None
    """For a file that was named by its place and comes from no index."""
    listed: str = field(default="", compare=False)
    """Where a lock lists it that is an input, for messages: ``pylock.toml: packages[3].wheels[0]``; else empty."""

    @property
    def promised_bytes(self) -> tuple[str, str | None, frozenset[Digest]]:
        """The same for files that stand at one place and must have the same bytes there."""
        return self.url, self.sha256, self.other_hashes

    @property
    def promises(self) -> frozenset[Digest]:
        """All hashes that the index promises."""
        return self.other_hashes if self.sha256 is None else self.other_hashes | {sha256(self.sha256)}

    @property
    def is_vouched(self) -> bool:
        """Whether its index promises one of the hashes that are allowed; where it does not, only its bytes can tell."""
        return not self.allowed or not self.allowed.isdisjoint(self.promises)


class Status(enum.Enum):
    """What an index says of a project as a whole (PEP 792)."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    QUARANTINED = "quarantined"
    DEPRECATED = "deprecated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """All files of one project on one index, by version, newest first."""

    name: NormalizedName
    index: str
    releases: Mapping[Version, tuple[Artifact, ...]]
    status: Status = Status.ACTIVE
    status_reason: str = ""
    """Free text of the index; empty where it gives none."""
