"""Options that say how a folder is collected: what a lock that stands there counts for, and what may be run."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import click
from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from wheelforge.cli.options import bundled
from wheelforge.cli.seconds import SECONDS
from wheelforge.errors import UsageError
from wheelforge.factory.collect import CollectOptions
from wheelforge.factory.following import Drift, Following
from wheelforge.factory.layout import Layout
from wheelforge.model.inputs import ALL


class MayRun(enum.Enum):
    """What of others may be run while collecting."""

    HOOKS = "hooks"
    """Backends, where only they know, in a sandbox."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collecting:
    """How a folder is collected."""

    upgrade: bool
    upgrade_packages: tuple[str, ...]
    locked: bool
    static: bool
    hook_timeout: float
    """Seconds."""
    layout: str

    def options(self) -> CollectOptions:
        """The same, as the factory takes it.

        Raises:
            UsageError: the lock is to be followed to the letter, and renewed; or what is to be renewed is no project.
        """
        named = {_project(name) for name in self.upgrade_packages}
        upgrade = {ALL} if self.upgrade else named
        if upgrade and self.locked:
            raise UsageError("--locked and --upgrade exclude each other", hint="leave one of them out")
        return CollectOptions(
            following=Following(upgrade=frozenset(upgrade), drift=Drift.REFUSE if self.locked else Drift.RENEW),
            layout=Layout(self.layout),
        )

    def may_run(self) -> MayRun:
        """Whether backends are asked."""
        return MayRun.NOTHING if self.static else MayRun.HOOKS


def _project(text: str) -> NormalizedName:
    try:
        return canonicalize_name(text, validate=True)
    except InvalidName:
        raise UsageError(f"--upgrade-package: {text!r} is no name of a project", hint=_NAME_ALONE) from None


HOOK_TIMEOUT = "--hook-timeout"
_NAME_ALONE = "give the name alone; a bound stands in a requirement or a constraint"

collecting = bundled(
    "collecting",
    Collecting,
    click.option("-U", "--upgrade", is_flag=True, help="Do not follow the lock that stands in the folder."),
    click.option(
        "--upgrade-package", "-P", "upgrade_packages", multiple=True, metavar="NAME",
        help="Let go of the locked version of this project only. Repeatable.",
    ),
    click.option("--locked", is_flag=True, help="Follow the lock in the folder to the letter; drift is an error."),
    click.option("--static", is_flag=True, help="Run nothing at all of what is collected, in no sandbox either."),
    click.option(
        HOOK_TIMEOUT, type=SECONDS, default=300.0, metavar="SECONDS",
        help="How long one hook of a backend may take while collecting. [default: 300]",
    ),
    click.option(
        "--layout", type=click.Choice(["auto", "flat", "per-target"]), default="auto",
        help="One folder for all targets, or one for each; auto parts them only where they clash. [default: auto]",
    ),
)  # fmt: skip
