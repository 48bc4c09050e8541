"""The command line: one file a command. Settings in, one call, rendering."""

from __future__ import annotations

import gc
import sys

INTERRUPTED = 130
_SELDOM = 1_000_000
"""Objects made between two searches for circles of them: a command leaves few, and each search costs time."""


def main() -> None:
    """Run ``wheelforge``; ends the process with one of the exit codes of `wheelforge.errors.ExitCode`."""
    gc.set_threshold(_SELDOM)
    try:
        from wheelforge.cli.app import run  # noqa: PLC0415 - whoever interrupts even the import gets no traceback

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    finally:
        # Python searches several times more as it ends, when nobody needs the memory any longer.
        gc.freeze()
