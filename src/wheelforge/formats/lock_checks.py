"""Whether a lock agrees with itself: what is refused before anything it says is believed."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name, is_normalized_name
from packaging.version import InvalidVersion, Version

from wheelforge.errors import IntegrityError
from wheelforge.formats.fault import printable
from wheelforge.model.artifacts import Kind
from wheelforge.model.lock import Holding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wheelforge.model.lock import Lock, LockedArtifact, LockedInputs, Pin, Unit

_KEY = re.compile(r"[0-9a-f]{16}")
_QUOTES = frozenset("'\"\\")
_SHA256 = re.compile(r"[0-9a-f]{64}")
# Neither a slash, nor a leading dot, nor a control character: it can be a name in any folder.
_FILENAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]{0,254}")
_SUFFIXES = {Kind.WHEEL: (".whl",), Kind.SDIST: (".tar.gz", ".zip")}
_KIND_WORDS = {Kind.WHEEL: "a wheel", Kind.SDIST: "an sdist"}
_HASHES = re.compile(r"(?: --hash=sha256:[0-9a-f]{64})*")
_SHOWN = 20
_SHOWN_CHARACTERS = 120

Flaw = tuple[str, str]
"""A key path, ``units[3].environment``, and a clause that says what is wrong there."""


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
        case str() if not value.isprintable():
            yield where, f"{_show(value)} holds characters that cannot be printed"
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
            yield from ((f"{table}[{place}].{key}", problem) for key, problem in _file_flaws(file))
    if lock.built and lock.holds is Holding.COLLECTED:
        yield "built", "a collected folder holds nothing that was built"
    files_by_name = {file.filename: file for file in lock.artifacts}
    yield from _input_flaws(lock.inputs)
    yield from _target_flaws(lock, files_by_name)
    yield from _environment_flaws(lock, files_by_name)
    yield from _unit_flaws(lock, files_by_name)


def _file_flaws(file: LockedArtifact) -> Iterator[Flaw]:
    if not _FILENAME.fullmatch(file.filename):
        yield "filename", f"{_show(file.filename)} is not a bare file name"
    elif not file.filename.endswith(_SUFFIXES[file.kind]):
        yield "kind", f"{_show(file.filename)} is not the name of {_KIND_WORDS[file.kind]}"
    elif file.kind is Kind.WHEEL and not _is_wheel_of(file):
        yield "filename", f"{_show(file.filename)} is not a wheel of {_show(file.name)} {file.version}"
    if not is_normalized_name(file.name):
        yield "name", f"{_show(file.name)} is not a normalised name"
    if not _SHA256.fullmatch(file.sha256):
        yield "sha256", f"{_show(file.sha256)} is not 64 lower-case hex digits"
    if problem := _url_problem(file.url):
        yield "url", problem


def _is_wheel_of(file: LockedArtifact) -> bool:
    """PEP 427: name, version, perhaps a build tag, and three tags."""
    match file.filename.split("-"):
        case [name, version, _, _, _] | [name, version, _, _, _, _]:
            return canonicalize_name(name) == file.name and _version(version) == file.version
        case _:
            return False


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _url_problem(url: str) -> str | None:
    """An unbuilt file comes over HTTP; credentials have no business in a file that is handed on."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return f"{_show(url)} is not a URL"
    if "@" in parts.netloc:
        return f"{_show(url)} holds credentials"
    if parts.scheme not in {"http", "https"} or not parts.netloc or not url.isprintable():
        return f"{_show(url)} is not an http or https URL"
    return None


def _input_flaws(inputs: LockedInputs) -> Iterator[Flaw]:
    asked = {
        "requirements": inputs.requirements,
        "constraints": inputs.constraints,
        "build-constraints": inputs.build_constraints,
    }
    for key, texts in asked.items():
        for place, text in enumerate(texts):
            requirement, mark, hashes = text.partition(" --hash=")
            where = f"inputs.{key}[{place}]"
            yield from _requirement_flaws(where, requirement)
            if not _HASHES.fullmatch(mark + hashes):
                yield where, f"{_show(mark + hashes)} is not made of SHA-256 hashes"


def _requirement_flaws(where: str, text: str) -> Iterator[Flaw]:
    try:
        Requirement(text)
    except (InvalidRequirement, RecursionError):
        yield where, f"{_show(text)} is not a requirement (PEP 508)"


def _target_flaws(lock: Lock, files: Mapping[str, LockedArtifact]) -> Iterator[Flaw]:
    """Targets give folders and files their names, and their markers are quoted in other formats."""
    yield from _repeated("targets", "name", [target.name for target in lock.targets])
    for place, target in enumerate(lock.targets):
        where = f"targets[{place}]"
        if not _FILENAME.fullmatch(target.name):
            yield f"{where}.name", f"{_show(target.name)} is not the name of a target"
        for marker, value in target.environment.items():
            if not value.isprintable() or not _QUOTES.isdisjoint(value):
                yield f"{where}.environment", f"{_show(value)} is no value of {_show(marker)}"
        yield from _pin_flaws(f"{where}.pins", target.pins, files)


def _environment_flaws(lock: Lock, files: Mapping[str, LockedArtifact]) -> Iterator[Flaw]:
    yield from _repeated("environments", "key", [environment.key for environment in lock.environments])
    for place, environment in enumerate(lock.environments):
        where = f"environments[{place}]"
        if not _KEY.fullmatch(environment.key):
            yield f"{where}.key", f"{_show(environment.key)} is not 16 hex digits"
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
        yield "artifact", f"{_show(item.artifact)} is not among the artifacts"
    elif (file.name, file.version) != (item.name, item.version):
        yield "artifact", f"{_show(item.artifact)} is not {_show(item.name)} {item.version}"


def _unit_flaws(lock: Lock, files: Mapping[str, LockedArtifact]) -> Iterator[Flaw]:
    keys = {environment.key for environment in lock.environments}
    for place, unit in enumerate(lock.units):
        where = f"units[{place}]"
        yield from ((f"{where}.{key}", problem) for key, problem in _named_file_flaws(unit, files))
        if unit.artifact in files and files[unit.artifact].kind is not Kind.SDIST:
            yield f"{where}.artifact", f"{_show(unit.artifact)} is not an sdist"
        for number, asked in enumerate(unit.requires):
            yield from _requirement_flaws(f"{where}.requires[{number}].requirement", asked.requirement)
        if unit.environment not in keys:
            yield f"{where}.environment", f"{_show(unit.environment)} is not among the environments"
    if sorted(unit.order for unit in lock.units) != list(range(len(lock.units))):
        yield "units", f"their orders are not 0 to {len(lock.units) - 1}, each once"


def _repeated(table: str, key: str, values: Iterable[str]) -> Iterator[Flaw]:
    return (
        (table, f"{key} {_show(value)} occurs {times} times") for value, times in Counter(values).items() if times > 1
    )


def _show(value: str) -> str:
    """A value from the lock, fit for a terminal."""
    shown = printable(value)
    return repr(shown if len(shown) <= _SHOWN_CHARACTERS else f"{shown[:_SHOWN_CHARACTERS]}...")
