"""The local engine: starts units as they become ready, as many at once as there are places."""

from __future__ import annotations

import asyncio
import enum
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from wheelforge.process.runner import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable

    from wheelforge.plan.schedule import Schedule


class OnFailure(enum.Enum):
    """What a failed unit means for the others."""

    STOP = "stop"
    """Start nothing more; what runs is let finish, since its result is kept."""
    GO_ON = "go on"
    """Build all that does not need it."""


async def run_units(
    schedule: Schedule, work: Callable[[str], None], *, places: int, on_failure: OnFailure
) -> dict[str, Exception]:
    """Run ``work`` for each unit in a thread, in the schedule's order.

    Returns:
        The failures, by unit; empty when all was done.

    Raises:
        Stopped: the work was interrupted, which is no failure of a unit.
    """
    failures: dict[str, Exception] = {}
    running: dict[asyncio.Future[None], str] = {}
    # The threads outlive the jails that they start: a jail dies with the thread that made it.
    with ThreadPoolExecutor(places, thread_name_prefix="unit") as pool:
        try:
            while True:
                stopped = failures and on_failure is OnFailure.STOP
                while not stopped and len(running) < places and (unit := schedule.start()) is not None:
                    running[asyncio.get_running_loop().run_in_executor(pool, work, unit)] = unit
                if not running:
                    return failures
                finished, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for future in sorted(finished, key=running.__getitem__):
                    unit = running.pop(future)
                    fault = future.exception()
                    match fault:
                        case None:
                            schedule.done(unit)
                        case Exception() if not isinstance(fault, Stopped):
                            failures[unit] = fault
                        case _:
                            raise fault
        finally:
            # Who interrupts the others has said so already; what they say of it is not told once more.
            await asyncio.gather(*running, return_exceptions=True)
