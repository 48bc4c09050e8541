"""The units of a lock as they are written: what treats several of them alike stands in tables of its own."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from wheelforge.formats import lock_wire as wire
from wheelforge.formats.lock_checks import contradiction
from wheelforge.model.lock import BuildRequirement, Cycle, Unit
from wheelforge.model.treatment import Patch, Treatment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def unit_table(unit: Unit) -> wire.Unit:
    """A unit, which names its patches."""
    treatment = unit.treatment
    return wire.Unit(
        order=unit.order,
        name=unit.name,
        version=unit.version,
        artifact=unit.artifact,
        builder=unit.builder,
        backend=unit.backend,
        environment=unit.environment,
        requires=msgspec.convert(unit.requires, tuple[wire.BuildRequirement, ...], from_attributes=True),
        hooks=unit.hooks,
        removes=treatment.removes,
        provided=treatment.provided,
        env=dict(sorted(treatment.environment.items())),
        config_settings=dict(sorted(treatment.settings.items())),
        patches=tuple(patch.sha256 for patch in treatment.patches),
        cycles=msgspec.convert(unit.cycles, tuple[wire.Cycle, ...], from_attributes=True),
    )


def patch_tables(units: Iterable[Unit]) -> list[wire.Patch]:
    """All patches of units, each once, sorted by hash."""
    patches = {patch.sha256: patch for unit in units for patch in unit.treatment.patches}
    return [_patch_table(patches[key]) for key in sorted(patches)]


def _patch_table(patch: Patch) -> wire.Patch:
    try:
        content, encoding = patch.content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        content, encoding = patch.content.decode("latin-1"), "latin-1"
    return wire.Patch(sha256=patch.sha256, filename=patch.filename, content=content, encoding=encoding)


def units_of(lock: wire.Lock, origin: str) -> tuple[Unit, ...]:
    """The units of a lock, with their patches.

    Raises:
        IntegrityError: a patch is not what its hash says, or not there.
    """
    patches = {table.sha256: _patch(table, f"patches[{place}]", origin) for place, table in enumerate(lock.patches)}
    return tuple(_unit(unit, patches, f"units[{place}]", origin) for place, unit in enumerate(lock.units))


def _unit(table: wire.Unit, patches: Mapping[str, Patch], where: str, origin: str) -> Unit:
    if missing := [key for key in table.patches if key not in patches]:
        raise contradiction(origin, [(f"{where}.patches", f"{missing[0]!r} is not among the patches")])
    return Unit(
        order=table.order,
        name=table.name,
        version=table.version,
        artifact=table.artifact,
        builder=table.builder,
        backend=table.backend,
        environment=table.environment,
        requires=tuple(BuildRequirement(requirement=one.requirement, source=one.source) for one in table.requires),
        hooks=table.hooks,
        treatment=Treatment(
            removes=table.removes,
            provided=table.provided,
            environment=table.env,
            settings=table.config_settings,
            patches=tuple(patches[key] for key in table.patches),
        ),
        cycles=tuple(Cycle(path=one.path, avoids=one.avoids) for one in table.cycles),
    )


def _patch(table: wire.Patch, where: str, origin: str) -> Patch:
    if table.encoding not in {"utf-8", "latin-1"}:
        raise contradiction(origin, [(f"{where}.encoding", f"{table.encoding!r} is neither utf-8 nor latin-1")])
    try:
        content = table.content.encode(table.encoding)
    except UnicodeEncodeError:
        raise contradiction(origin, [(f"{where}.content", f"it is no text in {table.encoding}")]) from None
    if hashlib.sha256(content).hexdigest() != table.sha256:
        raise contradiction(origin, [(f"{where}.content", "it does not have the hash that is locked")])
    return Patch(filename=table.filename, sha256=table.sha256, content=content)
