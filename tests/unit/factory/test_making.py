"""Wheels that are made before a backend can be asked among them: each once, and never in a circle."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from fakes import LINUX, FakeDesk, FakeFacts, Offer, answer, problem
from wheelforge.errors import BuildError
from wheelforge.factory.making import HERE, Maker, is_made, wheel_beside
from wheelforge.metadata.ladder import BackendNotAsked
from wheelforge.model.building import Building, Hooks
from wheelforge.model.inputs import Formats, Inputs, Prefer
from wheelforge.model.treatment import PLAIN
from wheelforge.plan.facts import Unanswered
from wheelforge.plan.graph import BuildCycle
from wheelforge.plan.rules import ClosureRules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.treatment import Treatment
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Solution

SOURCE = Formats(prefer=Prefer.SOURCE)
SECONDS = 20.0
"""How long a test waits before it calls it a standstill."""


def source(name: str, *build: str) -> Offer:
    """An sdist whose backend is asked."""
    return Offer(f"{name}-1.tar.gz", build_requires=build, backend="asked")


class BrokenDesk(FakeDesk):
    """A desk at which one sdist cannot be built."""

    async def wheel(
        self, sdist: Artifact, wheels: Sequence[Artifact], _treatment: Treatment = PLAIN, _overrides: object = ()
    ) -> Artifact | Unanswered:
        """See `HookDesk`."""
        found = await super().wheel(sdist, wheels)
        if sdist.name == "broken":
            raise BuildError("broken 1: build_wheel failed")
        return found


class Shop(FakeFacts):
    """Facts for which what stands as an sdist where a backend is asked is made first."""

    def __init__(
        self, *offers: Offer, hooks: Mapping[str, Sequence[str]] | None = None, refusal: Unanswered | None = None
    ) -> None:
        super().__init__(*offers, hooks=hooks)
        self.offers = offers
        self.desk = FakeDesk(*offers, refusal=refusal)
        self.maker = Maker(facts=self, desk=self.desk, find_rules=self.rules)

    async def rules(self) -> ClosureRules:
        inputs = Inputs(requirements=(), formats=SOURCE, building=Building(hooks=Hooks.AS_BUILDS))
        return ClosureRules(inputs=inputs, builder=LINUX, host=LINUX)

    async def hook_requires(
        self, sdist: Candidate, environment: Solution, treatment: Treatment
    ) -> tuple[str, ...] | Unanswered:
        """See `Facts`."""
        await self.maker.wheels_of(environment)
        return await super().hook_requires(sdist, environment, treatment)

    def make(self, *roots: str) -> list[tuple[Artifact, ...]]:
        """The environments of these, all at once."""
        found = self._tried(roots)
        return [wheels for wheels in found if not isinstance(wheels, BaseException)]

    def fail(self, *roots: str) -> list[BaseException]:
        """Why there are none."""
        found = self._tried(roots)
        return [fault for fault in found if isinstance(fault, BaseException)]

    def _tried(self, roots: Sequence[str]) -> list[tuple[Artifact, ...] | BaseException]:
        environments = [answer(replace(problem(root), formats=SOURCE), self.offers) for root in roots]

        async def main() -> list[tuple[Artifact, ...] | BaseException]:
            async with asyncio.timeout(SECONDS):
                jobs = (self.maker.wheels_of(environment) for environment in environments)
                return await asyncio.gather(*jobs, return_exceptions=True)

        return asyncio.run(main())


def made(shop: Shop) -> dict[str, tuple[str, ...]]:
    """The sdists that were built, and among which wheels."""
    built = [(subject, wheels) for hook, subject, wheels in shop.desk.asked if hook == "wheel"]
    assert len(dict(built)) == len(built)
    return dict(built)


def wheel(name: str) -> str:
    return f"{name}-1-py3-none-any.whl"


def test_what_an_sdist_needs_is_made_before_it_and_each_once() -> None:
    shop = Shop(source("app", "tool", "base"), source("tool", "base"), source("base"))
    [[one], [other]] = shop.make("app", "app")
    assert one == other
    assert (one.filename, one.index, is_made(one)) == (wheel("app"), HERE, True)
    assert list(made(shop).items()) == [
        ("base-1.tar.gz", ()),
        ("tool-1.tar.gz", (wheel("base"),)),
        ("app-1.tar.gz", (wheel("base"), wheel("tool"))),
    ]


def test_what_a_hook_asks_for_stands_where_its_sdist_is_built() -> None:
    shop = Shop(source("app", "tool"), source("tool"), source("more"), hooks={"app-1.tar.gz": ["more"]})
    shop.make("app")
    assert made(shop)["app-1.tar.gz"] == (wheel("more"), wheel("tool"))


def test_a_wheel_that_is_there_is_taken_as_it_is() -> None:
    shop = Shop(source("app", "tool"), Offer(wheel("tool")))
    shop.make("app", "tool")
    assert made(shop) == {"app-1.tar.gz": (wheel("tool"),)}


@pytest.mark.parametrize("roots", [("app", "tool"), ("tool", "app"), ("app",), ("tool",), ("base", "app")])
def test_a_cycle_is_told_the_same_way_wherever_it_is_entered(roots: Sequence[str]) -> None:
    shop = Shop(source("app", "tool"), source("tool", "base"), source("base", "app"), Offer(wheel("tool")))
    faults = shop.fail(*roots)
    assert len(faults) == len(roots)
    for fault in faults:
        assert isinstance(fault, BuildCycle)
        assert list(map(str, fault.paths[0])) == ["app 1", "tool 1", "base 1", "app 1"]
        assert fault.seeds == ("tool",)


def test_a_cycle_that_only_a_hook_closes_is_found() -> None:
    shop = Shop(source("app", "tool"), source("tool"), hooks={"tool-1.tar.gz": ["app"]})
    [fault] = shop.fail("app")
    assert isinstance(fault, BuildCycle)
    assert (fault.seeds, fault.lacking) == ((), ("app",))


def test_where_nothing_may_be_run_nothing_is_made() -> None:
    shop = Shop(source("app"), refusal=Unanswered(reason="no sandbox works", hint="--isolation venv"))
    [fault] = shop.fail("app")
    assert isinstance(fault, BackendNotAsked)
    assert (fault.message, fault.hint) == ("app 1 cannot be built: no sandbox works", "--isolation venv")


def test_what_cannot_be_built_fails_for_all_who_ask_and_is_tried_once() -> None:
    shop = Shop(source("app", "broken"), source("tool", "broken"), source("broken"), Offer(wheel("broken")))
    shop.maker = Maker(facts=shop, desk=(desk := BrokenDesk(*shop.offers)), find_rules=shop.rules)
    faults = [*shop.fail("app"), *shop.fail("tool"), *shop.fail("broken")]
    assert [str(fault) for fault in faults] == ["broken 1: build_wheel failed"] * 3
    assert [sdist for hook, sdist, _ in desk.asked if hook == "wheel"] == ["broken-1.tar.gz"]


def test_what_cannot_be_built_has_its_wheel_stand_in_for_it() -> None:
    shop = Shop(source("app", "broken"), source("broken"), Offer(wheel("broken")))
    desk = BrokenDesk(*shop.offers)
    shop.maker = Maker(facts=shop, desk=desk, find_rules=shop.rules, stand_in=wheel_beside)
    [[app]] = shop.make("app")
    assert is_made(app)
    assert ("wheel", "app-1.tar.gz", (wheel("broken"),)) in desk.asked
