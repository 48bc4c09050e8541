"""Options that come to a command as one value."""

from __future__ import annotations

from dataclasses import dataclass

import click
from click.testing import CliRunner

from wheelforge.cli.options import bundled


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    left: str
    right: bool


@click.command()
@bundled("pair", Pair, click.option("--left", default="none"), click.option("--right", is_flag=True))
@click.option("--other", default="nothing")
def command(pair: Pair, other: str) -> None:
    """Tell what came."""
    click.echo(f"{pair.left} {pair.right} {other}")


def test_options_of_a_bundle_come_as_one_value_and_the_others_by_themselves() -> None:
    assert CliRunner().invoke(command, ["--right", "--left", "some", "--other", "more"]).output == "some True more\n"
    assert CliRunner().invoke(command, []).output == "none False nothing\n"


def test_help_lists_the_options_of_a_bundle_in_their_order() -> None:
    told = CliRunner().invoke(command, ["--help"]).output
    assert told.index("--left") < told.index("--right") < told.index("--other")
