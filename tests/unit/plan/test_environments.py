"""Build environments: what several ask for is solved once, and each time that it must be."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fakes import LINUX, FakeFacts, Offer, asked, pins
from plans import candidate
from wheelforge.model.inputs import Inputs
from wheelforge.model.lock import BuildRequirement, Cycle, Source
from wheelforge.model.metadata import BuildSystem
from wheelforge.model.treatment import PLAIN
from wheelforge.plan.environments import Environments
from wheelforge.plan.needs import Need
from wheelforge.plan.rules import ClosureRules

if TYPE_CHECKING:
    from wheelforge.resolve.problem import Solution

OFFERS = [Offer("tool-1-py3-none-any.whl"), Offer("tool-2-py3-none-any.whl"), Offer("tool-3-py3-none-any.whl")]
NEED = Need(
    sdist=candidate("app-1.tar.gz"),
    system=BuildSystem(requires=(), backend="flit_core.buildapi", backend_path=()),
    treatment=PLAIN,
    told=(BuildRequirement(requirement="tool", source=Source.STATIC),),
)
MET = Cycle(path=("app 1", "tool 2", "app 1"), avoids="tool==2")


def environments(facts: FakeFacts) -> Environments:
    inputs = Inputs(requirements=(), build_constraints=asked("tool<3"))
    return Environments(facts=facts, rules=ClosureRules(inputs=inputs, builder=LINUX, host=LINUX))


def test_an_environment_without_what_closes_a_cycle_is_another_one_under_the_same_constraints() -> None:
    facts = FakeFacts(*OFFERS)

    async def both() -> list[Solution]:
        solved = environments(facts)
        return [await solved.of(NEED, LINUX, {}, cycles) for cycles in ((), (MET,), (), (MET,))]

    assert [pins(found)["tool"] for found in asyncio.run(both())] == ["2", "1", "2", "1"]
    assert len(facts.solved) == 2
    assert facts.solved[1].constraints[-1].origin == "the build cycle app 1 -> tool 2 -> app 1"


def test_what_was_stopped_is_solved_again_for_who_asks_later() -> None:
    async def stopped_and_asked_again() -> Solution:
        solved = environments(FakeFacts(*OFFERS, pause=lambda: 3))
        first = asyncio.ensure_future(solved.of(NEED, LINUX, {}))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        return await solved.of(NEED, LINUX, {})

    assert pins(asyncio.run(stopped_and_asked_again())) == {"tool": "2"}
