"""Tells what was measured as a Markdown table: a line for each peer of a row, and one for each of its limits."""

from __future__ import annotations

import os
import platform
import statistics
from typing import TYPE_CHECKING, TypeAlias

from rows import Measure
from tools import OURS, NotToBeHadError, tool

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rows import Limit, Peer, Row

Runs: TypeAlias = "Sequence[Mapping[Measure, float]] | str"
"""The figures of each run, or in words why there are none."""


def table(results: Mapping[Row, Mapping[str, Runs]], runs: int) -> Iterator[str]:
    """Say what was measured on what, then give the rows; results are by tool, or by what the row calls a peer."""
    names = sorted({peer.tool for row in results for peer in row.peers} - {OURS})
    yield f"Medians of {runs} runs, taken in turns, on {os.cpu_count()} cores, CPython {platform.python_version()}:"
    yield f"{', '.join(map(version, (OURS, *names)))}."
    yield ""
    yield "| work | wheelforge | peer | ratio | budget | |"
    yield "|---|---|---|---|---|---|"
    for row, found in results.items():
        yield from lines(row, found)


def lines(row: Row, found: Mapping[str, Runs]) -> Iterator[str]:
    """Give a row's lines."""
    ours = found[OURS]
    if isinstance(ours, str):
        yield f"| {row.what} | {ours} | | | | |"
        return
    for limit in row.limits:
        yield f"| {row.what} | {against_limit(median(ours, limit.measure), limit)} |"
    for peer in row.peers:
        yield f"| {row.what} | {against_peer(median(ours, Measure.SECONDS), found[peer.name], peer)} |"


def against_limit(mine: float, limit: Limit) -> str:
    """Our figure, the budget and the verdict."""
    if limit.most is None:
        return f"{told(mine, limit.measure)} | | | |"
    return f"{told(mine, limit.measure)} | | | {limit.most:g} {limit.measure.value} | {verdict(mine, limit.most)}"


def against_peer(mine: float, runs: Runs, peer: Peer) -> str:
    """Our time, the peer's, their ratio, the budget and the verdict."""
    ours = told(mine, Measure.SECONDS)
    if isinstance(runs, str):
        return f"{ours} | {peer.name}: {runs} | | {peer.ratio} x |"
    theirs = median(runs, Measure.SECONDS)
    ratio = mine / theirs
    return (
        f"{ours} | {peer.name} {told(theirs, Measure.SECONDS)} | {ratio:.2f} x | {peer.ratio} x "
        f"| {verdict(ratio, peer.ratio)}"
    )


def median(runs: Sequence[Mapping[Measure, float]], measure: Measure) -> float:
    """Of one figure, over all runs."""
    return statistics.median(run[measure] for run in runs)


def told(figure: float, measure: Measure) -> str:
    """A figure with its unit."""
    digits = 2 if measure is Measure.SECONDS else 0
    return f"{figure:.{digits}f} {measure.value}"


def verdict(measured: float, budget: float) -> str:
    """Say whether a figure is within its budget."""
    return "within" if measured <= budget else "over"


def version(name: str) -> str:
    """Name a tool with its version."""
    try:
        return f"{name} {tool(name).version}"
    except NotToBeHadError:
        return f"no {name}"
