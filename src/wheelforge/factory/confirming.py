"""What was assumed of chosen files is compared with what they say themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.model.artifacts import Kind
from wheelforge.model.metadata import Surety
from wheelforge.resolve.candidates import identity
from wheelforge.simple.once import Once
from wheelforge.together import together

if TYPE_CHECKING:
    from wheelforge.factory.crawler import Crawler
    from wheelforge.metadata.ladder import Ladder
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.metadata import Metadata
    from wheelforge.model.targets import Target
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.catalog import Catalog
    from wheelforge.resolve.problem import Problem, Solution
    from wheelforge.simple.index import Index


class Confirming:
    """Asks each chosen file once, and teaches the catalog what it says."""

    def __init__(self, *, index: Index, ladder: Ladder, catalog: Catalog, crawler: Crawler) -> None:
        self._index = index
        self._ladder = ladder
        self._catalog = catalog
        self._crawler = crawler
        self._confirmed: Once[None] = Once()

    async def own_word(self, candidate: Candidate, target: Target) -> Metadata:
        """What a file requires by its own word, whether that is to be had or not.

        Raises:
            ResolutionError: it does not say it, and its backend cannot be asked.
        """
        await self._confirmed.get(("own", *identity(candidate.artifact)), lambda: self._learn_own(candidate, None))
        found = self._catalog.metadata(candidate, target)
        return found if found is not None else await self._ladder.confirm(candidate.artifact, None)

    async def holds(self, problem: Problem, solution: Solution) -> bool:
        """Whether every chosen sdist says of itself what was assumed of it.

        A wheel was asked itself, and is compared with what it said when it is fetched.
        """
        chosen = [choice.candidate for choice in solution.choices]
        # Of these nothing but their own bytes tells whether they are what the user named.
        bare = [one.artifact for one in chosen if not one.artifact.is_vouched]
        await together(self._index.fetch(file) for file in bare)
        if not problem.follow:
            return all(await together(self._alone(candidate.artifact) for candidate in chosen))
        # Taken at once: what another problem learns meanwhile was not what this one was solved with.
        assumed = [(one, self._catalog.metadata(one, problem.target)) for one in chosen if _is_sdist(one)]
        return all(await together(self._one(one, said, problem.target) for one, said in assumed))

    async def _alone(self, file: Artifact) -> bool:
        """Whether nothing was learnt of a file that is taken without what it requires."""
        known = self._catalog.says_itself(file)
        await self._crawler.stated(file)
        return known or not self._catalog.says_itself(file)

    async def _one(self, candidate: Candidate, assumed: Metadata | None, target: Target) -> bool:
        file = candidate.artifact
        if self._catalog.believes_wheel(candidate, target):
            await self._confirmed.get(("stated", *identity(file)), lambda: self._learn_stated(file))
        else:
            await self._confirmed.get(identity(file), lambda: self._learn_own(candidate, assumed))
        return _says_the_same(assumed, self._catalog.metadata(candidate, target))

    async def _learn_stated(self, file: Artifact) -> None:
        if (said := await self._ladder.stated(file)) is not None:
            self._catalog.learn_metadata(file, said)

    async def _learn_own(self, candidate: Candidate, assumed: Metadata | None) -> None:
        file = candidate.artifact
        sibling = None if candidate.evidence is file else assumed
        # What was assumed of an sdist without a sibling is what it says itself.
        if sibling is not None or assumed is None:
            own = await self._ladder.confirm(file, sibling)
            # A wheel goes on speaking for itself: targets can have different ones.
            if own.surety is not Surety.SIBLING:
                self._catalog.learn_metadata(file, own)


def _is_sdist(candidate: Candidate) -> bool:
    return candidate.artifact.kind is Kind.SDIST


def _says_the_same(one: Metadata | None, other: Metadata | None) -> bool:
    return one is not None and other is not None and _terms(one) == _terms(other)


def _terms(metadata: Metadata) -> tuple[str | None, set[str]]:
    return metadata.requires_python, set(map(str, metadata.requires))
