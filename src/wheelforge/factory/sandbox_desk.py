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
from wheelforge.factory.knowledge import Answers
from wheelforge.metadata.core import parse_metadata
from wheelforge.model.metadata import Surety
from wheelforge.sandbox.wheels import EnvironmentWheel
from wheelforge.simple.once import Once
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
_BOTH = "requires-and-metadata"


class SandboxDesk:
    """Asks backends in a sandbox, offline; an answer is remembered by all that could change it."""

    def __init__(self, *, index: Index, bench: Bench, records: Records, logs: Path, places: asyncio.Semaphore) -> None:
        self._index = index
        self._bench = bench
        self._records = records
        self._logs = logs
        self._places = places
        self._asking: Once[bytes] = Once()
        self._preparing: asyncio.Task[None] | None = None

    def prepare(self) -> None:
        """See `HookDesk`."""
        self._preparing = asyncio.create_task(asyncio.to_thread(self._bench.prepare))

    async def answers(self, sdist: Artifact, wheels: Sequence[Artifact]) -> Answers:
        """See `HookDesk`."""
        question = await self._question(await self._opened(sdist), wheels)
        said = msgspec.json.decode(await self._remembered(_BOTH, question, _answers), type=_Said)
        if said.metadata is None:
            return Answers(requires=said.requires, metadata=None)
        metadata = parse_metadata(said.metadata, surety=Surety.HOOK, origin=sdist.filename)
        return Answers(requires=said.requires, metadata=metadata)

    async def requires(self, sdist: Artifact, wheels: Sequence[Artifact]) -> tuple[str, ...]:
        """See `HookDesk`."""
        question = await self._question(await self._opened(sdist), wheels)
        both = self._records.get(_BOTH, question.key)
        if both is not None:
            return msgspec.json.decode(both, type=_Said).requires
        answer = await self._remembered("requires-for-wheel", question, _requires)
        return msgspec.json.decode(answer, type=tuple[str, ...])

    async def metadata(self, sdist: Artifact, wheels: Sequence[Artifact]) -> Metadata:
        """See `HookDesk`."""
        question = await self._question(await self._opened(sdist), wheels)
        answer = await self._remembered("metadata", question, _metadata)
        return parse_metadata(answer, surety=Surety.HOOK, origin=sdist.filename)

    async def refuses(self) -> None:
        """See `HookDesk`."""

    async def isolation(self) -> str:
        """See `HookDesk`."""
        return self._bench.sandbox.isolation.value

    async def requires_for_sdist(self, tree: PackedTree, wheels: Sequence[Artifact]) -> tuple[str, ...]:
        """See `HookDesk`."""
        question = await self._question(_tree_source(tree), wheels)
        answer = await self._remembered("requires-for-sdist", question, _requires_for_sdist)
        return msgspec.json.decode(answer, type=tuple[str, ...])

    async def sdist(self, tree: PackedTree, wheels: Sequence[Artifact], output: Path) -> Path:
        """See `HookDesk`."""
        question = await self._question(_tree_source(tree), wheels)
        return await self._asked(question, lambda backend: backend.build_sdist(output))

    async def _opened(self, sdist: Artifact) -> _Source:
        fetched = await self._index.fetch(sdist)
        subject, log = f"{sdist.name} {sdist.version}", f"{sdist.name}-{sdist.version}"
        return _Source(path=fetched.path, key=fetched.sha256, subject=subject, log=log)

    async def _question(self, source: _Source, wheels: Sequence[Artifact]) -> _Question:
        fetched = await together(self._index.fetch(wheel) for wheel in wheels)
        environment = tuple(
            EnvironmentWheel(path=one.path, sha256=one.sha256, filename=wheel.filename)
            for wheel, one in zip(wheels, fetched, strict=True)
        )
        conditions = [source.key, *sorted(wheel.sha256 for wheel in environment), self._bench.conditions]
        key = hashlib.sha256("\n".join(conditions).encode()).hexdigest()
        return _Question(source=source, environment=environment, key=key)

    async def _remembered(self, hook: str, question: _Question, ask: Callable[[Backend], bytes]) -> bytes:
        key = question.key
        answer = self._records.get(hook, key)
        if answer is not None:
            return answer

        async def learn() -> bytes:
            found = await self._asked(question, ask)
            self._records.put(hook, key, found)
            return found

        return await self._asking.get((hook, key), learn)

    async def _asked(self, question: _Question, ask: Callable[[Backend], T]) -> T:
        async with self._places:
            return await asyncio.to_thread(self._ask, question, ask)

    def _ask(self, question: _Question, ask: Callable[[Backend], T]) -> T:
        source = question.source
        log = self._logs / f"{source.log}.hooks.log"
        log.unlink(missing_ok=True)
        with self._bench.backend(
            source.path, question.environment, subject=source.subject, log=log, project=source.project
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """Whose backend is asked, and where."""

    source: _Source
    environment: tuple[EnvironmentWheel, ...]
    key: str
    """The same for all that gives the same answers."""


def _tree_source(tree: PackedTree) -> _Source:
    return _Source(
        path=tree.archive,
        key=tree.fingerprint,
        subject=tree.subject,
        log=f"tree-{tree.fingerprint[:16]}",
        project=tree.subdirectory or ".",
    )


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """`Answers` as they are remembered."""

    requires: tuple[str, ...]
    metadata: bytes | None


def _answers(backend: Backend) -> bytes:
    requires = backend.requires_for_wheel()
    return msgspec.json.encode(_Said(requires=requires, metadata=None if requires else _metadata(backend)))


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
