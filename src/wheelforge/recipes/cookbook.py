"""Recipes evaluated: which rules hold for one version of a project on a target, and what they come to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wheelforge.model.treatment import Policy, Treatment
from wheelforge.recipes.rules import Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.model.targets import Target
    from wheelforge.recipes.rules import Amendment, Rule

_PLAIN = Treatment()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookbook:
    """Rules in the order of their weight: what a later one says wins over what an earlier one said."""

    rules: tuple[Rule, ...] = ()
    provided: frozenset[str] = frozenset()
    """Tools of the host or the image that every build may see: see `Treatment.provided`."""
    _of: Mapping[NormalizedName, tuple[Rule, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[NormalizedName, list[Rule]] = defaultdict(list)
        for rule in self.rules:
            for name in rule.names:
                found[name].append(rule)
        object.__setattr__(self, "_of", {name: tuple(found[name]) for name in sorted(found)})

    @property
    def names(self) -> tuple[NormalizedName, ...]:
        """All projects that it has a rule for, sorted."""
        return tuple(self._of)

    def about(self, name: NormalizedName) -> tuple[Rule, ...]:
        """All rules for a project, whatever their conditions."""
        return self._of.get(name, ())

    def told(self, name: NormalizedName, version: Version, target: Target) -> tuple[Rule, ...]:
        """The rules that hold for one version on a target, in their order: they explain its `treatment`."""
        return tuple(rule for rule in self.about(name) if rule.conditions.met(version, target))

    def treatment(self, name: NormalizedName, version: Version, target: Target) -> Treatment:
        """What the rules come to for one version on a target."""
        found = merged(self.told(name, version, target))
        return replace(found, provided=tuple(sorted({*found.provided, *self.provided}))) if self.provided else found

    def then(self, rules: Iterable[Rule]) -> Cookbook:
        """The same with further rules, which win over these."""
        return replace(self, rules=(*self.rules, *rules))

    def seeds(self, target: Target) -> frozenset[NormalizedName]:
        """The projects that are taken as wheels for builds on a target, whatever their version."""
        return frozenset(name for name in self._of if self._policy(name, target) is Policy.SEED)

    def _policy(self, name: NormalizedName, target: Target) -> Policy | None:
        """What holds for all versions; ``None`` where none does."""
        for rule in reversed(self.about(name)):
            if rule.policy is not None and rule.conditions.versions is not None:
                return None
            if rule.policy is not None and rule.conditions.met_on(target):
                return rule.policy
        return None


def merged(rules: Sequence[Rule]) -> Treatment:
    """Lay rules over each other, the later over the earlier.

    On the policy, a variable, a config setting, and the build requirements on one project, the last word counts.
    Provided tools and patches are gathered; a patch that several rules have is applied once, where it came first.
    """
    if not rules:
        return _PLAIN
    amendments: dict[NormalizedName, Amendment] = {}
    for rule in rules:
        amendments |= rule.amendments
    return Treatment(
        policy=next((rule.policy for rule in reversed(rules) if rule.policy is not None), Policy.BUILD),
        adds=tuple(sorted({text for amendment in amendments.values() for text in amendment.requirements})),
        removes=tuple(sorted(name for name, amendment in amendments.items() if amendment.word is not Word.ADD)),
        provided=tuple(sorted({tool for rule in rules for tool in rule.provided})),
        environment={name: value for rule in rules for name, value in rule.environment.items()},
        settings={key: value for rule in rules for key, value in rule.settings.items()},
        patches=tuple({patch.sha256: patch for rule in rules for patch in rule.patches}.values()),
    )
