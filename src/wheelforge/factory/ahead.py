"""Fetches what will most likely be chosen while the search still goes on; what comes in vain costs bytes only."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Protocol, Self

from wheelforge.errors import WheelforgeError
from wheelforge.resolve.candidates import identity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from wheelforge.model.artifacts import Artifact
    from wheelforge.resolve.candidates import Candidate, Identity
    from wheelforge.resolve.problem import Problem
    from wheelforge.simple.index import Index

_WHOLE = 1 << 20
"""Bytes: up to here a file is here as soon as what it says of itself, and saves the question for that."""
_AT_ONCE = 8
"""Larger files, so that those that somebody waits for are never queued behind them."""


class Forerunner(Protocol):
    """Hears what the search looks at."""

    def looked_at(self, candidate: Candidate, problem: Problem, /) -> None:
        """A candidate is the first that fits; what it requires is about to be read."""

    def followed(self, candidate: Candidate, problem: Problem, /) -> None:
        """What it requires is known."""

    def chosen(self, files: Iterable[Artifact], /) -> None:
        """The search is over, and came to these."""


class Idle:
    """Fetches nothing ahead: the `Forerunner` where files are not wanted."""

    def looked_at(self, candidate: Candidate, problem: Problem) -> None:
        """See `Forerunner`."""

    def followed(self, candidate: Candidate, problem: Problem) -> None:
        """See `Forerunner`."""

    def chosen(self, files: Iterable[Artifact]) -> None:
        """See `Forerunner`."""


class Ahead:
    """Fetches for each target one candidate of a project, for as long as it is entered. A `Forerunner`."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._likely: dict[tuple[object, ...], Identity] = {}
        self._begun: dict[Identity, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._begun.values():
            task.cancel()
        await asyncio.gather(*self._begun.values(), return_exceptions=True)

    def looked_at(self, candidate: Candidate, problem: Problem) -> None:
        """Fetch at once what is small, or is not itself asked what it requires."""
        file, likely = candidate.artifact, _likely(candidate, problem)
        if likely not in self._likely:
            self._likely[likely] = identity(file)
            if file is not candidate.evidence or _saves_a_question(file):
                self._begin(file)

    def followed(self, candidate: Candidate, problem: Problem) -> None:
        """Fetch what was too large to be waited for."""
        if self._likely.get(_likely(candidate, problem)) == identity(candidate.artifact):
            self._begin(candidate.artifact)

    def chosen(self, files: Iterable[Artifact]) -> None:
        """Give up what was begun in vain."""
        wanted = set(map(identity, files))
        for one, task in self._begun.items():
            if one not in wanted:
                task.cancel()

    def _begin(self, file: Artifact) -> None:
        if identity(file) not in self._begun:
            self._begun[identity(file)] = asyncio.create_task(self._fetch(file))

    async def _fetch(self, file: Artifact) -> None:
        # Whoever wants the file asks for it again, and hears what is wrong with it.
        with contextlib.suppress(WheelforgeError):
            if _saves_a_question(file):
                await self._index.fetch(file)
            else:
                async with self._places:
                    await self._index.fetch(file)


def _likely(candidate: Candidate, problem: Problem) -> tuple[object, ...]:
    return problem.target.name, candidate.name, candidate.artifact.kind


def _saves_a_question(file: Artifact) -> bool:
    return file.metadata_sha256 is None and file.size is not None and file.size <= _WHOLE
