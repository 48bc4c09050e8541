"""The command line: one file a command. Settings in, one call, rendering."""

from __future__ import annotations


def main() -> None:
    """Run ``wheelforge``; ends the process with one of the exit codes of `ExitCode`."""
    from wheelforge.cli.app import run  # noqa: PLC0415 - what is imported here is paid for by `--version`

    run()
