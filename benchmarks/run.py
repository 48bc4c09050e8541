"""Measures our commands side by side with their peers, turn by turn, and prints a table of figures and budgets."""

from __future__ import annotations

import argparse
import contextlib
import shlex
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from contestant import Contestant
from rows import ROWS, Measure, Row
from table import table
from tools import OURS, NotToBeHadError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from table import Runs

SHOWN = 15
"""Lines of a failed command's output."""
FAILED = "failed"


def main() -> int:
    """Measure the rows asked for; exit code 1 when one of our commands failed, whatever the figures are."""
    names = [row.name for row in ROWS]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"some of {', '.join(names)}; all unless named")
    parser.add_argument("-n", "--runs", type=int, default=5, help="how often each command runs (5)")
    options = parser.parse_args()
    if unknown := set(options.rows) - set(names):
        parser.error(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    rows = [row for row in ROWS if row.name in (options.rows or names)]
    results: dict[Row, Mapping[str, Runs]] = {}
    with tempfile.TemporaryDirectory(prefix="wheelforge-bench-") as folder:
        for row in rows:
            results[row] = measure(row, options.runs, Path(folder, row.name))
    print(*table(results, options.runs), sep="\n")
    return int(any(found[OURS] == FAILED for found in results.values()))


def measure(row: Row, runs: int, place: Path) -> Mapping[str, Runs]:
    """Make ready what a row needs, then run its commands turn by turn: the runs by tool, or by a peer's name."""
    ours = Contestant(tool=OURS, place=place / OURS, shared=place / "shared")
    with contextlib.ExitStack() as servers:
        try:
            for command in row.once:
                ours.run(command)
            index = servers.enter_context(ours.serving(row.index)) if row.index else ""
            ours.forget()
            for command in row.prepare:
                replace(ours, index=index).run(command)
        except subprocess.CalledProcessError as error:
            return {OURS: failure(error)}
        tools = {OURS: OURS} | {peer.name: peer.tool for peer in row.peers}
        commands = {OURS: row.ours} | {peer.name: peer.command for peer in row.peers}
        contestants = {
            name: Contestant(tool=one, place=place / name, shared=ours.shared, index=index)
            for name, one in tools.items()
        }
        return take_turns(row, runs, contestants, commands)


def take_turns(
    row: Row, runs: int, contestants: Mapping[str, Contestant], commands: Mapping[str, str]
) -> Mapping[str, Runs]:
    """One run each, ours first, again and again. Who fails or is not to be had stays out from then on."""
    done: dict[str, list[Mapping[Measure, float]]] = {name: [] for name in contestants}
    out: dict[str, str] = {}
    for turn in range(runs):
        for name in [name for name in contestants if name not in out]:
            try:
                if not row.prepare:
                    contestants[name].forget()
                done[name].append(contestants[name].run(commands[name]))
            except NotToBeHadError as reason:
                out[name] = f"skipped: {reason}"
            except subprocess.CalledProcessError as error:
                out[name] = failure(error)
            else:
                seconds = done[name][-1][Measure.SECONDS]
                print(f"{row.name} {turn + 1}/{runs}: {name} {seconds:.2f} s", file=sys.stderr)
    return done | out


def failure(error: subprocess.CalledProcessError) -> str:
    """Show the end of what a failed command said."""
    tail = "\n".join((error.stdout or "").splitlines()[-SHOWN:])
    print(f"{shlex.join(map(str, error.cmd))} exited {error.returncode}:\n{tail}", file=sys.stderr)
    return FAILED


if __name__ == "__main__":
    sys.exit(main())
