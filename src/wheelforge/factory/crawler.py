"""Reads ahead of the solver, breadth first, so that a cold solve waits for the network a few times only."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from wheelforge.errors import BuildError, IntegrityError, ResolutionError
from wheelforge.events import Looked
from wheelforge.metadata.ladder import BackendNotAsked
from wheelforge.resolve.problem import applies, wants
from wheelforge.simple.once import Once

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from packaging.utils import NormalizedName

    from wheelforge.events import Reporter
    from wheelforge.metadata.ladder import Ladder
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.catalog import Catalog
    from wheelforge.resolve.problem import Identifier, Lacks, Problem, Want
    from wheelforge.simple.index import Index


class Crawler:
    """Fills a catalog from an index. What several want at once is read once."""

    def __init__(self, *, index: Index, ladder: Ladder, catalog: Catalog, report: Reporter) -> None:
        self._index = index
        self._ladder = ladder
        self._catalog = catalog
        self._report = report
        self._reading: Once[None] = Once()

    async def read_ahead(self, problem: Problem) -> None:
        """Follow the requirements to the candidates that the solver will most likely want."""
        applying = [asked.requirement for asked in problem.roots if applies(asked.requirement, problem.target)]
        walk = _Walk(self, problem, self._catalog)
        await walk.visit_all(want for requirement in applying for want in wants(requirement))

    async def learn(self, problem: Problem, lacks: Lacks) -> None:
        """Read what the solver lacked, and ahead from there.

        Raises:
            BackendNotAsked: a candidate that the solver looked at does not say statically what it requires.
            BuildError: its backend was asked, and failed.
            IntegrityError: its file is not what was promised.
        """
        await _all(self.project(name) for name in sorted(lacks.projects))
        walk = _Walk(self, problem, self._catalog)
        await _all(walk.follow(candidate) for candidate in lacks.candidates)

    async def project(self, name: NormalizedName) -> None:
        """The catalog knows the project, or that there is none."""
        if not self._catalog.knows_project(name):
            await self._reading.get(name, lambda: self._project(name))

    async def metadata(self, candidate: Candidate) -> None:
        """The catalog knows what the candidate requires, or excludes its file."""
        if self._catalog.metadata(candidate) is None:
            await self._reading.get(candidate.evidence.filename, lambda: self._metadata(candidate))

    async def _project(self, name: NormalizedName) -> None:
        self._catalog.learn_project(name, await self._index.project(name))
        self._report(Looked(subject=name))

    async def _metadata(self, candidate: Candidate) -> None:
        file = candidate.evidence
        try:
            self._catalog.learn_metadata(file.filename, await self._ladder.assume(file))
        except BackendNotAsked:
            raise
        except ResolutionError as fault:
            self._catalog.exclude(file.filename, fault.message)
        self._report(Looked(subject=str(candidate)))


class _Walk:
    """One walk over the graph of likely candidates; it remembers what was asked of each project."""

    def __init__(self, crawler: Crawler, problem: Problem, catalog: Catalog) -> None:
        self._crawler = crawler
        self._problem = problem
        self._catalog = catalog
        self._specifiers: dict[NormalizedName, SpecifierSet] = defaultdict(SpecifierSet)
        self._seen: set[tuple[str, Identifier]] = set()
        for asked in problem.constraints:
            if applies(asked.requirement, problem.target):
                self._specifiers[canonicalize_name(asked.requirement.name)] &= asked.requirement.specifier

    async def visit_all(self, found: Iterable[Want]) -> None:
        await _all(self._visit(want) for want in found)

    async def _visit(self, want: Want) -> None:
        self._specifiers[want.name] &= want.specifier
        await self._crawler.project(want.name)
        shelf = self._catalog.shelf(want.name, self._problem)
        if shelf is None:
            return
        matching = shelf.matching(
            self._specifiers[want.name],
            prereleases=self._problem.allow_prereleases,
            preferred=self._problem.preferences.get(want.name, ()),
        )
        candidate = next(matching, None)
        if candidate is not None and (candidate.evidence.filename, want.identifier) not in self._seen:
            self._seen.add((candidate.evidence.filename, want.identifier))
            # The solver may never look at this one; if it does, it asks for it.
            with contextlib.suppress(ResolutionError, BuildError, IntegrityError):
                await self.follow(candidate, want.extra)

    async def follow(self, candidate: Candidate, extra: NormalizedName | None = None) -> None:
        """Read what a candidate requires, and visit that."""
        await self._crawler.metadata(candidate)
        if self._problem.follow:
            await self.visit_all(self._catalog.wants(candidate, extra, self._problem.target) or ())


async def _all(jobs: Iterable[Awaitable[None]]) -> None:
    """Run all; the first that fails ends the others and is raised as it is."""
    tasks = [asyncio.ensure_future(job) for job in jobs]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
