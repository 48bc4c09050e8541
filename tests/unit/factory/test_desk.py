"""A closed desk refuses; a late one is opened when the first question comes, once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from fakes import FakeDesk, Offer, packed_tree, paused
from wheelforge.errors import IsolationError
from wheelforge.factory.desk import ClosedDesk, LateDesk
from wheelforge.factory.port import Answers
from wheelforge.plan.facts import Unanswered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wheelforge.factory.port import HookDesk

OFFER = Offer("a-1.0.tar.gz", ["b>=2"])
SDIST = OFFER.artifact
WHEEL = Offer("tool-2.0-py3-none-any.whl").artifact
DESK = FakeDesk(OFFER, requires={SDIST.filename: ["tool"]})


class Opening:
    """Opens a desk, or fails to as often as it is told, and counts how often it was asked to."""

    def __init__(self, desk: HookDesk = DESK, *, failures: int = 0) -> None:
        self._desk = desk
        self._failures = failures
        self.times = 0

    async def __call__(self) -> HookDesk:
        """Take a while, so that others ask meanwhile."""
        self.times += 1
        await paused(3)
        if self.times <= self._failures:
            raise IsolationError("no sandbox here")
        return self._desk


def test_a_closed_desk_refuses_both_questions_with_its_reason() -> None:
    refusal = Unanswered(reason="nothing is run here", hint="--isolation venv")
    desk = ClosedDesk(refusal=refusal)

    async def main() -> list[object]:
        return [await desk.requires(SDIST, []), await desk.metadata(SDIST, [])]

    assert asyncio.run(main()) == [refusal, refusal]


def test_a_closed_desk_makes_no_sdist_of_a_tree(tmp_path: Path) -> None:
    refusal = Unanswered(reason="nothing is run here")
    desk = ClosedDesk(refusal=refusal)

    async def main() -> list[object]:
        tree = packed_tree(tmp_path)
        return [
            await desk.refuses(),
            await desk.requires_for_sdist(tree, []),
            await desk.sdist(tree, [], tmp_path),
        ]

    assert asyncio.run(main()) == [refusal] * 3


def test_a_late_desk_hands_the_questions_about_a_tree_on(tmp_path: Path) -> None:
    inner, tree = FakeDesk(requires={"tree": ["tool"]}), packed_tree(tmp_path)
    desk = LateDesk(Opening(inner))

    async def main() -> list[object]:
        return [
            await desk.refuses(),
            await desk.requires_for_sdist(tree, [WHEEL]),
            await desk.sdist(tree, [WHEEL], tmp_path),
        ]

    assert asyncio.run(main()) == [None, ("tool",), tmp_path / "tree.tar.gz"]
    assert inner.asked == [(hook, "tree", (WHEEL.filename,)) for hook in ("requires-for-sdist", "sdist")]


def test_a_late_desk_that_nobody_asks_stays_closed() -> None:
    opening = Opening()
    LateDesk(opening)
    assert opening.times == 0


def test_a_late_desk_hands_each_question_on() -> None:
    inner = FakeDesk(OFFER, requires={SDIST.filename: ["tool"]})
    desk = LateDesk(Opening(inner))

    async def main() -> tuple[object, object]:
        return await desk.requires(SDIST, [WHEEL]), await desk.metadata(SDIST, [WHEEL])

    assert asyncio.run(main()) == (("tool",), asyncio.run(inner.metadata(SDIST, [])))
    assert inner.asked[:2] == [(hook, SDIST.filename, (WHEEL.filename,)) for hook in ("requires", "metadata")]


def test_a_late_desk_is_opened_once_for_all_who_ask_at_once_and_later() -> None:
    opening = Opening()
    desk = LateDesk(opening)

    async def main() -> None:
        await asyncio.gather(*(desk.requires(SDIST, []) for _ in range(3)), desk.metadata(SDIST, []))
        await desk.requires(SDIST, [])

    asyncio.run(main())
    assert opening.times == 1


def test_a_desk_that_cannot_be_opened_fails_all_who_wait_and_is_tried_again_for_the_next() -> None:
    opening = Opening(failures=1)
    desk = LateDesk(opening)

    async def main() -> tuple[Sequence[object], object]:
        waiting = await asyncio.gather(*(desk.requires(SDIST, []) for _ in range(2)), return_exceptions=True)
        return waiting, await desk.requires(SDIST, [])

    failed, answered = asyncio.run(main())
    assert [type(one) for one in failed] == [IsolationError, IsolationError]
    assert (answered, opening.times) == (("tool",), 2)


def test_a_refusal_of_the_opened_desk_is_handed_on() -> None:
    refusal = Unanswered(reason="no")
    desk = LateDesk(Opening(FakeDesk(OFFER, refusal=refusal)))
    assert asyncio.run(desk.requires(SDIST, [])) is refusal


def test_a_late_desk_that_is_prepared_is_opened_before_the_first_question() -> None:
    opening = Opening()
    desk = LateDesk(opening)

    async def main() -> None:
        desk.prepare()
        desk.prepare()
        await paused(5)
        assert opening.times == 1
        await desk.requires(SDIST, [])

    asyncio.run(main())
    assert opening.times == 1


def test_what_goes_wrong_in_preparing_is_told_to_who_asks_first() -> None:
    desk = LateDesk(Opening(failures=2))

    async def main() -> None:
        desk.prepare()
        await paused(5)
        with pytest.raises(IsolationError):
            await desk.requires(SDIST, [])

    asyncio.run(main())


def test_both_answers_are_asked_for_at_once_and_the_second_only_where_nothing_is_wanting() -> None:
    wanting, content = FakeDesk(OFFER, requires={SDIST.filename: ["tool"]}), FakeDesk(OFFER)

    async def main(inner: FakeDesk) -> Answers | Unanswered:
        return await LateDesk(Opening(inner)).answers(SDIST, [WHEEL])

    assert asyncio.run(main(wanting)) == Answers(requires=("tool",), metadata=None)
    told = asyncio.run(main(content))
    assert isinstance(told, Answers)
    assert told.metadata is not None
    closed = ClosedDesk(refusal=Unanswered(reason="no"))
    assert asyncio.run(closed.answers(SDIST, [])) == Unanswered(reason="no")


@pytest.mark.parametrize("question", ["requires", "metadata"])
def test_either_question_opens_the_desk(question: str) -> None:
    opening = Opening()
    desk = LateDesk(opening)
    asyncio.run(desk.requires(SDIST, []) if question == "requires" else desk.metadata(SDIST, []))
    assert opening.times == 1
