"""What an index is to the rest of the house: projects, metadata and outlines of wheels, and files, all checked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from wheelforge.errors import IntegrityError
from wheelforge.store.vouching import check_vouched

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.utils import NormalizedName

    from wheelforge.model.artifacts import Artifact, Project
    from wheelforge.model.shape import Shape

ALTERED = "try again; if it stays so, the index or a proxy on the way serves an altered file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A file whose bytes were checked."""

    path: Path
    """Where the bytes stand, to be read only: in the store, or in the folder that is the index."""
    sha256: str
    """Lower-case hex, also where the index promised none."""
    size: int
    """Bytes."""


async def check_allowed(artifact: Artifact, fetched: Fetched) -> None:
    """Make sure that a file has one of the hashes that the user wrote down for it, where he has.

    Raises:
        NotVouched: it has none of them.
    """
    if artifact.allowed:
        subject = f"{artifact.filename} from {artifact.index}"
        hint = "if you trust it, write its hash into the requirements file"
        check = partial(check_vouched, fetched.path, fetched.sha256, artifact.allowed, subject=subject, hint=hint)
        await asyncio.to_thread(check)


def check_size(artifact: Artifact, size: int) -> None:
    """Compare the bytes of a file with the number that its index promises, where it does.

    Raises:
        IntegrityError: they are fewer or more.
    """
    if artifact.size not in {None, size}:
        raise IntegrityError(
            f"{artifact.filename} has {size} bytes, not the {artifact.size} that its index promised, and is not used",
            hint=ALTERED,
        )


class Index(Protocol):
    """A source of distributions. Callers may ask for anything at once: what several want is fetched once."""

    @property
    def name(self) -> str:
        """What artifacts of this index carry as their `Artifact.index`."""

    async def project(self, name: NormalizedName) -> Project | None:
        """All files of a project; ``None`` where the index has no such project.

        Raises:
            IndexAccessError: the index does not answer, or not with a page.
        """

    async def metadata(self, artifact: Artifact) -> bytes:
        """The METADATA file of a wheel.

        Raises:
            IndexAccessError: the index does not answer.
            IntegrityError: it is not what was promised, or the wheel holds none.
        """

    async def shape(self, artifact: Artifact) -> Shape:
        """The outline of a wheel, without its files where ranges are to be had.

        Raises:
            IndexAccessError: the index does not answer.
            IntegrityError: it is not what was promised, or no wheel that can be read safely.
        """

    async def fetch(self, artifact: Artifact) -> Fetched:
        """The whole file.

        Raises:
            IndexAccessError: the index does not answer.
            IntegrityError: the bytes have another hash than was promised.
            StorageError: the disk is full, or the store cannot be written.
        """
