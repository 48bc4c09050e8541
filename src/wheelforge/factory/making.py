"""Environments of nothing prebuilt: the wheels of their sdists are made first, and what these need before that."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Protocol, TypeVar

from wheelforge.errors import BuildError
from wheelforge.metadata.ladder import BackendNotAsked
from wheelforge.model.artifacts import Kind
from wheelforge.plan.closure import plan_unit
from wheelforge.plan.facts import Unanswered
from wheelforge.plan.graph import BuildCycle
from wheelforge.resolve.candidates import identity
from wheelforge.simple.once import Once, WaitsForItself
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable, Sequence

    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.inputs import Asked
    from wheelforge.model.treatment import Treatment
    from wheelforge.plan.facts import Facts
    from wheelforge.plan.rules import ClosureRules
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Solution

T = TypeVar("T")

HERE = "made here"
"""In place of the name of an index."""


def is_made(file: Artifact) -> bool:
    """Whether a file was made here: no index has it, but the store."""
    return file.index == HERE


def nothing(_sdist: Candidate, /) -> None:
    """No wheel stands in for an sdist."""


def wheel_beside(sdist: Candidate, /) -> Artifact | None:
    """The wheel of its version that its index has."""
    return sdist.evidence if sdist.evidence.kind is Kind.WHEEL else None


class WheelDesk(Protocol):
    """Has backends build; the part of `wheelforge.factory.port.HookDesk` that is needed here."""

    async def wheel(
        self, sdist: Artifact, wheels: Sequence[Artifact], treatment: Treatment, overrides: tuple[Asked, ...] = (), /
    ) -> Artifact | Unanswered:
        """The wheel that the backend of an sdist builds among exactly these."""


class Maker:
    """Makes the wheels of sdists, each once; what it makes can stand in an environment as if an index had it.

    Each is planned by itself, as if nothing had been chosen before: who asks for it changes nothing of it. Where its
    build fails, what ``stand_in`` has for it is taken; without that it fails for whoever asks, and is not tried again.
    """

    def __init__(
        self,
        *,
        facts: Facts,
        desk: WheelDesk,
        find_rules: Callable[[], Coroutine[None, None, ClosureRules]],
        stand_in: Callable[[Candidate], Artifact | None] = nothing,
    ) -> None:
        self._facts = facts
        self._desk = desk
        self._find_rules = find_rules
        self._stand_in = stand_in
        self._failed: dict[Hashable, BuildError] = {}
        self._made: Once[Artifact] = Once()
        self._known: dict[Hashable, Candidate] = {}

    async def wheels_of(self, environment: Solution) -> tuple[Artifact, ...]:
        """An environment as wheels alone.

        Raises:
            BuildCycle: an sdist is needed to build itself.
            BackendNotAsked: nothing can be built here.
            ResolutionError: what a build requires is not to be had.
            BuildError: a build failed.
        """
        return tuple(await together(self._file(choice.candidate) for choice in environment.choices))

    def meet(self, sdist: Candidate) -> None:
        """Know an sdist whose backend is asked, so that it can be named where it needs itself."""
        self._known.setdefault(identity(sdist.artifact), sdist)

    async def wheel_of(self, sdist: Candidate) -> Artifact:
        """The wheel of an sdist, for this interpreter. It raises what `wheels_of` does."""
        key = identity(sdist.artifact)
        self._known[key] = sdist
        try:
            return await self._made.get(key, lambda: self._make(sdist))
        except WaitsForItself as circle:
            raise self.cycle(circle) from None

    async def _file(self, candidate: Candidate) -> Artifact:
        return candidate.artifact if candidate.artifact.kind is Kind.WHEEL else await self.wheel_of(candidate)

    async def _make(self, sdist: Candidate) -> Artifact:
        key = identity(sdist.artifact)
        if key in self._failed:
            raise self._failed[key]
        try:
            return await self._build(sdist)
        except BuildError as fault:
            wheel = self._stand_in(sdist)
            if wheel is not None:
                return wheel
            self._failed[key] = fault
            raise

    async def _build(self, sdist: Candidate) -> Artifact:
        rules = await self._find_rules()
        unit = _given(sdist, await plan_unit(sdist, rules, self._facts))
        wheels = await self.wheels_of(unit.environment)
        overrides = rules.inputs.overrides
        return _given(sdist, await self._desk.wheel(sdist.artifact, wheels, unit.need.treatment, overrides))

    def cycle(self, circle: WaitsForItself) -> BuildCycle:
        """The way leads over what builds need, and over what is read of sdists whose backends are asked for it.

        Wherever it was entered, it is told from the first of its members on.
        """
        way = [self._known[key] for key, _ in groupby(circle.keys[1:]) if key in self._known]
        first = way.index(min(way, key=str))
        way = [*way[first:], *way[:first]]
        seeds = sorted({member.name for member in way if member.evidence.kind is Kind.WHEEL})
        return BuildCycle([[*way, way[0]]], seeds[:1], lacking=[] if seeds else [way[0].name])


def _given(sdist: Candidate, answer: T | Unanswered) -> T:
    if isinstance(answer, Unanswered):
        raise BackendNotAsked(f"{sdist} cannot be built: {answer.reason}", hint=answer.hint)
    return answer
