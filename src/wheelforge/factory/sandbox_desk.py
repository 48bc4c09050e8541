"""Asks backends at collect, in a sandbox and offline, and remembers what they said."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from wheelforge.archives.wheel import read_metadata
from wheelforge.errors import BuildError
from wheelforge.metadata.core import parse_metadata
from wheelforge.model.metadata import Surety
from wheelforge.sandbox.wheels import EnvironmentWheel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wheelforge.forge.bench import Bench
    from wheelforge.forge.hooks import Backend
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.metadata import Metadata
    from wheelforge.simple.index import Index
    from wheelforge.store.records import Records


class SandboxDesk:
    """Asks backends in a sandbox, offline; an answer is remembered by all that could change it."""

    def __init__(self, *, index: Index, bench: Bench, records: Records, logs: Path, places: asyncio.Semaphore) -> None:
        self._index = index
        self._bench = bench
        self._records = records
        self._logs = logs
        self._places = places

    async def requires(self, sdist: Artifact, wheels: Sequence[Artifact]) -> tuple[str, ...]:
        """See `HookDesk`."""
        answer = await self._remembered("requires-for-wheel", sdist, wheels, _requires)
        return msgspec.json.decode(answer, type=tuple[str, ...])

    async def metadata(self, sdist: Artifact, wheels: Sequence[Artifact]) -> Metadata:
        """See `HookDesk`."""
        answer = await self._remembered("metadata", sdist, wheels, _metadata)
        return parse_metadata(answer, surety=Surety.HOOK, origin=sdist.filename)

    async def _remembered(
        self, hook: str, sdist: Artifact, wheels: Sequence[Artifact], ask: Callable[[Backend], bytes]
    ) -> bytes:
        source = await self._index.fetch(sdist)
        fetched = await asyncio.gather(*(self._index.fetch(wheel) for wheel in wheels))
        conditions = [source.sha256, *sorted(one.sha256 for one in fetched), self._bench.conditions]
        key = hashlib.sha256("\n".join(conditions).encode()).hexdigest()
        answer = self._records.get(hook, key)
        if answer is None:
            environment = [
                EnvironmentWheel(path=one.path, sha256=one.sha256, filename=wheel.filename)
                for wheel, one in zip(wheels, fetched, strict=True)
            ]
            async with self._places:
                answer = await asyncio.to_thread(self._ask, sdist, source.path, environment, ask)
            self._records.put(hook, key, answer)
        return answer

    def _ask(
        self, sdist: Artifact, path: Path, wheels: Sequence[EnvironmentWheel], ask: Callable[[Backend], bytes]
    ) -> bytes:
        subject = f"{sdist.name} {sdist.version}"
        log = self._logs / f"{sdist.name}-{sdist.version}.hooks.log"
        log.unlink(missing_ok=True)
        with self._bench.backend(path, wheels, subject=subject, log=log) as backend:
            return ask(backend)


def _requires(backend: Backend) -> bytes:
    return msgspec.json.encode(backend.requires_for_wheel())


def _metadata(backend: Backend) -> bytes:
    """METADATA as the backend prepares it, or where it has no hook for that (PEP 517) out of a wheel that it builds."""
    with tempfile.TemporaryDirectory(prefix="wheelforge-") as scratch:
        prepared = backend.prepare_metadata(Path(scratch))
        if prepared is None:
            return read_metadata(backend.build_wheel(Path(scratch)))
        try:
            return (prepared / "METADATA").read_bytes()
        except OSError as error:
            raise BuildError(f"the backend prepared {prepared.name} without a METADATA file") from error
