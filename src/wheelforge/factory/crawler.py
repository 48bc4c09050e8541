"""Reads ahead of the solver, breadth first, so that a cold solve waits for the network a few times only."""

from __future__ import annotations

import contextlib
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from wheelforge.errors import BuildError, IntegrityError, ResolutionError
from wheelforge.metadata.ladder import BackendNotAsked
from wheelforge.model.artifacts import Kind
from wheelforge.resolve.candidates import identity
from wheelforge.simple.once import Once
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

    from packaging.specifiers import SpecifierSet
    from packaging.utils import NormalizedName

    from wheelforge.direct.demands import Obtaining
    from wheelforge.factory.ahead import Forerunner
    from wheelforge.metadata.ladder import Ladder
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.inputs import Reference
    from wheelforge.resolve.candidates import Candidate, Identity
    from wheelforge.resolve.catalog import Catalog
    from wheelforge.resolve.problem import Identifier, Lacks, Problem, Want
    from wheelforge.simple.index import Index


WIDEST = 64
"""Versions of one project that are read at once."""


class Crawler:
    """Fills a catalog from an index. What several want at once is read once."""

    def __init__(self, *, index: Index, ladder: Ladder, catalog: Catalog, ahead: Forerunner) -> None:
        self._index = index
        self._ahead = ahead
        self._ladder = ladder
        self._catalog = catalog
        self._places: Obtaining | None = None
        self._reading: Once[None] = Once()
        self._lacked: Counter[tuple[object, ...]] = Counter()

    def reach(self, places: Obtaining) -> None:
        """From now on what constraints name by its place can be read."""
        self._places = places

    async def read_ahead(self, problem: Problem) -> None:
        """Follow the requirements to the candidates that the solver will most likely want."""
        await _Walk(self, problem, self._catalog, self._ahead).visit_all(problem.wanted())

    async def learn(self, problem: Problem, lacks: Lacks) -> None:
        """Read what the solver lacked, and ahead from there.

        A project that it lacks again and again is one that it goes back through: of that, ever more versions are read
        at once, so that a long way back costs a few restarts and not one for each version.

        Raises:
            BackendNotAsked: a candidate that the solver looked at does not say statically what it requires.
            BuildError: its backend was asked, and failed.
            IntegrityError: its file is not what was promised.
        """
        # Each walk for itself: versions of one project are alternatives, and what they require is not asked together.
        walk = partial(_Walk, self, problem, self._catalog, self._ahead)
        needed, following = lacks.candidates[:1], lacks.candidates[1:]
        likely = [one for one in following if one.evidence.kind is Kind.WHEEL][: self._width(problem, needed)]
        await together(
            [
                *(self.project(name, problem) for name in sorted(lacks.projects)),
                *(_told_for(lacks.way, walk().follow(candidate)) for candidate in needed),
                *(walk().try_to_follow(candidate) for candidate in likely),
            ]
        )

    def _width(self, problem: Problem, needed: Iterable[Candidate]) -> int:
        """How many candidates are read beside those that are needed: none at first, then 3, 7, 15 and so on."""
        keys = [(problem.subject, problem.place, candidate.name) for candidate in needed]
        self._lacked.update(keys)
        times = max((self._lacked[key] for key in keys), default=0)
        return 0 if times <= 1 else min(2**times, WIDEST) - 1

    async def project(self, name: NormalizedName, problem: Problem) -> None:
        """The catalog knows the project, or that there is none."""
        if self._catalog.knows(name, problem):
            return
        if (place := problem.places.get(name)) is not None:
            await self._reading.get(place, lambda: self._place(place))
        else:
            await self._reading.get(name, lambda: self._project(name))

    async def metadata(self, candidate: Candidate, problem: Problem) -> None:
        """The catalog knows what the candidate requires, or excludes its file."""
        if self._catalog.metadata(candidate, problem.target) is None:
            await self._reading.get(identity(candidate.evidence), lambda: self._metadata(candidate.evidence))

    async def stated(self, file: Artifact) -> None:
        """The catalog knows what a file says as it stands, if it says anything; what is wrong with it shows later.

        Raises:
            IndexAccessError: the index does not answer.
        """
        if not self._catalog.says_itself(file):
            await self._reading.get(("stated", *identity(file)), lambda: self._stated(file))

    async def _stated(self, file: Artifact) -> None:
        with contextlib.suppress(ResolutionError, IntegrityError):
            if (said := await self._ladder.stated(file)) is not None:
                self._catalog.learn_metadata(file, said)

    async def _project(self, name: NormalizedName) -> None:
        self._catalog.learn_project(name, await self._index.project(name))

    async def _place(self, reference: Reference) -> None:
        if self._places is None:
            raise RuntimeError(f"{reference.told} is asked for before places can be reached")
        obtained = await self._places.obtain(reference)
        self._catalog.learn_place(reference, obtained.project)

    async def _metadata(self, file: Artifact) -> None:
        try:
            self._catalog.learn_metadata(file, await self._ladder.assume(file))
        except BackendNotAsked:
            raise
        except ResolutionError as fault:
            self._catalog.exclude(file, fault.message)


