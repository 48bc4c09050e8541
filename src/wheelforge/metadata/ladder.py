"""The ladder: from a file's own static words down to asking its backend."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol, TypeAlias

from wheelforge.archives.sdist import read_sdist
from wheelforge.archives.wheel import read_metadata
from wheelforge.errors import ExitCode, ResolutionError
from wheelforge.metadata.core import parse_metadata
from wheelforge.metadata.patched import read_patched
from wheelforge.metadata.static import build_system, static_metadata
from wheelforge.model.artifacts import Kind
from wheelforge.model.metadata import Surety
from wheelforge.model.told import naming
from wheelforge.simple.once import Once

if TYPE_CHECKING:
    from collections.abc import Callable

    from wheelforge.archives.sdist import SdistContents
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.metadata import BuildSystem, Metadata
    from wheelforge.model.treatment import Patch
    from wheelforge.simple.index import Index

    PatchesOf: TypeAlias = Callable[[Artifact], tuple[Patch, ...]]


class AskBackend(Protocol):
    """The last rung: the backend's own ``prepare_metadata_for_build_wheel``."""

    async def __call__(self, sdist: Artifact, system: BuildSystem, assumed: Metadata | None, /) -> Metadata:
        """Run the hook in a sandbox, offline; or believe ``assumed``, what a wheel of the same version says.

        Raises:
            BackendNotAsked: neither can be done.
        """


class BackendNotAsked(ResolutionError):
    """Only the backend of an sdist knows what it requires, and it cannot be asked here: no reason to pass it over."""


class Disagreement(ResolutionError):
    """A file's metadata names another project or version than its file name; a resolver may try another version."""

    exit_code = ExitCode.INTEGRITY


def _no_patches(_sdist: Artifact) -> tuple[Patch, ...]:
    return ()


class Ladder:
    """Reads files of one index; an sdist is opened once for all who apply the same patches.

    ``patches_of`` tells what recipes change in an sdist before anybody reads here what it requires.
    """

    def __init__(self, index: Index, ask_backend: AskBackend, patches_of: PatchesOf = _no_patches) -> None:
        self._index = index
        self._ask_backend = ask_backend
        self._patches_of = patches_of
        self._contents: Once[SdistContents] = Once()

    async def assume(self, file: Artifact) -> Metadata:
        """What a file requires, as well as can be told without downloading a wheel in full."""
        if file.kind is Kind.SDIST:
            return await self.confirm(file, None)
        with naming(file.listed):
            data = await self._index.metadata(file)
            return _agreeing(file, parse_metadata(data, surety=Surety.WHEEL, origin=file.filename))

    async def confirm(self, file: Artifact, assumed: Metadata | None) -> Metadata:
        """What a file requires by its own checked bytes.

        Where an sdist does not say so statically its backend has the word; ``assumed`` is what a wheel of the same
        version says, if there is one.
        """
        if file.kind is Kind.WHEEL:
            with naming(file.listed):
                fetched = await self._index.fetch(file)
                data = await asyncio.to_thread(read_metadata, fetched.path, name=file.filename)
                return _agreeing(file, parse_metadata(data, surety=Surety.WHEEL, origin=file.filename))
        static = await self._static(file)
        if static is not None:
            return static
        system = await self.build_system(file, self._patches_of(file))
        return _agreeing(file, await self._ask_backend(file, system, assumed))

    async def stated(self, file: Artifact) -> Metadata | None:
        """What a file says of itself as it stands; ``None`` where only the backend of an sdist knows."""
        return await self._static(file) if file.kind is Kind.SDIST else await self.assume(file)

    async def _static(self, sdist: Artifact) -> Metadata | None:
        with naming(sdist.listed):
            contents = await self.contents(sdist, self._patches_of(sdist))
            static = static_metadata(contents, origin=sdist.filename)
            return None if static is None else _agreeing(sdist, static)

    async def build_system(self, sdist: Artifact, patches: tuple[Patch, ...]) -> BuildSystem:
        """``[build-system]``, always from the archive, as it is with these patches."""
        with naming(sdist.listed):
            return build_system(await self.contents(sdist, patches), origin=sdist.filename)

    async def contents(self, sdist: Artifact, patches: tuple[Patch, ...]) -> SdistContents:
        """The static files of an sdist, after its hash was checked, as they are with these patches."""
        key = (sdist.filename, sdist.sha256 or sdist.url, *(patch.sha256 for patch in patches))
        return await self._contents.get(key, lambda: self._read(sdist, patches))

    async def _read(self, sdist: Artifact, patches: tuple[Patch, ...]) -> SdistContents:
        fetched = await self._index.fetch(sdist)
        if patches:
            return await asyncio.to_thread(read_patched, fetched.path, patches, name=sdist.filename)
        return await asyncio.to_thread(read_sdist, fetched.path, name=sdist.filename)


def _agreeing(file: Artifact, metadata: Metadata) -> Metadata:
    if (metadata.name, metadata.version) == (file.name, file.version):
        return metadata
    raise Disagreement(
        f"{file.filename} holds metadata of {metadata.name} {metadata.version}",
        hint=f"exclude it: add {file.name}!={file.version} to a constraints file (-c FILE)",
    )
