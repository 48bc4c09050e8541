"""What is told of a finished plan."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from fakes import LINUX, WINDOWS, Offer, asked
from plans import choice, sdist, solution, wheel
from wheelforge.events import Event, Note, Warn
from wheelforge.factory.findings import Consulted, tell_findings, tell_hooks
from wheelforge.factory.planning import Plan
from wheelforge.model.inputs import Formats, Inputs, Prefer, Resolution
from wheelforge.resolve.problem import Solution

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packaging.utils import NormalizedName

    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.targets import Target
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Choice

INPUTS = Inputs(requirements=asked("a"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A `Finder` that was told."""

    broken: Mapping[str, str] = field(default_factory=dict)
    lacking: Sequence[str] = ()

    def passed_over(self, candidate: Candidate) -> Mapping[Artifact, str]:
        found = {Offer(filename).artifact: reason for filename, reason in self.broken.items()}
        return {file: reason for file, reason in found.items() if file.name == candidate.name}

    def lacking_extras(self, choice: Choice, target: Target) -> Sequence[NormalizedName]:
        return [extra for extra in choice.extras if extra in self.lacking and target is LINUX]


def told(inputs: Inputs, *plans: Plan, finder: Known | None = None) -> list[Event]:
    events: list[Event] = []
    tell_findings(inputs, plans, finder or Known(), events.append)
    return events


def on(target: Target, *filenames: str) -> Plan:
    return Plan(target=target, runtime=solution(*filenames))


def test_a_file_that_was_passed_over_is_told_once_with_its_reason() -> None:
    finder = Known(broken={"a-2.0.tar.gz": "a-2.0.tar.gz: PKG-INFO has\nno version", "b-9.tar.gz": "not chosen"})
    told_once = told(INPUTS, on(LINUX, wheel("a")), on(WINDOWS, wheel("a")), finder=finder)
    assert told_once == [Warn(text="a-2.0.tar.gz is passed over: PKG-INFO has no version")]


def test_what_would_have_been_tried_later_was_not_passed_over() -> None:
    finder = Known(broken={"a-0.5.tar.gz": "broken", "a-2.0.tar.gz": "broken"})
    lowest = replace(INPUTS, resolution=Resolution.LOWEST)
    assert told(INPUTS, on(LINUX, wheel("a")), finder=finder) == [Warn(text="a-2.0.tar.gz is passed over: broken")]
    assert told(lowest, on(LINUX, wheel("a")), finder=finder) == [Warn(text="a-0.5.tar.gz is passed over: broken")]


def test_an_extra_that_is_not_there_is_told() -> None:
    plan = Plan(target=LINUX, runtime=Solution(choices=(choice(wheel("a"), extras=["there", "nosuch"]),)))
    assert told(INPUTS, plan, finder=Known(lacking=["nosuch"])) == [Warn(text="a 1.0 has no extra nosuch")]


def test_where_nothing_applies_it_is_told_for_which_target() -> None:
    inputs = replace(INPUTS, requirements=asked('a; sys_platform == "win32"'))
    text = f'nothing that was asked for applies to {LINUX.name}: a; sys_platform == "win32"'
    assert told(inputs, on(LINUX), on(WINDOWS, wheel("a"))) == [Note(text=text)]


def test_of_several_targets_the_one_that_gets_an_sdist_for_want_of_a_wheel_is_told() -> None:
    plans = on(LINUX, wheel("a")), on(WINDOWS, sdist("a"))
    note = Note(text=f"for {WINDOWS.name} there is no wheel of a 1.0: its sdist is collected")
    assert told(INPUTS, *plans) == [note]
    assert told(INPUTS, plans[1]) == []
    assert told(replace(INPUTS, formats=Formats(prefer=Prefer.SOURCE)), *plans) == []


def test_whose_backends_were_asked_is_told_with_where_and_with_what() -> None:
    events: list[Event] = []
    consulted = Consulted(subjects={"x 1.0", "y 2.0"}, isolation="bwrap", uncollected={"t.whl"})
    tell_hooks(consulted, events.append)
    tell_hooks(replace(consulted, subjects={"x 1.0"}, uncollected=()), events.append)
    tell_hooks(replace(consulted, trees={"./tree"}, uncollected={"t.whl", "u.whl"}, subjects=()), events.append)
    beside = "with 1 wheel of the index that is not collected"
    assert events == [
        Note(text=f"asked the backend of x 1.0 and 1 more what they require, in bwrap, {beside}"),
        Note(text="asked the backend of x 1.0 what it requires, in bwrap"),
        Note(
            text="let the backend of ./tree make its sdist, in bwrap, with 2 wheels of the index that are not collected"
        ),
    ]


def test_a_seed_of_which_there_is_nothing_is_told() -> None:
    inputs = replace(INPUTS, seeds=frozenset({canonicalize_name("flaks"), canonicalize_name("tool")}))
    assert told(inputs, on(LINUX, wheel("flask"), wheel("tool")), on(WINDOWS, wheel("flask"))) == [
        Warn(text="--seed flaks does nothing: nothing here is called so", hint="did you mean flask?")
    ]
