"""Runs one of our commands in this process and tells of its solver, in JSON: ``solver.py collect jupyterlab``."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING
from unittest.mock import patch

from wheelforge import cli
from wheelforge.factory import collector, knowledge
from wheelforge.factory.knowledge import IndexFacts
from wheelforge.resolve.solver import solve

if TYPE_CHECKING:
    from wheelforge.resolve.catalog import Catalog
    from wheelforge.resolve.problem import Lacks, Problem, Solution


class Watch:
    """Stands where the command looks for the solver and the facts, and hands on to them."""

    def __init__(self) -> None:
        self.solving = 0.0
        """Seconds."""
        self.facts: list[IndexFacts] = []

    def solve(self, problem: Problem, catalog: Catalog) -> Solution | Lacks:
        """See `wheelforge.resolve.solver.solve`."""
        begin = time.perf_counter()
        try:
            return solve(problem, catalog)
        finally:
            self.solving += time.perf_counter() - begin

    def make_facts(self, **given: object) -> IndexFacts:
        """See `wheelforge.factory.knowledge.IndexFacts`."""
        self.facts.append(IndexFacts(**given))  # type: ignore[arg-type] # whatever it takes
        return self.facts[-1]


def main() -> int:
    """Run the command; the last line says how often it began to solve anew, and its solver's share of the time."""
    watch, begin = Watch(), time.perf_counter()
    with patch.object(knowledge, "solve", watch.solve), patch.object(collector, "IndexFacts", watch.make_facts):
        try:
            cli.main()
        except SystemExit as end:
            if end.code:
                raise
    share = 100 * watch.solving / (time.perf_counter() - begin)
    print(json.dumps({"restarts": sum(facts.restarts for facts in watch.facts), "solver": share}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
