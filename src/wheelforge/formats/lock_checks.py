"""Whether a lock agrees with itself: what is refused before anything it says is believed."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from wheelforge.errors import IntegrityError
from wheelforge.formats.lock_file_checks import file_flaws, is_wheel_of, show
from wheelforge.model.artifacts import Kind
from wheelforge.model.filenames import is_safe
from wheelforge.model.lock import Holding
from wheelforge.model.told import holds_credentials, printable
from wheelforge.model.variables import variable_flaw

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wheelforge.formats.lock_file_checks import Flaw
    from wheelforge.model.lock import Cycle, ExpectedShape, Lock, LockedArtifact, LockedInputs, Pin, Unit
    from wheelforge.model.treatment import Treatment

_KEY = re.compile(r"[0-9a-f]{16}")
_QUOTES = frozenset("'\"\\")
_PATCH = re.compile(r"patches\[\d+\]\.content")
_HASHES = re.compile(r"(?: --hash=(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}))*")
_DASHES = 2
"""In a tag: ``py3-none-any``."""
_CLOSED = 2
"""What a cycle has at least: its beginning, and that again."""
_SHOWN = 20


def check_lock(lock: Lock, *, origin: str) -> None:
    """Look for contradictions and for what no lock may hold, and tell all of them.

    Raises:
        IntegrityError: with ``origin`` and the key path of each.
    """
    if flaws := list(_flaws(lock)):
        raise contradiction(origin, flaws)


def check_texts(table: object, *, origin: str) -> None:
    """Look through all keys and values of a lock's TOML for what would steer a terminal or hide from its reader.

    Raises:
        IntegrityError: with ``origin`` and the key path of each.
    """
    if flaws := list(_unprintable(table, "")):
        raise contradiction(origin, flaws)


def _unprintable(value: object, where: str) -> Iterator[Flaw]:
    match value:
        # A patch has lines, and what else its file needs; it is never printed, and TOML escapes it.
        case str() if _PATCH.fullmatch(where):
            return
        case str() if not value.isprintable():
            yield where, f"{show(value)} holds characters that cannot be printed"
        case dict():
            for key, held in value.items():
                yield from _unprintable(key, where)
                yield from _unprintable(held, f"{where}.{printable(key)}".removeprefix("."))
        case list() | tuple():
            for place, held in enumerate(value):
                yield from _unprintable(held, f"{where}[{place}]")


def contradiction(origin: str, flaws: Sequence[Flaw]) -> IntegrityError:
    """The error that tells ``flaws``, the first of them if they are very many."""
    lines = [f"{origin}: {where}: {problem}" for where, problem in flaws[:_SHOWN]]
    if len(flaws) > _SHOWN:
        lines.append(f"{origin}: and {len(flaws) - _SHOWN} more")
    return IntegrityError("\n".join(lines), hint="make the lock anew with: wheelforge collect")


def _flaws(lock: Lock) -> Iterator[Flaw]:
    for table, files in (("artifacts", lock.artifacts), ("built", lock.built)):
        yield from _repeated(table, "filename", [file.filename for file in files])
        for place, file in enumerate(files):
            yield from ((f"{table}[{place}].{key}", problem) for key, problem in file_flaws(file))
    if lock.built and lock.holds is Holding.COLLECTED:
        yield "built", "a collected folder holds nothing that was built"
    files_by_name = {file.filename: file for file in lock.artifacts}
    yield from _input_flaws(lock.inputs)
    yield from _place_flaws(lock)
    yield from _target_flaws(lock, files_by_name)
    yield from _environment_flaws(lock, files_by_name)
    yield from _unit_flaws(lock, files_by_name)
    yield from _shape_flaws(lock, files_by_name)


def _input_flaws(inputs: LockedInputs) -> Iterator[Flaw]:
    asked = {
        "requirements": inputs.requirements,
        "constraints": inputs.constraints,
        "build-constraints": inputs.build_constraints,
        "overrides": inputs.overrides,
    }
    for key, texts in asked.items():
        for place, text in enumerate(texts):
            requirement, mark, hashes = text.partition(" --hash=")
            where = f"inputs.{key}[{place}]"
            yield from _requirement_flaws(where, requirement)
            if not _HASHES.fullmatch(mark + hashes):
                yield where, f"{show(mark + hashes)} is not made of hashes"
    places = {"references": inputs.references, "constraint-references": inputs.constraint_references}
    options = {f"options.{printable(key)}": value for key, value in inputs.options.items()}
    for key, value in {**asked, **places, "locks": inputs.locks, **options}.items():
        for text in [value] if isinstance(value, str) else value if isinstance(value, tuple) else ():
            if holds_credentials(text):
                yield f"inputs.{key}", f"{show(text)} holds credentials"


def _place_flaws(lock: Lock) -> Iterator[Flaw]:
    """Where a file stands, and beside what."""
    targets = {target.name for target in lock.targets}
    sdists = {(file.name, file.version) for file in lock.artifacts if file.kind is Kind.SDIST}
    for place, file in enumerate(lock.artifacts):
        where = f"artifacts[{place}]"
        if unknown := sorted(set(file.targets) - targets):
            yield f"{where}.targets", f"{show(unknown[0])} is not among the targets"
        yield from _repeated(f"{where}.targets", "name", file.targets)
        if file.targets and file.build_only:
            yield f"{where}.targets", "what only builds need is in the folder of no target"
        if file.fallback and (file.kind is not Kind.WHEEL or (file.name, file.version) not in sdists):
            yield f"{where}.fallback", f"there is no sdist that {show(file.filename)} could stand in for"


def _requirement_flaws(where: str, text: str) -> Iterator[Flaw]:
    try:
        Requirement(text)
    except (InvalidRequirement, RecursionError):
        yield where, f"{show(text)} is not a requirement (PEP 508)"


def _target_flaws(lock: Lock, files: Mapping[str, LockedArtifact]) -> Iterator[Flaw]:
    """Targets give folders and files their names, and their markers are quoted in other formats."""
    yield from _repeated("targets", "name", [target.name for target in lock.targets])
    for place, target in enumerate(lock.targets):
        where = f"targets[{place}]"
        if not is_safe(target.name):
            yield f"{where}.name", f"{show(target.name)} is not the name of a target"
        for marker, value in target.environment.items():
            if not value.isprintable() or not _QUOTES.isdisjoint(value):
                yield f"{where}.environment", f"{show(value)} is no value of {show(marker)}"
        yield from _pin_flaws(f"{where}.pins", target.pins, files)


def _environment_flaws(lock: Lock, files: Mapping[str, LockedArtifact]) -> Iterator[Flaw]:
    yield from _repeated("environments", "key", [environment.key for environment in lock.environments])
    for place, environment in enumerate(lock.environments):
        where = f"environments[{place}]"
        if not _KEY.fullmatch(environment.key):
            yield f"{where}.key", f"{show(environment.key)} is not 16 hex digits"
        yield from _pin_flaws(f"{where}.pins", environment.pins, files)


def _pin_flaws(table: str, pins: Sequence[Pin], files: Mapping[str, LockedArtifact]) -> Iterator[Flaw]:
    yield from _repeated(table, "name", [pin.name for pin in pins])
    for place, pin in enumerate(pins):
        yield from ((f"{table}[{place}].{key}", problem) for key, problem in _named_file_flaws(pin, files))
        for number, text in enumerate(pin.requires):
            yield from _requirement_flaws(f"{table}[{place}].requires[{number}]", text)


def _named_file_flaws(item: Pin | Unit, files: Mapping[str, LockedArtifact]) -> Iterator[Flaw]:
    file = files.get(item.artifact)
    if file is None:
        yield "artifact", f"{show(item.artifact)} is not among the artifacts"
    elif (file.name, file.version) != (item.name, item.version):
        yield "artifact", f"{show(item.artifact)} is not {show(item.name)} {item.version}"


def _unit_flaws(lock: Lock, files: Mapping[str, LockedArtifact]) -> Iterator[Flaw]:
    yield from _repeated("hook-environments", "key", [environment.key for environment in lock.hook_environments])
    held = {environment.key: environment.pins for environment in lock.environments}
    hooks = {environment.key for environment in lock.hook_environments} | {""}
    for place, unit in enumerate(lock.units):
        where = f"units[{place}]"
        yield from ((f"{where}.{key}", problem) for key, problem in _named_file_flaws(unit, files))
        if unit.artifact in files and files[unit.artifact].kind is not Kind.SDIST:
            yield f"{where}.artifact", f"{show(unit.artifact)} is not an sdist"
        yield from ((f"{where}.{key}", problem) for key, problem in _treatment_flaws(unit.treatment))
        for number, asked in enumerate(unit.requires):
            yield from _requirement_flaws(f"{where}.requires[{number}].requirement", asked.requirement)
        if unit.environment not in held:
            yield f"{where}.environment", f"{show(unit.environment)} is not among the environments"
        if unit.hooks not in hooks:
            yield f"{where}.hooks", f"{show(unit.hooks)} is not among the hook environments"
        for number, cycle in enumerate(unit.cycles):
            pins = held.get(unit.environment, ())
            yield from ((f"{where}.cycles[{number}].{key}", problem) for key, problem in _cycle_flaws(cycle, pins))
    if sorted(unit.order for unit in lock.units) != list(range(len(lock.units))):
        yield "units", f"their orders are not 0 to {len(lock.units) - 1}, each once"


def _treatment_flaws(treatment: Treatment) -> Iterator[Flaw]:
    """What no recipe may say either."""
    for name, value in treatment.environment.items():
        where = f"env.{printable(name)}"
        if problem := variable_flaw(name):
            yield where, problem
        if holds_credentials(value):
            yield where, f"{show(value)} holds credentials"
    for key, said in treatment.settings.items():
        for text in (key, said) if isinstance(said, str) else (key, *said):
            if holds_credentials(text):
                yield f"config-settings.{printable(key)}", f"{show(text)} holds credentials"


def _cycle_flaws(cycle: Cycle, pins: Iterable[Pin]) -> Iterator[Flaw]:
    if len(cycle.path) < _CLOSED or cycle.path[0] != cycle.path[-1]:
        yield "path", f"{show(str(cycle))} does not lead back to its beginning"
    if any(cycle.avoids == f"{pin.name}=={pin.version}" for pin in pins):
        yield "avoids", f"the environment holds {show(cycle.avoids)}"
    yield from _requirement_flaws("avoids", cycle.avoids)


def _repeated(table: str, key: str, values: Iterable[str]) -> Iterator[Flaw]:
    return (
        (table, f"{key} {show(value)} occurs {times} times") for value, times in Counter(values).items() if times > 1
    )


def _shape_flaws(lock: Lock, files: Mapping[str, LockedArtifact]) -> Iterator[Flaw]:
    yield from _repeated("expected", "wheel", [f"{one.wheel} of {one.artifact}" for one in lock.expected])
    for place, one in enumerate(lock.expected):
        yield from ((f"expected[{place}].{key}", problem) for key, problem in _one_shape_flaws(one, files))


def _one_shape_flaws(one: ExpectedShape, files: Mapping[str, LockedArtifact]) -> Iterator[Flaw]:
    sdist = files.get(one.artifact)
    if sdist is None or sdist.kind is not Kind.SDIST:
        yield "artifact", f"{show(one.artifact)} is not an sdist among the artifacts"
    elif not is_wheel_of(one.wheel, sdist.name, sdist.version):
        yield "wheel", f"{show(one.wheel)} is not a wheel of {show(sdist.name)} {sdist.version}"
    for number, tag in enumerate(one.shape.tags):
        if tag.count("-") != _DASHES:
            yield f"shape.tags[{number}]", f"{show(tag)} is not a tag (PEP 425)"
