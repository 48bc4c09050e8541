"""Recipes whose every word is understood: rules, each for some projects under some conditions."""

from __future__ import annotations

import enum
import fnmatch
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.markers import Marker
    from packaging.specifiers import SpecifierSet
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.model.targets import Target
    from wheelforge.model.treatment import ConfigSettings, Patch, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Which versions a rule is for, and on which targets; by default all on all."""

    versions: SpecifierSet | None = None
    """Pre-releases are versions like others."""
    targets: tuple[str, ...] = ()
    """Globs for the name of the target, of which one must fit."""
    marker: Marker | None = None
    """Asked of the target's environment (PEP 508)."""

    def met(self, version: Version, target: Target) -> bool:
        """Whether they hold for a version on a target."""
        fits = self.versions is None or self.versions.contains(version, prereleases=True)
        return fits and self.met_on(target)

    def met_on(self, target: Target) -> bool:
        """Whether those hold that are about the target."""
        if self.targets and not any(fnmatch.fnmatchcase(target.name, glob) for glob in self.targets):
            return False
        return target.evaluate(self.marker)


class Word(enum.Enum):
    """What a rule can say of a build requirement."""

    ADD = "add"
    REMOVE = "remove"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What becomes of the build requirements on one project; a later rule's word takes the place of this one."""

    word: Word
    requirements: tuple[str, ...] = ()
    """PEP 508, as written; none for `Word.REMOVE`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One recipe of a file, or what an option comes to."""

    names: frozenset[NormalizedName]
    origin: str
    """Who says it: ``recipes/app.toml:3``, ``built-in cmake.toml:3``, ``--seed cmake``."""
    why: str = ""
    """One line for people; empty where the author gave none."""
    conditions: Conditions = field(default_factory=Conditions)
    policy: Policy | None = None
    amendments: Mapping[NormalizedName, Amendment] = field(default_factory=dict)
    provided: frozenset[str] = frozenset()
    environment: Mapping[str, str] = field(default_factory=dict)
    settings: ConfigSettings = field(default_factory=dict)
    patches: tuple[Patch, ...] = ()

    @property
    def words(self) -> Mapping[tuple[str, str], object]:
        """What it says of each subject on which a later rule may say otherwise: ``("env", "CFLAGS")``."""
        return {
            **({} if self.policy is None else {("policy", ""): self.policy}),
            **{("build-requires", name): amendment for name, amendment in self.amendments.items()},
            **{("env", name): value for name, value in self.environment.items()},
            **{("config-settings", key): value for key, value in self.settings.items()},
        }
