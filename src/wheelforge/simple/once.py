"""Work that several want at once is done once, and all of them get what comes of it."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from wheelforge.errors import ResolutionError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable, Sequence

T = TypeVar("T")


class WaitsForItself(ResolutionError):
    """A job asks for its own result, perhaps over others: ``keys`` lead from the one to itself, ends included."""

    def __init__(self, keys: Sequence[Hashable]) -> None:
        self.keys = tuple(keys)
        super().__init__(f"this needs itself: {' -> '.join(map(str, keys))}")


@dataclass(slots=True, kw_only=True, eq=False)
class _Job:
    key: Hashable
    waiting: int = 0
    asks: list[_Job] = field(default_factory=list)
    """The jobs that this one waits for now."""

    def way_to(self, other: _Job) -> list[_Job] | None:
        """How this one comes to wait for another; ``None`` where it does not."""
        ways, found = [[self]], {self}
        while ways:
            way = ways.pop()
            if way[-1] is other:
                return way
            fresh = [job for job in way[-1].asks if job not in found]
            found.update(fresh)
            ways += [[*way, job] for job in fresh]
        return None


@dataclass(slots=True, kw_only=True, eq=False)
class _Begun(_Job, Generic[T]):
    task: asyncio.Task[T] = field(init=False)


_INSIDE: ContextVar[_Job | None] = ContextVar("_INSIDE", default=None)
"""The job, of whichever `Once`, that the running code is part of."""


class Once(Generic[T]):
    """Results by key: the first who asks starts the job, the others wait for it, later ones find it done.

    A failure goes to all who wait and is not remembered. The job goes on as long as anyone waits for it:
    one caller's cancelling is not another's. Jobs that would wait for each other for ever are told so.
    """

    def __init__(self) -> None:
        self._jobs: dict[Hashable, _Begun[T]] = {}

    def begun(self, key: Hashable) -> bool:
        """Whether the job is done, or somebody waits for it."""
        return key in self._jobs

    async def get(self, key: Hashable, work: Callable[[], Coroutine[None, None, T]]) -> T:
        """The result of the job ``key``, which ``work`` does where nobody has begun it.

        Raises:
            WaitsForItself: whoever asks is part of what the job waits for.
            Exception: whatever the job raises.
        """
        job, asker = self._jobs.get(key), _INSIDE.get()
        if job is None:
            job = self._jobs[key] = _Begun(key=key)
            job.task = asyncio.create_task(_as_part_of(job, work))
        elif asker is not None and not job.task.done() and (way := job.way_to(asker)):
            raise WaitsForItself([one.key for one in (asker, *way)])
        job.waiting += 1
        if asker is not None:
            asker.asks.append(job)
        try:
            return await asyncio.shield(job.task)
        except BaseException:
            if not job.task.done() and job.waiting == 1:
                job.task.cancel()
            if self._jobs.get(key) is job and (job.task.done() or job.waiting == 1):
                del self._jobs[key]
            raise
        finally:
            job.waiting -= 1
            if asker is not None:
                asker.asks.remove(job)


async def _as_part_of(job: _Job, work: Callable[[], Coroutine[None, None, T]]) -> T:
    _INSIDE.set(job)
    return await work()
