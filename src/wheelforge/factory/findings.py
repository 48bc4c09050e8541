"""What a user should hear of a finished plan: what was passed over, what is lacking, what does not apply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from wheelforge.events import Note, Warn
from wheelforge.model.artifacts import Kind
from wheelforge.model.inputs import Resolution
from wheelforge.model.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName

    from wheelforge.events import Event, Reporter
    from wheelforge.factory.planning import Plan
    from wheelforge.model.artifacts import Artifact
    from wheelforge.model.inputs import Inputs
    from wheelforge.model.targets import Target
    from wheelforge.resolve.candidates import Candidate
    from wheelforge.resolve.problem import Choice


class Finder(Protocol):
    """Knows what came up during the search."""

    def passed_over(self, candidate: Candidate, /) -> Mapping[Artifact, str]:
        """Files of a candidate's project that cannot be taken, and why."""

    def lacking_extras(self, choice: Choice, target: Target, /) -> Sequence[NormalizedName]:
        """Extras that were asked for, and that the choice does not have."""


def tell_findings(inputs: Inputs, plans: Sequence[Plan], finder: Finder, report: Reporter) -> None:
    """Tell each thing once, in one order, whatever the number of targets."""
    found = [
        *_passed_over(inputs, plans, finder),
        *_lacking_extras(plans, finder),
        *_not_applying(inputs, plans),
        *_sources_for_want(inputs, plans),
        *_strange_seeds(inputs, plans),
    ]
    for event in dict.fromkeys(found):
        report(event)


def _passed_over(inputs: Inputs, plans: Iterable[Plan], finder: Finder) -> Iterator[Event]:
    """Those that would have been tried before what was chosen."""
    lowest = inputs.resolution is Resolution.LOWEST
    for candidate in (one for plan in plans for one in plan.candidates()):
        for file, reason in finder.passed_over(candidate).items():
            if file.version == candidate.version or (file.version < candidate.version) is lowest:
                told = " ".join(reason.removeprefix(f"{file.filename}: ").split())
                yield Warn(text=f"{file.filename} is passed over: {told}")


def _lacking_extras(plans: Iterable[Plan], finder: Finder) -> Iterator[Event]:
    for plan in plans:
        for choice in plan.runtime.choices:
            for extra in finder.lacking_extras(choice, plan.target):
                yield Warn(text=f"{choice.candidate} has no extra {extra}")


def _not_applying(inputs: Inputs, plans: Iterable[Plan]) -> Iterator[Event]:
    """Where nothing is left of what was asked for, that is hardly what was meant."""
    asked = [str(one.requirement) for one in inputs.requirements] + [one.told for one in inputs.references]
    for plan in plans:
        if asked and not plan.runtime.choices:
            yield Note(text=f"nothing that was asked for applies to {plan.target.name}: {', '.join(asked)}")


def _sources_for_want(inputs: Inputs, plans: Sequence[Plan]) -> Iterator[Event]:
    """Of one target the files tell it themselves."""
    for plan in plans if len(plans) > 1 else ():
        for one in plan.shipped():
            preferred = inputs.formats.allowed(one.name)
            if one.artifact.kind is Kind.SDIST and preferred[0] is Kind.WHEEL and one.artifact.direct is None:
                yield Note(text=f"for {plan.target.name} there is no wheel of {one}: its sdist is collected")


def _strange_seeds(inputs: Inputs, plans: Iterable[Plan]) -> Iterator[Event]:
    known = {candidate.name for plan in plans for candidate in plan.candidates()}
    for name in sorted(inputs.seeds - known):
        yield Warn(text=f"--seed {name} does nothing: nothing here is called so", hint=did_you_mean(name, known))


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """The backends that were asked."""

    subjects: Collection[str]
    """Of whom it was asked what they require."""
    trees: Collection[str] = ()
    """Of which they made an sdist."""
    isolation: str
    """The sandbox in which they were asked."""
    uncollected: Collection[str]
    """The wheels that stood there and stand in no folder."""


def tell_hooks(consulted: Consulted, report: Reporter) -> None:
    """Say whose code was run, where, and with what of others."""
    told = []
    if consulted.trees:
        told.append(f"let the backend of {_some(consulted.trees)} make its sdist")
    if consulted.subjects:
        require = "it requires" if len(consulted.subjects) == 1 else "they require"
        told.append(f"asked the backend of {_some(consulted.subjects)} what {require}")
    text = f"{' and '.join(told)}, in {consulted.isolation}"
    if number := len(consulted.uncollected):
        text += f", with {'1 wheel' if number == 1 else f'{number} wheels'} of the index that "
        text += "is not collected" if number == 1 else "are not collected"
    report(Note(text=text))


def _some(names: Iterable[str]) -> str:
    first, *others = sorted(names)
    return f"{first} and {len(others)} more" if others else first
