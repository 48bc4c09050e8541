"""``wheelforge.lock``: the same bytes for the same lock, and nothing taken from it on trust."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec
import tomli_w
from packaging.version import Version

from wheelforge.errors import UsageError
from wheelforge.formats import lock_wire as wire
from wheelforge.formats.lock_checks import check_lock, check_texts, contradiction
from wheelforge.formats.lock_units import patch_tables, unit_table, units_of
from wheelforge.formats.toml_text import misplaced
from wheelforge.model import lock as model
from wheelforge.model.direct import DirectUrl, VcsInfo
from wheelforge.model.filenames import version_of
from wheelforge.model.shape import Shape
from wheelforge.model.told import printable
from wheelforge.model.toml import BrokenToml, parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEADER = "# Written by wheelforge. Do not edit: collect makes it anew.\n\n"
_FILENAME = attrgetter("filename")
_KEY = attrgetter("key")
_NAME = attrgetter("name")
_ORDER = attrgetter("order")
_SPEAKER = attrgetter("artifact", "wheel")


def dump_lock(lock: model.Lock) -> bytes:
    """Write a lock as TOML, UTF-8; tables that have an order of their own are sorted by it.

    Raises:
        IntegrityError: the lock contradicts itself, so that it could not be read again.
    """
    origin = "the lock to be written"
    check_lock(lock, origin=origin)
    written = msgspec.to_builtins(_to_wire(_in_order(lock)), enc_hook=str)
    check_texts(written, origin=origin)
    return (_HEADER + tomli_w.dumps(written)).encode()


def load_lock(data: bytes, *, origin: str) -> model.Lock:
    """Read a lock; ``origin`` is the file's name, for messages.

    Raises:
        UsageError: it is no lock, or one that a newer wheelforge wrote.
        IntegrityError: what it says contradicts itself, or is nothing that a lock may say.
    """
    table = _read_toml(data, origin)
    _check_version(table.get("lock-version"), origin)
    try:
        written = msgspec.convert(table, wire.Lock, dec_hook=_decode)
    except msgspec.ValidationError as error:
        problem, where = misplaced(error)
        place = f"{origin}: {where}" if where else origin
        raise UsageError(f"{place}: {printable(problem)}", hint="this is not a lock that wheelforge wrote") from error
    if written.complete is bool(written.incomplete):
        raise contradiction(origin, [("complete", f"{str(written.complete).lower()} contradicts 'incomplete'")])
    if strange := [one.name for one in written.targets if not set(one.incomplete) <= set(written.incomplete)]:
        raise contradiction(origin, [(f"targets.{name}", "says more than 'incomplete'") for name in strange])
    lock = _from_wire(written, origin)
    check_lock(lock, origin=origin)
    check_texts(table, origin=origin)
    return _in_order(lock)


def _read_toml(data: bytes, origin: str) -> dict[str, Any]:
    try:
        return parse_toml(data)
    except BrokenToml as error:
        raise UsageError(f"{origin}: not a TOML file: {printable(str(error))}") from error


def _check_version(found: object, origin: str) -> None:
    version = version_of(found) if isinstance(found, str) else None
    if version is None:
        raise UsageError(f"{origin}: lock-version: missing, or not a version", hint="this is not wheelforge's lock")
    if version != Version(wire.LOCK_VERSION):
        raise UsageError(
            f"{origin}: lock-version: {version} is not known here, only {wire.LOCK_VERSION}",
            hint="a newer wheelforge wrote it: install that one",
        )


def _decode(kind: type, value: object) -> object:
    """The one type that msgspec does not know; its error gets the key path there."""
    if kind is Version and isinstance(value, str):
        return Version(value)
    raise TypeError(f"Expected a version, got {type(value).__name__}")


def _in_order(lock: model.Lock) -> model.Lock:
    """The same lock, each table in the order in which it is written."""
    return replace(
        lock,
        inputs=replace(lock.inputs, options=dict(sorted(lock.inputs.options.items()))),
        targets=tuple(
            replace(target, environment=dict(sorted(target.environment.items())), pins=_sorted_pins(target.pins))
            for target in sorted(lock.targets, key=_NAME)
        ),
        artifacts=tuple(sorted(lock.artifacts, key=_FILENAME)),
        environments=tuple(
            replace(environment, pins=_sorted_pins(environment.pins))
            for environment in sorted(lock.environments, key=_KEY)
        ),
        hook_environments=tuple(
            replace(environment, wheels=tuple(sorted(environment.wheels, key=_FILENAME)))
            for environment in sorted(lock.hook_environments, key=_KEY)
        ),
        units=tuple(sorted(lock.units, key=_ORDER)),
        expected=tuple(sorted(lock.expected, key=_SPEAKER)),
        built=tuple(sorted(lock.built, key=_FILENAME)),
    )


def _sorted_pins(pins: Iterable[model.Pin]) -> tuple[model.Pin, ...]:
    return tuple(sorted(pins, key=_NAME))


def _to_wire(lock: model.Lock) -> wire.Lock:
    """The tables have the fields of the model, so msgspec reads them off it by name."""
    return wire.Lock(
        lock_version=wire.LOCK_VERSION,
        holds=lock.holds,
        complete=not lock.incomplete,
        incomplete=lock.incomplete,
        inputs=msgspec.convert(lock.inputs, wire.Inputs, from_attributes=True),
        targets=msgspec.convert(lock.targets, tuple[wire.Target, ...], from_attributes=True),
        artifacts=msgspec.convert(lock.artifacts, tuple[wire.Artifact, ...], from_attributes=True),
        environments=msgspec.convert(lock.environments, tuple[wire.Environment, ...], from_attributes=True),
        hook_environments=msgspec.convert(
            lock.hook_environments, tuple[wire.HookEnvironment, ...], from_attributes=True
        ),
        patches=tuple(patch_tables(lock.units)),
        units=tuple(map(unit_table, lock.units)),
        expected=msgspec.convert(lock.expected, tuple[wire.ExpectedShape, ...], from_attributes=True),
        built=msgspec.convert(lock.built, tuple[wire.Artifact, ...], from_attributes=True),
    )


def _from_wire(written: wire.Lock, origin: str) -> model.Lock:
    return model.Lock(
        holds=written.holds,
        inputs=model.LockedInputs(**_fields(written.inputs)),
        targets=tuple(
            model.LockedTarget(**_fields(target) | {"pins": _pins(target.pins)}) for target in written.targets
        ),
        artifacts=_files(written.artifacts),
        environments=tuple(
            model.BuildEnvironment(key=environment.key, pins=_pins(environment.pins))
            for environment in written.environments
        ),
        hook_environments=tuple(
            model.HookEnvironment(
                key=environment.key, wheels=tuple(model.HookWheel(**_fields(wheel)) for wheel in environment.wheels)
            )
            for environment in written.hook_environments
        ),
        units=units_of(written, origin),
        expected=tuple(_expected(one) for one in written.expected),
        incomplete=written.incomplete,
        built=_files(written.built),
    )


def _expected(one: wire.ExpectedShape) -> model.ExpectedShape:
    return model.ExpectedShape(**_fields(one) | {"shape": Shape(**_fields(one.shape))})


def _files(files: Iterable[wire.Artifact]) -> tuple[model.LockedArtifact, ...]:
    return tuple(model.LockedArtifact(**_fields(file) | {"direct": _direct(file.direct)}) for file in files)


def _direct(direct: wire.DirectUrl | None) -> DirectUrl | None:
    if direct is None:
        return None
    vcs = None if direct.vcs is None else VcsInfo(**_fields(direct.vcs))
    return DirectUrl(**_fields(direct) | {"vcs": vcs})


def _pins(pins: Iterable[wire.Pin]) -> tuple[model.Pin, ...]:
    return tuple(model.Pin(**_fields(pin)) for pin in pins)


def _fields(table: wire.Table) -> dict[str, Any]:
    return msgspec.structs.asdict(table)
