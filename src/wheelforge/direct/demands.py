"""The places that distributions of places name in what they require: ``Requires-Dist: b @ git+https://...``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from packaging.utils import canonicalize_name

from wheelforge.errors import ResolutionError
from wheelforge.formats.requirement import BadRequirement, parse_input
from wheelforge.model.inputs import Reference
from wheelforge.resolve.problem import applies
from wheelforge.together import together

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName

    from wheelforge.direct.obtained import Obtained
    from wheelforge.model.targets import Target

_HERE = ("file:", "git+file:")
MAX_PLACES = 200
"""Places that are named by others: a server could make up a further one for each that is read."""


class Obtaining(Protocol):
    """Gets what stands at a place, as `wheelforge.direct.places.Places` does."""

    async def obtain(self, reference: Reference, /) -> Obtained:
        """Its bytes are in the store; what is asked for twice is obtained once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What stands before others are heard."""

    target: Target
    roots: tuple[Requirement, ...] = ()
    """What the user asks for by name, of which extras can bring further places."""
    settled: frozenset[NormalizedName] = frozenset()
    """Projects of which it does not count where others say that they are, beside those that the user named himself."""


async def follow(named: Sequence[Obtained], places: Obtaining, ground: Ground) -> list[Obtained]:
    """Obtain what the distributions that the user named ask for by place, and what these ask for, to the end.

    Only what they say statically is heard. Where the user has named the place of a project, that one counts.

    Raises:
        ResolutionError: there is no end, or one asks for what is no place, or from elsewhere for a place of this
            machine.
        WheelforgeError: as obtaining.
    """
    hearing = _Hearing(named, ground)
    layer = [*named, *hearing.more(ground.roots)]
    found: list[Obtained] = []
    while layer:
        again, wanted = hearing.hear(layer)
        _check_end(len(found) + len(wanted), wanted)
        fresh = await together(places.obtain(one) for one in wanted)
        hearing.learn(fresh)
        found += fresh
        layer = [*again, *fresh]
    return found


class _Hearing:
    """Hears each distribution once with the same extras, so that every circle ends."""

    def __init__(self, named: Sequence[Obtained], ground: Ground) -> None:
        self._known = {one.artifact.name: one for one in named}
        self._settled = ground.settled | self._known.keys()
        self._target = ground.target
        self._heard = {_key(one.reference) for one in named}

    def learn(self, found: Iterable[Obtained]) -> None:
        self._known |= {one.artifact.name: one for one in found}

    def hear(self, layer: Iterable[Obtained]) -> tuple[list[Obtained], list[Reference]]:
        """What is to be heard again with further extras, and the places that are new."""
        by_name: list[Requirement] = []
        wanted: list[Reference] = []
        for one in layer:
            for requirement in one.requires:
                if not applies(requirement, self._target, one.reference.extras):
                    continue
                if requirement.url is None or canonicalize_name(requirement.name) in self._settled:
                    by_name.append(requirement)
                elif self._is_new(reference := _reference(one, requirement)):
                    wanted.append(reference)
        return list(self.more(by_name)), wanted

    def more(self, by_name: Iterable[Requirement]) -> Iterator[Obtained]:
        """Those of the projects that places are known of, with the extras that are asked for."""
        for requirement in by_name:
            one = self._known.get(canonicalize_name(requirement.name))
            if one is not None and requirement.extras:
                extras = tuple(sorted(map(canonicalize_name, requirement.extras)))
                again = replace(one, reference=replace(one.reference, extras=extras))
                if self._is_new(again.reference):
                    yield again

    def _is_new(self, reference: Reference) -> bool:
        key = _key(reference)
        new = key not in self._heard
        self._heard.add(key)
        return new


def _key(reference: Reference) -> Hashable:
    return reference.location, reference.subdirectory, reference.hashes, reference.extras


def _reference(one: Obtained, requirement: Requirement) -> Reference:
    """The place that a requirement names; only who stands on this machine may name one there."""
    origin = f"{one.artifact.name} {one.artifact.version}"
    base = Path() if one.reference.location.startswith(_HERE) else None
    try:
        reference = parse_input(str(requirement), origin=origin, base=base)
    except BadRequirement as error:
        raise ResolutionError(
            f"{origin} requires {requirement.name} at a place that cannot be taken:\n{error.message}",
            hint=f"name a place that can: '{requirement.name} @ URL'",
        ) from None
    if not isinstance(reference, Reference):  # of a requirement with a URL it is one
        raise TypeError(str(requirement))
    return reference


def _check_end(count: int, wanted: Sequence[Reference]) -> None:
    if count > MAX_PLACES:
        raise ResolutionError(
            f"{wanted[-1].origin} asks for one place too many: others may name {MAX_PLACES}",
            hint="name those that are needed yourself",
        )
