"""The command line: one file a command. Settings in, one call, rendering."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def main() -> None:
    """Run ``wheelforge``; ends the process with one of the exit codes of `wheelforge.errors.ExitCode`."""
    try:
        from wheelforge.cli.app import run  # noqa: PLC0415 - whoever interrupts even the import gets no traceback

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
