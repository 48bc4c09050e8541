"""Work that several want at once is done once, and all of them get what comes of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class _Job(Generic[T]):
    task: asyncio.Task[T]
    waiting: int = 0


class Once(Generic[T]):
    """Results by key: the first who asks starts the job, the others wait for it, later ones find it done.

    A failure goes to all who wait and is not remembered. The job goes on as long as anyone waits for it:
    one caller's cancelling is not another's.
    """

    def __init__(self) -> None:
        self._jobs: dict[Hashable, _Job[T]] = {}

    def begun(self, key: Hashable) -> bool:
        """Whether the job is done, or somebody waits for it."""
        return key in self._jobs

    async def get(self, key: Hashable, work: Callable[[], Coroutine[None, None, T]]) -> T:
        """The result of the job ``key``, which ``work`` does where nobody has begun it.

        Raises:
            Exception: whatever the job raises.
        """
        job = self._jobs.get(key)
        if job is None:
            job = self._jobs[key] = _Job(task=asyncio.create_task(work()))
        job.waiting += 1
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
