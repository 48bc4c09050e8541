"""Asks backends at collect, in a sandbox and offline, and remembers what they said."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from wheelforge.archives.wheel import read_metadata
from wheelforge.errors import BuildError
from wheelforge.factory.made import Order, WheelMaker
from wheelforge.factory.making import is_made
from wheelforge.factory.port import Answers
from wheelforge.forge.bench import Work
from wheelforge.forge.checks import Expected
from wheelforge.forge.toolchain import toolchain
from wheelforge.metadata.core import parse_metadata
from wheelforge.model.metadata import Surety
from wheelforge.model.treatment import PLAIN
from wheelforge.sandbox.wheels import EnvironmentWheel
from wheelforge.simple.once import Once
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wheelforge.direct.port import PackedTree
    from wheelforge.factory.made import Equipment
    from wheelforge.forge.hooks import Backend
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.inputs import Asked
    from wheelforge.model.metadata import Metadata
    from wheelforge.model.treatment import Treatment
    from wheelforge.simple.index import Index

T = TypeVar("T")
_BOTH = "requires-and-metadata"
_Texts = tuple[str, ...]


class SandboxDesk:
    """Asks backends in a sandbox, offline; an answer is remembered by all that could change it."""

    def __init__(self, *, index: Index, equipment: Equipment, places: asyncio.Semaphore) -> None:
        self._index = index
        self._equipment = equipment
        self._bench = equipment.bench
        self._records = equipment.store.records
        self._places = places
        self._asking: Once[Any] = Once()
        self._preparing: asyncio.Task[None] | None = None

    def prepare(self) -> None:
        """See `HookDesk`."""
        self._preparing = asyncio.create_task(asyncio.to_thread(self._bench.prepare))

    async def answers(self, sdist: Artifact, wheels: Sequence[Artifact], treatment: Treatment = PLAIN) -> Answers:
        """See `HookDesk`."""
        question = await self._question(await self._opened(sdist), wheels, treatment)
        said = await self._remembered(_BOTH, question, _answers, _Said)
        if said.metadata is None:
            return Answers(requires=said.requires, metadata=None)
        metadata = parse_metadata(said.metadata, surety=Surety.HOOK, origin=sdist.filename)
        return Answers(requires=said.requires, metadata=metadata)

    async def requires(
        self, sdist: Artifact, wheels: Sequence[Artifact], treatment: Treatment = PLAIN
    ) -> tuple[str, ...]:
        """See `HookDesk`."""
        question = await self._question(await self._opened(sdist), wheels, treatment)
        both = self._records.read(_BOTH, question.key, _Said)
        if both is not None:
            return both.requires
        return await self._remembered("requires-for-wheel", question, _requires, _Texts)

    async def metadata(self, sdist: Artifact, wheels: Sequence[Artifact], treatment: Treatment = PLAIN) -> Metadata:
        """See `HookDesk`."""
        question = await self._question(await self._opened(sdist), wheels, treatment)
        answer = await self._remembered("metadata", question, _metadata, bytes)
        return parse_metadata(answer, surety=Surety.HOOK, origin=sdist.filename)

    async def wheel(
        self,
        sdist: Artifact,
        wheels: Sequence[Artifact],
        treatment: Treatment = PLAIN,
        overrides: tuple[Asked, ...] = (),
    ) -> Artifact:
        """See `HookDesk`; it stands in the store, where a later build finds it."""
        source = await self._opened(sdist)
        order = Order(
            sdist=source.path,
            sha256=source.key,
            wheels=await self._environment(wheels),
            environment={wheel.name: wheel.version for wheel in wheels},
            expected=Expected(name=sdist.name, version=sdist.version, target=self._equipment.target),
            treatment=treatment,
            overrides=overrides,
        )
        async with self._places:
            made = await asyncio.to_thread(WheelMaker(self._equipment).wheel, order)
        return made.artifact(sdist)

    async def refuses(self) -> None:
        """See `HookDesk`."""

    async def isolation(self) -> str:
        """See `HookDesk`."""
        return self._bench.sandbox.isolation.value

    async def requires_for_sdist(self, tree: PackedTree, wheels: Sequence[Artifact]) -> tuple[str, ...]:
        """See `HookDesk`."""
        question = await self._question(_tree_source(tree), wheels, PLAIN)
        return await self._remembered("requires-for-sdist", question, _requires_for_sdist, _Texts)

    async def sdist(self, tree: PackedTree, wheels: Sequence[Artifact], output: Path) -> Path:
        """See `HookDesk`."""
        question = await self._question(_tree_source(tree), wheels, PLAIN)
        return await self._asked(question, lambda backend: backend.build_sdist(output))

    async def _opened(self, sdist: Artifact) -> _Source:
        fetched = await self._index.fetch(sdist)
        subject, log = f"{sdist.name} {sdist.version}", f"{sdist.name}-{sdist.version}"
        return _Source(path=fetched.path, key=fetched.sha256, subject=subject, log=log)

    async def _question(self, source: _Source, wheels: Sequence[Artifact], treatment: Treatment) -> _Question:
        environment = await self._environment(wheels)
        files = sorted(wheel.sha256 for wheel in environment)
        # What a backend finds on the machine may change what it asks for.
        conditions = [self._bench.conditions, treatment.fingerprint, toolchain()]
        key = hashlib.sha256("\n".join([source.key, *files, *conditions]).encode()).hexdigest()
        return _Question(source=source, environment=environment, treatment=treatment, key=key)

    async def _environment(self, wheels: Sequence[Artifact]) -> tuple[EnvironmentWheel, ...]:
        return tuple(await together(self._file(wheel) for wheel in wheels))

    async def _file(self, wheel: Artifact) -> EnvironmentWheel:
        if is_made(wheel):
            sha256 = wheel.sha256 or ""
            return EnvironmentWheel(
                path=self._equipment.store.blobs.path(sha256), sha256=sha256, filename=wheel.filename
            )
        fetched = await self._index.fetch(wheel)
        return EnvironmentWheel(path=fetched.path, sha256=fetched.sha256, filename=wheel.filename)

    async def _remembered(self, hook: str, question: _Question, ask: Callable[[Backend], T], form: type[T]) -> T:
        key = question.key
        answer = self._records.read(hook, key, form)
        if answer is not None:
            return answer

        async def learn() -> T:
            found = await self._asked(question, ask)
            self._records.write(hook, key, found)
            return found

        found: T = await self._asking.get((hook, key), learn)
        return found

    async def _asked(self, question: _Question, ask: Callable[[Backend], T]) -> T:
        async with self._places:
            return await asyncio.to_thread(self._ask, question, ask)

    def _ask(self, question: _Question, ask: Callable[[Backend], T]) -> T:
        source = question.source
        log = self._equipment.logs / f"{source.log}.hooks.log"
        log.unlink(missing_ok=True)
        work = Work(
            sdist=source.path,
            wheels=question.environment,
            subject=source.subject,
            log=log,
            project=source.project,
            treatment=question.treatment,
        )
        with self._bench.backend(work) as backend:
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
    treatment: Treatment
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


def _answers(backend: Backend) -> _Said:
    requires = backend.requires_for_wheel()
    return _Said(requires=requires, metadata=None if requires else _metadata(backend))


def _requires_for_sdist(backend: Backend) -> tuple[str, ...]:
    return backend.requires_for_sdist()


def _requires(backend: Backend) -> tuple[str, ...]:
    return backend.requires_for_wheel()


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