async def _told_for(way: str, reading: Coroutine[None, None, None]) -> None:
    """Tell with what ends the run how the search came there."""
    try:
        await reading
    except (BackendNotAsked, BuildError) as fault:
        if way and way not in fault.message:
            head, *rest = fault.message.split("\n")
            fault.message = "\n".join([head, f"  tried for: {way}", *rest])
            fault.args = (fault.message,)
        raise


class _Walk:
    """One walk over the graph of likely candidates; it remembers what was asked of each project."""

    def __init__(self, crawler: Crawler, problem: Problem, catalog: Catalog, ahead: Forerunner) -> None:
        self._crawler = crawler
        self._ahead = ahead
        self._problem = problem
        self._catalog = catalog
        self._specifiers: dict[NormalizedName, SpecifierSet] = {}
        self._seen: set[tuple[Identity, Identifier]] = set()
        for want in problem.wanted():
            self._ask(want)

    def _ask(self, want: Want) -> SpecifierSet:
        before = self._specifiers.get(want.name)
        if before is None:
            before = self._problem.bound(want.name)
        self._specifiers[want.name] = before & want.specifier
        return self._specifiers[want.name]

    async def visit_all(self, found: Iterable[Want]) -> None:
        await together(self._visit(want) for want in found)

    async def _visit(self, want: Want) -> None:
        self._ask(want)
        await self._crawler.project(want.name, self._problem)
        shelf = self._catalog.shelf(want.name, self._problem)
        if shelf is None:
            return
        matching = shelf.matching(
            self._specifiers[want.name],
            prereleases=self._problem.allow_prereleases,
            preferred=self._problem.preferences.get(want.name, ()),
        )
        candidate = next(matching, None)
        if candidate is None:
            return
        seen = (identity(candidate.evidence), want.identifier)
        if seen not in self._seen:
            self._seen.add(seen)
            self._ahead.looked_at(candidate, self._problem)
            await self.try_to_follow(candidate, want.extra)

    async def try_to_follow(self, candidate: Candidate, extra: NormalizedName | None = None) -> None:
        """The solver may never look at this one; if it does and it cannot be read, it says so then."""
        with contextlib.suppress(ResolutionError, BuildError, IntegrityError):
            await self.follow(candidate, extra)

    async def follow(self, candidate: Candidate, extra: NormalizedName | None = None) -> None:
        """Read what a candidate requires, and visit that, but where nothing is followed."""
        if self._problem.follow:
            await self._crawler.metadata(candidate, self._problem)
        self._ahead.followed(candidate, self._problem)
        if self._problem.follow:
            await self.visit_all(self._catalog.wants(candidate, extra, self._problem) or ())
