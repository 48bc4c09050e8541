"""What is told of the settings before they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.events import Warn

if TYPE_CHECKING:
    from wheelforge.cli.machine import Machine


def tell_remarks(here: Machine) -> None:
    """Of what the settings say in vain, and of hosts that are trusted blindly."""
    for remark in here.settings.remarks:
        here.report(Warn(text=remark.text, hint=remark.hint))
    if hosts := sorted(here.settings.trusted_hosts.value):
        text = f"the certificates of {', '.join(hosts)} are not checked: anybody on the way can alter what comes"
        here.report(Warn(text=text, hint="name their certificate authority with --cert FILE instead"))
