"""What the lines of requirements say of builds, in the terms of recipes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wheelforge.recipes.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wheelforge.model.inputs import Asked
    from wheelforge.model.treatment import ConfigSettings


def settings_rules(asked: Iterable[Asked]) -> Iterator[Rule]:
    """A rule for each line with config settings, in their order: a later one wins over an earlier one's keys."""
    for one in dict.fromkeys(one for one in asked if one.settings):
        name = canonicalize_name(one.requirement.name)
        yield Rule(names=frozenset({name}), origin=one.origin, settings=config_settings(one.settings))


def config_settings(pairs: Iterable[tuple[str, str]]) -> ConfigSettings:
    """Settings as PEP 517 hands them on: a key that was given several times has all its values."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: values[0] if len(values) == 1 else tuple(values) for key, values in found.items()}
