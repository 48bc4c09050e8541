"""What could not be built, raised together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.errors import BuildError, WheelforgeError

if TYPE_CHECKING:
    from collections.abc import Mapping


class UnitsFailed(BuildError):
    """Several units could not be built; ``failures`` holds the error of each, by sdist."""

    def __init__(self, failures: Mapping[str, Exception]) -> None:
        self.failures = failures
        hints = (fault.hint for fault in failures.values() if isinstance(fault, WheelforgeError))
        # One broken build is the end of all that are asked among its wheel.
        super().__init__("\n".join(dict.fromkeys(map(str, failures.values()))), hint=next(filter(None, hints), None))


def raise_failures(failures: Mapping[str, Exception]) -> None:
    """Raise the one that there is, or all in one go.

    Raises:
        Exception: the only failure, as it is.
        UnitsFailed: there are several.
    """
    match [failures[unit] for unit in sorted(failures)]:
        case []:
            pass
        case [alone]:
            raise alone
        case _:
            raise UnitsFailed({unit: failures[unit] for unit in sorted(failures)})
