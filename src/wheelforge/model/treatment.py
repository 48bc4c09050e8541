"""How one sdist is built beyond what it says itself: what all recipes and settings come to for it."""

from __future__ import annotations

import enum
import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from wheelforge.model.told import holds_credentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.utils import NormalizedName

    ConfigSettings: TypeAlias = Mapping[str, str | tuple[str, ...]]
    """What PEP 517 hands to every hook; a key that was given several times has all its values, in their order."""


class Policy(enum.Enum):
    """Whether a project is built at all."""

    BUILD = "build"
    SEED = "seed"
    """Where builds need it, its wheel is taken, though the rest is built from source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A change to the unpacked sdist: a unified diff, applied at the top of its tree, one leading folder dropped."""

    filename: str
    """A bare name, for people; two patches may share it, while ``sha256`` tells them apart."""
    sha256: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """What recipes and settings come to for one version of a project on one target; empty for most."""

    policy: Policy = Policy.BUILD
    adds: tuple[str, ...] = ()
    """Build requirements beyond those of the sdist and its hook: PEP 508, sorted."""
    removes: tuple[NormalizedName, ...] = ()
    """Projects for which its own and its hook's requirements are dropped; sorted. ``adds`` may have others for them."""
    provided: tuple[str, ...] = ()
    """Tools of the host or the image that its build may see, by the names of their commands; sorted."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables for every hook."""
    settings: ConfigSettings = field(default_factory=dict)
    patches: tuple[Patch, ...] = ()
    """In the order in which they are applied."""

    @property
    def planned(self) -> Treatment:
        """What is left of it to heed once the build is planned: what it adds stands among the requirements then."""
        return replace(self, policy=Policy.BUILD, adds=())

    @property
    def fingerprint(self) -> str:
        """The same for all treatments that hooks can tell no difference between; empty for the one that is empty."""
        said = {
            "provided": self.provided,
            "environment": sorted(self.environment.items()),
            "settings": sorted(self.settings.items()),
            "patches": [patch.sha256 for patch in self.patches],
        }
        if not any(said.values()):
            return ""
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def unrecordable(text: str) -> str | None:
    """Why a lock cannot record a text among variables and settings, as a clause; ``None`` where it can."""
    if not text.isprintable():
        return "it holds characters that cannot be printed, and a lock has none"
    if holds_credentials(text):
        return "it holds credentials, and a lock that records them is handed on"
    return None


PLAIN = Treatment()
"""What most sdists get: they are built as they say themselves."""
