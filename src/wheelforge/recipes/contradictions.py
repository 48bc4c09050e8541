"""Rules of one file of which one silently undoes the other."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from wheelforge.recipes.rules import Amendment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.utils import NormalizedName

    from wheelforge.recipes.rules import Rule

Subject: TypeAlias = tuple[str, str]
"""``("env", "CFLAGS")``, as in `Rule.words`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two rules, by their numbers in the file from 0, that are for the same and say different things of a subject."""

    earlier: int
    later: int
    subject: Subject
    project: NormalizedName
    said: tuple[str, str]
    """What the earlier and the later one say, for people."""


def contradictions(rules: Sequence[Rule]) -> Iterator[Contradiction]:
    """Every two rules for one project, under the very same conditions, that say different things.

    Where the conditions differ, the later rule is an exception to the earlier one, or the other way round, and means
    to be: their order decides.
    """
    seen: dict[tuple[NormalizedName, object, Subject], tuple[int, object]] = {}
    for number, rule in enumerate(rules):
        for subject, word in rule.words.items():
            for name in sorted(rule.names):
                place = (name, _key(rule), subject)
                earlier, said = seen.setdefault(place, (number, word))
                if said != word:
                    yield Contradiction(
                        earlier=earlier,
                        later=number,
                        subject=subject,
                        project=name,
                        said=(_told(said), _told(word)),
                    )


def _key(rule: Rule) -> object:
    conditions = rule.conditions
    return (conditions.versions, frozenset(conditions.targets), conditions.marker)


def _told(word: object) -> str:
    match word:
        case Amendment(word=what, requirements=requirements):
            return " ".join((what.value, *map(repr, requirements)))
        case enum.Enum():
            return repr(word.value)
        case tuple():
            return repr(list(word))
        case _:
            return repr(word)
