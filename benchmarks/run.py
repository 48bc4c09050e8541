"""Measures collect and build side by side with peers, turn by turn, and prints a table of ratios."""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rows import ROWS, Row
from tools import OURS, NotToBeHadError, surroundings, tool

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOWN = 15
"""Lines of a failed command's output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """One command of a row, and the folder where its runs work."""

    tool: str
    command: str
    place: Path
    prepare: tuple[str, ...] = ()

    def timed(self) -> float:
        """Run once, cold unless prepared, and give the wall time in seconds.

        Raises:
            CalledProcessError: the command failed; what it said stands in the error.
        """
        if not self.prepare:
            shutil.rmtree(self.place, ignore_errors=True)
        return self.run(self.command)

    def run(self, command: str) -> float:
        """Run any command in this contestant's place and surroundings."""
        out, cache = self.place / "out", self.place / "cache"
        for folder in (out, cache):
            folder.mkdir(parents=True, exist_ok=True)
        program = tool(self.tool).program
        names = {self.tool: program, "out": out, "python": sys.executable}
        words = [word.format_map(names) for word in shlex.split(command)]
        env = surroundings(cache)
        env["PATH"] = f"{program.parent}{os.pathsep}{env['PATH']}"
        begin = time.perf_counter()
        subprocess.run(words, cwd=out, env=env, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return time.perf_counter() - begin


def main() -> int:
    """Measure the rows asked for; exit code 1 when one of our commands failed, whatever the ratios are."""
    names = [row.name for row in ROWS]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"some of {', '.join(names)}; all unless named")
    parser.add_argument("-n", "--runs", type=int, default=5, help="how often each command runs (5)")
    options = parser.parse_args()
    if unknown := set(options.rows) - set(names):
        parser.error(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    rows = [row for row in ROWS if row.name in (options.rows or names)]
    lines: list[str] = []
    with tempfile.TemporaryDirectory(prefix="wheelforge-bench-") as folder:
        for row in rows:
            lines += describe(row, measure(row, options.runs, Path(folder, row.name)))
    print(*heading(rows, options.runs), *lines, sep="\n")
    return int(any("| failed |" in line for line in lines))


def measure(row: Row, runs: int, place: Path) -> dict[str, list[float] | str]:
    """Run a row's commands turn by turn: seconds by tool, or in words why there are none."""
    ours = Contestant(tool=OURS, command=row.ours, place=place / OURS, prepare=row.prepare)
    peers = [Contestant(tool=peer.tool, command=peer.command, place=place / peer.tool) for peer in row.peers]
    results: dict[str, list[float] | str] = {contestant.tool: [] for contestant in (ours, *peers)}
    for turn in range(runs):
        for contestant in (ours, *peers):
            seconds = results[contestant.tool]
            if isinstance(seconds, str):
                continue
            try:
                for command in contestant.prepare if turn == 0 else ():
                    contestant.run(command)
                seconds.append(contestant.timed())
            except NotToBeHadError as reason:
                results[contestant.tool] = f"skipped: {reason}"
            except subprocess.CalledProcessError as error:
                results[contestant.tool] = "failed"
                tail = "\n".join((error.stdout or "").splitlines()[-SHOWN:])
                print(f"{shlex.join(map(str, error.cmd))} exited {error.returncode}:\n{tail}", file=sys.stderr)
            else:
                print(f"{row.name} {turn + 1}/{runs}: {contestant.tool} {seconds[-1]:.2f} s", file=sys.stderr)
    return results


def describe(row: Row, results: dict[str, list[float] | str]) -> Iterator[str]:
    """Give a row's lines of the table: one a peer, one for a budget in seconds."""
    ours = results[OURS]
    if isinstance(ours, str):
        yield f"| {row.what} | {ours} | | | | |"
        return
    mine = statistics.median(ours)
    if row.seconds is not None:
        yield f"| {row.what} | {mine:.2f} s | | | {row.seconds} s | {verdict(mine, row.seconds)} |"
    for peer in row.peers:
        theirs = results[peer.tool]
        if isinstance(theirs, str):
            yield f"| {row.what} | {mine:.2f} s | {peer.tool}: {theirs} | | {peer.ratio} x | |"
        else:
            median = statistics.median(theirs)
            ratio = mine / median
            yield (
                f"| {row.what} | {mine:.2f} s | {peer.tool} {median:.2f} s | {ratio:.2f} x | {peer.ratio} x "
                f"| {verdict(ratio, peer.ratio)} |"
            )


def verdict(measured: float, budget: float) -> str:
    """Say whether a figure is within its budget."""
    return "within" if measured <= budget else "over"


def heading(rows: list[Row], runs: int) -> Iterator[str]:
    """Say what was measured on what, then open the table."""
    names = [OURS, *sorted({peer.tool for row in rows for peer in row.peers})]
    yield f"Medians of {runs} runs, taken in turns, on {os.cpu_count()} cores, CPython {platform.python_version()}:"
    yield f"{', '.join(map(version, names))}."
    yield ""
    yield "| work | wheelforge | peer | ratio | budget | |"
    yield "|---|---|---|---|---|---|"


def version(name: str) -> str:
    """Name a tool with its version."""
    try:
        return f"{name} {tool(name).version}"
    except NotToBeHadError:
        return f"no {name}"


if __name__ == "__main__":
    sys.exit(main())
