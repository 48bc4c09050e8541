"""Places that constraints name: where a project is taken from, should it be needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wheelforge.errors import UsageError

if TYPE_CHECKING:
    from packaging.utils import NormalizedName

    from wheelforge.direct.demands import Obtaining
    from wheelforge.direct.obtained import Obtained
    from wheelforge.model.inputs import Inputs, Reference
    from wheelforge.model.targets import Target


def constrained(inputs: Inputs, target: Target) -> dict[NormalizedName, Reference]:
    """For each project the place that the constraints name which count on a target.

    Raises:
        UsageError: they name two places of one project, or hashes that have none in common.
    """
    found: dict[NormalizedName, Reference] = {}
    for one in inputs.constraint_places:
        if one.name is not None and target.evaluate(one.marker):
            found[one.name] = _both(found.get(one.name, one), one)
    return found


def obtaining(places: Obtaining, inputs: Inputs) -> Obtaining:
    """What constraints are obtained with: in pip's hash-checking mode only with a hash, as all that is taken then."""
    return _Hashed(places) if inputs.require_hashes else places


@dataclass(frozen=True, slots=True)
class _Hashed:
    """An `Obtaining` that looks at no place without a hash."""

    places: Obtaining

    async def obtain(self, reference: Reference, /) -> Obtained:
        if not reference.hashes:
            raise UsageError(
                f"hashes are required, and this constraint has none:\n  {reference.told} ({reference.origin})",
                hint="name an archive, with --hash=sha256:... on its line",
            )
        return await self.places.obtain(reference)


def _both(one: Reference, other: Reference) -> Reference:
    hashes = one.hashes & other.hashes if one.hashes and other.hashes else one.hashes | other.hashes
    is_one_place = (one.location, one.subdirectory) == (other.location, other.subdirectory)
    if not is_one_place or bool(hashes) is not bool(one.hashes or other.hashes):
        told = "\n".join(f"  {place.told} ({place.origin})" for place in (one, other))
        raise UsageError(
            f"no file of {one.name} can meet both of these constraints:\n{told}", hint="leave one of them out"
        )
    return replace(one, hashes=hashes)
