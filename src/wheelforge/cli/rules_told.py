"""Recipes and what they come to, in words and as documents."""

from __future__ import annotations

import enum
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.version import Version

from wheelforge.cli.output import RuleDocument, TreatedDocument, TreatmentDocument
from wheelforge.model.treatment import Policy, Treatment
from wheelforge.recipes.cookbook import merged
from wheelforge.recipes.rules import Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wheelforge.model.targets import Target
    from wheelforge.recipes.rules import Rule

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ANY_VERSION = Version("0")


class Holds(enum.Enum):
    """Whether the conditions of a rule are met."""

    YES = "yes"
    NO = "no"
    DEPENDS = "depends on the version"
    """Which nobody has named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Treated:
    """All rules for a project, and what they come to on one target."""

    target: str
    rules: tuple[tuple[Rule, Holds], ...]
    treatment: Treatment | None
    """``None`` where it depends on the version."""


def treated(rules: Sequence[Rule], version: Version | None, target: Target) -> Treated:
    """What the rules for a project come to for one version, or for all."""
    found = tuple((rule, _holds(rule, version, target)) for rule in rules)
    is_open = any(holds is Holds.DEPENDS for _, holds in found)
    total = None if is_open else merged([rule for rule, holds in found if holds is Holds.YES])
    return Treated(target=target.name, rules=found, treatment=total)


def _holds(rule: Rule, version: Version | None, target: Target) -> Holds:
    if version is not None:
        return Holds.YES if rule.conditions.met(version, target) else Holds.NO
    if not replace(rule.conditions, versions=None).met(_ANY_VERSION, target):
        return Holds.NO
    return Holds.YES if rule.conditions.versions is None else Holds.DEPENDS


def treated_document(found: Treated) -> TreatedDocument:
    """The same, for programs."""
    return TreatedDocument(
        target=found.target,
        treatment=None if found.treatment is None else _treatment_document(found.treatment),
        rules=[
            RuleDocument(
                origin=rule.origin,
                why=rule.why,
                conditions=list(conditions(rule)),
                holds=holds.value,
                says=list(statements(rule)),
            )
            for rule, holds in found.rules
        ],
    )


def treated_lines(subject: str, found: Treated) -> Iterator[str]:
    """The same, for people; ``subject`` is the project, with the version where one was named."""
    if found.treatment is None:
        yield f"{subject} on {found.target}: that depends on the version; name one to see what they come to"
    else:
        yield f"{subject} on {found.target}:"
        yield from (f"  {line}" for line in sentences(found.treatment))
    yield f"said by{', the later over the earlier' if len(found.rules) > 1 else ''}:"
    for rule, holds in found.rules:
        limits = "".join(f", for {condition}" for condition in conditions(rule))
        yield f"  {rule.origin}{limits}{': does not hold here' if holds is Holds.NO else ''}"
        if rule.why:
            yield f"    # {rule.why}"
        yield from (f"    {line}" for line in statements(rule))


def sentences(treatment: Treatment) -> Iterator[str]:
    """What is done, a line each."""
    if treatment.policy is Policy.SEED:
        yield "where builds need it, its wheel is taken, though the rest is built from source"
    if treatment.removes:
        yield f"what its sdist and its hook require of {', '.join(treatment.removes)} is dropped"
    if treatment.adds:
        yield f"its build requires {', '.join(treatment.adds)} too"
    if treatment.provided:
        yield f"its build may see {', '.join(treatment.provided)} of the system"
    if treatment.environment:
        yield f"its build runs with {' '.join(f'{name}={value}' for name, value in treatment.environment.items())}"
    for key, value in treatment.settings.items():
        yield f"its backend is handed {key} = {_text(value)}"
    if treatment.patches:
        yield f"it is patched with {', '.join(patch.filename for patch in treatment.patches)}"
    if treatment == Treatment():
        yield "it is built as it says itself"


def statements(rule: Rule) -> Iterator[str]:
    """What a rule says, as a recipe file has it, a line for each key."""
    if rule.policy is not None:
        yield f"policy = {_text(rule.policy.value)}"
    for word in Word:
        said = [(name, one.requirements) for name, one in rule.amendments.items() if one.word is word]
        if said:
            yield f"build-requires.{word.value} = {_text([text for name, texts in said for text in texts or (name,)])}"
    if rule.provided:
        yield f"provided = {_text(sorted(rule.provided))}"
    yield from (f"env.{_key(name)} = {_text(value)}" for name, value in rule.environment.items())
    yield from (f"config-settings.{_key(key)} = {_text(value)}" for key, value in rule.settings.items())
    if rule.patches:
        yield f"patches = {_text([patch.filename for patch in rule.patches])}"


def headings(rule: Rule) -> Iterator[str]:
    """What a rule is about, in few words."""
    if rule.policy is not None:
        yield rule.policy.value
    if rule.amendments:
        yield f"build requirements {' '.join(sorted(rule.amendments))}"
    if rule.provided:
        yield f"provided {' '.join(sorted(rule.provided))}"
    yield from rule.environment
    yield from rule.settings
    if rule.patches:
        yield f"patches {' '.join(patch.filename for patch in rule.patches)}"


def conditions(rule: Rule) -> Iterator[str]:
    """What must hold for it, in words; nothing where it always holds."""
    if rule.conditions.versions is not None:
        yield f"versions {rule.conditions.versions}"
    if rule.conditions.targets:
        yield f"targets {' or '.join(rule.conditions.targets)}"
    if rule.conditions.marker is not None:
        yield str(rule.conditions.marker)


def _treatment_document(treatment: Treatment) -> TreatmentDocument:
    return TreatmentDocument(
        policy=treatment.policy.value,
        adds=list(treatment.adds),
        removes=list(treatment.removes),
        provided=list(treatment.provided),
        env=dict(treatment.environment),
        config_settings={
            key: value if isinstance(value, str) else list(value) for key, value in treatment.settings.items()
        },
        patches=[patch.filename for patch in treatment.patches],
    )


def _text(value: object) -> str:
    """As TOML has it, which for texts and lists of them is as JSON has it."""
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)
