"""Asks backends at collect, in a sandbox and offline, and remembers what they said."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from wheelforge.archives.wheel import read_metadata
from wheelforge.errors import BuildError
from wheelforge.metadata.core import parse_metadata
from wheelforge.model.metadata import Surety
from wheelforge.sandbox.wheels import EnvironmentWheel
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wheelforge.direct.port import PackedTree
    from wheelforge.forge.bench import Bench
    from wheelforge.forge.hooks import Backend
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.metadata import Metadata
    from wheelforge.simple.index import Index
    from wheelforge.store.records import Records

T = TypeVar("T")


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
        answer = await self._remembered("requires-for-wheel", await self._opened(sdist), wheels, _requires)
        return msgspec.json.decode(answer, type=tuple[str, ...])

    async def metadata(self, sdist: Artifact, wheels: Sequence[Artifact]) -> Metadata:
        """See `HookDesk`."""
        answer = await self._remembered("metadata", await self._opened(sdist), wheels, _metadata)
        return parse_metadata(answer, surety=Surety.HOOK, origin=sdist.filename)

    async def refuses(self) -> None:
        """See `HookDesk`."""

    async def isolation(self) -> str:
        """See `HookDesk`."""
        return self._bench.sandbox.isolation.value

    async def requires_for_sdist(self, tree: PackedTree, wheels: Sequence[Artifact]) -> tuple[str, ...]:
        """See `HookDesk`."""
        answer = await self._remembered("requires-for-sdist", _tree_source(tree), wheels, _requires_for_sdist)
        return msgspec.json.decode(answer, type=tuple[str, ...])

    async def sdist(self, tree: PackedTree, wheels: Sequence[Artifact], output: Path) -> Path:
        """See `HookDesk`."""
        environment = await self._environment(wheels)
        source = _tree_source(tree)
        return await self._asked(source, environment, lambda backend: backend.build_sdist(output))

    async def _opened(self, sdist: Artifact) -> _Source:
        fetched = await self._index.fetch(sdist)
        subject, log = f"{sdist.name} {sdist.version}", f"{sdist.name}-{sdist.version}"
        return _Source(path=fetched.path, key=fetched.sha256, subject=subject, log=log)

    async def _environment(self, wheels: Sequence[Artifact]) -> list[EnvironmentWheel]:
        fetched = await together(self._index.fetch(wheel) for wheel in wheels)
        return [
            EnvironmentWheel(path=one.path, sha256=one.sha256, filename=wheel.filename)
            for wheel, one in zip(wheels, fetched, strict=True)
        ]

    async def _remembered(
        self, hook: str, source: _Source, wheels: Sequence[Artifact], ask: Callable[[Backend], bytes]
    ) -> bytes:
        environment = await self._environment(wheels)
        conditions = [source.key, *sorted(wheel.sha256 for wheel in environment), self._bench.conditions]
        key = hashlib.sha256("\n".join(conditions).encode()).hexdigest()
        answer = self._records.get(hook, key)
        if answer is None:
            answer = await self._asked(source, environment, ask)
            self._records.put(hook, key, answer)
        return answer

    async def _asked(self, source: _Source, environment: Sequence[EnvironmentWheel], ask: Callable[[Backend], T]) -> T:
        async with self._places:
            return await asyncio.to_thread(self._ask, source, environment, ask)

    def _ask(self, source: _Source, environment: Sequence[EnvironmentWheel], ask: Callable[[Backend], T]) -> T:
        log = self._logs / f"{source.log}.hooks.log"
        log.unlink(missing_ok=True)
        with self._bench.backend(
            source.path, environment, subject=source.subject, log=log, project=source.project
        ) as backend:
            return ask(backend)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Whose backend is asked."""

    path: Path
    key: str
    """The same for the same bytes."""
    subject: str
    log: str
    project: str = "."


def _tree_source(tree: PackedTree) -> _Source:
    return _Source(
        path=tree.archive,
        key=tree.fingerprint,
        subject=tree.subject,
        log=f"tree-{tree.fingerprint[:16]}",
        project=tree.subdirectory or ".",
    )


def _requires_for_sdist(backend: Backend) -> bytes:
    return msgspec.json.encode(backend.requires_for_sdist())


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
