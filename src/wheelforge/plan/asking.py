"""What backends are asked, and asked again where builds get other versions than those they were asked among."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from wheelforge.errors import ResolutionError
from wheelforge.plan.facts import Unanswered
from wheelforge.plan.needs import static_need
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.plan.environments import Environments
    from wheelforge.plan.facts import Facts
    from wheelforge.plan.needs import Need
    from wheelforge.plan.rules import ClosureRules
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Solution

    Preferences = Mapping[NormalizedName, tuple[Version, ...]]
    Solved = list[tuple[Need, Solution]]

ROUNDS = 3
"""How often the backends of one generation are asked again: an answer can change the versions that it was given for."""


class Solve(Protocol):
    """Finds the environments of builds."""

    async def __call__(self, needs: Sequence[Need], /) -> Solved:
        """Each need with its environment, but those that have none."""


class Backends:
    """Asks them what builds need beyond what their sdists say."""

    def __init__(self, rules: ClosureRules, facts: Facts, environments: Environments) -> None:
        self._rules = rules
        self._facts = facts
        self._environments = environments

    async def static(self, sdist: Candidate) -> Need:
        """What its build needs without being asked."""
        treatment = self._rules.recipes.treatment(sdist.name, sdist.version, self._rules.builder)
        return static_need(sdist, await self._facts.build_system(sdist, treatment), treatment)

    async def need(self, sdist: Candidate, preferences: Preferences) -> Need:
        """The same with what the hook asks for, in an environment of wheels of the host.

        Raises:
            ResolutionError: there is none.
        """
        need = await self.static(sdist)
        if need.is_silent:
            return need
        environment = await self._environments.of_hooks(need, self._rules.host, preferences)
        return need if need.is_silent_among(environment) else await self._asked(need, environment)

    async def settled(self, needs: Sequence[Need], solve: Solve) -> Solved:
        """The environments of builds, whose backends were asked among just the versions that stand there.

        The environments are solved under other rules than those in which backends are first asked: they hold sdists,
        share versions and break cycles. Where that leads to other versions, backends are asked again among these. From
        the second time on what they asked for before is asked for too, so that answers cannot chase each other.
        """
        solved = await solve(needs)
        for again in range(ROUNDS):
            if all(need.is_known_among(found) for need, found in solved):
                return solved
            solved = await solve(await together(self._again(*one, keep=again > 0) for one in solved))
        return [(need if need.is_known_among(found) else _unsettled(need), found) for need, found in solved]

    async def _again(self, need: Need, built: Solution, *, keep: bool) -> Need:
        """The same, asked among the versions of the environment in which it is built."""
        if need.is_known_among(built):
            return need
        bare = need.unasked
        try:
            environment = await self._environments.of_hooks_among(bare, self._rules.host, built)
            found = await self._asked(bare, environment, also=need.from_hook if keep else ())
        except ResolutionError as fault:
            return _not_asked_again(need, fault.message.partition("\n")[0])
        return found if found.hooks is not None else _not_asked_again(need, found.incomplete.partition(": ")[2])

    async def _asked(self, need: Need, environment: Solution, also: Iterable[str] = ()) -> Need:
        host, builder = self._rules.host, self._rules.builder
        answer = self._environments.refusal(need, environment) or await self._facts.hook_requires(
            need.sdist, environment, need.treatment
        )
        if isinstance(answer, Unanswered):
            return replace(need, incomplete=f"{need.sdist}: {answer}")
        foreign = f"backends were asked on {host.name} what builds for {builder.name} need"
        known = need.answered((*also, *answer), environment)
        return replace(known, incomplete=foreign if host.name != builder.name else "")


def _not_asked_again(need: Need, why: str) -> Need:
    return replace(
        need, incomplete=f"{need.sdist}: its backend cannot be asked among the versions that its build gets: {why}"
    )


def _unsettled(need: Need) -> Need:
    return replace(
        need, incomplete=f"{need.sdist}: what its backend asks for brings other versions, with which it asks for more"
    )
