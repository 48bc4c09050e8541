"""The command itself: its sub-commands, loaded when they are called, and how errors become words and exit codes."""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from typing import TYPE_CHECKING, NoReturn

import click

from wheelforge.cli.output import print_error
from wheelforge.errors import ExitCode, StorageError, UsageError, WheelforgeError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "collect": "Collect every sdist and wheel that requirements need, and lock them.",
    "build": "Build a collected folder into a wheelhouse, offline.",
    "wheel": "Collect with build dependencies, then build: the main job.",
    "verify": "Prove a wheelhouse or a collected folder whole.",
    "why": "Tell who asked for a distribution, along which path.",
    "export": "Write who needs what, and why, for other tools.",
    "recipe": "Show, check or begin recipes: how projects are built that need help.",
    "cache": "Show, prune or empty the cache.",
}

TRACEBACK = "WHEELFORGE_TRACEBACK"
"""Set, it shows where a fault of wheelforge itself arose."""


class Commands(click.Group):
    """Sub-commands that are imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All, in the order in which one would need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"wheelforge.cli.{cmd_name}").command
        if not isinstance(command, click.Command):
            raise TypeError(cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001 - click's
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - only this needs it

        click.echo(f"wheelforge {version('wheelforge')}")
        context.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version, help="Show the version."
)
def wheelforge() -> None:
    """Collect every source that requirements need, build dependencies included; then build them all offline."""


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command to its end and leave with its exit code; nothing ends in a traceback."""
    if not sys.warnoptions:
        # Libraries warn developers; what a user should know is told as an event.
        warnings.simplefilter("ignore")
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(_run(given))


def _run(given: list[str]) -> int:
    try:
        outcome = wheelforge.main(given, prog_name="wheelforge", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted: what is finished is kept, the same command goes on from there", err=True)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; what Python still holds back must not be tried again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OTHER
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        return print_error(_told(error, given), given)
    return outcome if isinstance(outcome, int) else ExitCode.DONE


def _told(error: Exception, given: Sequence[str]) -> WheelforgeError:
    match error:
        case WheelforgeError():
            return error
        case click.UsageError(ctx=context):
            # What the parser itself refuses has no context.
            named = [one for one in given[:1] if one in COMMANDS]
            command = context.command_path if context is not None else " ".join(["wheelforge", *named])
            return UsageError(_sentence(error.format_message()), hint=f"{command} --help")
        case OSError():
            place = f"{error.filename}: " if error.filename else ""
            return StorageError(f"{place}{error.strerror or error}")
        case _:
            told = f"this is a fault of wheelforge: {type(error).__name__}: {error}"
            return WheelforgeError(told, hint=f"for a report: {TRACEBACK}=1 and the same command")


def _sentence(text: str) -> str:
    """What click says, in the form of our own messages."""
    return text[:1].lower() + text[1:].removesuffix(".")
