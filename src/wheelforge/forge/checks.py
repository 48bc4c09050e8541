"""Is a built wheel what was expected? Its name, version, tags, dependencies and contents, each against the plan."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    InvalidWheelFilename,
    canonicalize_name,
    parse_wheel_filename,
)

from wheelforge.archives.faults import BrokenWheel
from wheelforge.archives.headers import read_headers
from wheelforge.archives.wheel import WheelContents, check_record, read_shape, read_wheel
from wheelforge.errors import BuildError
from wheelforge.forge.likeness import Likeness, compare
from wheelforge.model.filenames import version_of
from wheelforge.model.pep508 import parse_requirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from packaging.tags import Tag
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wheelforge.model.lock import ExpectedShape
    from wheelforge.model.targets import Target


_DISAGREEMENT = "where the sdist and its lock disagree: collect again (-U), or constrain the version (-c FILE)"
_LONGEST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the plan knows of a wheel before it is built."""

    name: NormalizedName
    version: Version
    target: Target
    requires: frozenset[str] | None = None
    """The requirements that apply to the target, PEP 508 without markers, as locked; ``None`` where they are not."""
    overridden: frozenset[NormalizedName] = frozenset()
    """Projects of which something else was locked than what anybody requires, since the user said so."""
    extras: frozenset[str] = frozenset()
    """The extras that the lock asks of it; they decide which requirements apply."""
    shapes: tuple[ExpectedShape, ...] = ()
    """The outlines of the index's wheels of this version: it must be like one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedWheel:
    """A wheel that is what was expected."""

    filename: str
    sha256: str
    """Lower-case hex."""
    size: int
    """Bytes."""
    tags: frozenset[Tag]
    metadata: bytes
    """The bytes of its METADATA."""
    remarks: tuple[str, ...] = ()
    """What its user should know of it, one clause each."""


class UnexpectedWheel(BuildError):
    """A backend has built another wheel than the plan expects; every fault is told."""

    def __init__(self, wheel: str, faults: tuple[str, ...], *, hint: str = _DISAGREEMENT) -> None:
        lines = "\n".join(f"  {fault}" for fault in faults)
        super().__init__(f"{wheel} is not the wheel that was expected:\n{lines}", hint=hint)
        self.wheel = wheel
        self.faults = faults


def check_wheel(path: Path, expected: Expected) -> CheckedWheel:
    """Check a built wheel, whose file name is the one that the backend gave it.

    Raises:
        UnexpectedWheel: with everything that is wrong with it.
        StorageError: the file cannot be read.

    """
    with _unbroken(path.name):
        check_record(path)
    return check_promises(path, path.name, expected)


def check_promises(path: Path, filename: str, expected: Expected) -> CheckedWheel:
    """Check what a wheel says of itself, not each of its files: enough for one that was checked in full before.

    Raises:
        UnexpectedWheel: with everything that is wrong with it.
        StorageError: the file cannot be read.

    """
    with _unbroken(filename):
        contents = read_wheel(path, name=filename)
    faults = (
        *_filename_faults(filename, contents),
        *_identity_faults(contents, expected),
        *_tag_faults(contents.tags, expected.target),
        *_requirement_faults(contents.metadata, expected),
    )
    likeness = _likeness(path, filename, expected)
    if faults or likeness.faults:
        hint = _DISAGREEMENT if faults else _incomplete(expected)
        raise UnexpectedWheel(filename, (*faults, *likeness.faults), hint=hint)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return CheckedWheel(
        filename=filename,
        sha256=digest,
        size=path.stat().st_size,
        tags=contents.tags,
        metadata=contents.metadata,
        remarks=likeness.remarks,
    )


@contextlib.contextmanager
def _unbroken(filename: str) -> Iterator[None]:
    try:
        yield
    except BrokenWheel as error:
        raise UnexpectedWheel(filename, (error.message,)) from error


def _likeness(path: Path, filename: str, expected: Expected) -> Likeness:
    if not expected.shapes:
        return Likeness()
    try:
        built = read_shape(path, name=filename)
    except BrokenWheel as error:
        return Likeness(faults=(error.message,))
    return compare(built, expected.shapes, expected.target)


def _incomplete(expected: Expected) -> str:
    return (
        "the build's log may say what it did without: a compiler, a library, a setting;"
        f" or collect the index's wheel: --only-binary {expected.name}"
    )


def _filename_faults(filename: str, contents: WheelContents) -> Iterator[str]:
    try:
        name, version, _, tags = parse_wheel_filename(filename)
    except InvalidWheelFilename as error:
        yield f"its file name is no wheel's: {error}"
        return
    if name != canonicalize_name(contents.name) or version != version_of(contents.version):
        yield f"its file name says {name} {version}, its METADATA says {contents.name} {contents.version}"
    if tags != contents.tags:
        yield f"its file name has the tags {_listed(tags)}, its WHEEL has {_listed(contents.tags)}"


def _identity_faults(contents: WheelContents, expected: Expected) -> Iterator[str]:
    if canonicalize_name(contents.name) != expected.name:
        yield f"expected the name {expected.name}, got {contents.name}"
    if version_of(contents.version) != expected.version:
        yield f"expected the version {expected.version}, got {contents.version}"


def _tag_faults(tags: frozenset[Tag], target: Target) -> Iterator[str]:
    if target.rank(tags) is None:
        yield f"expected a wheel for {target.name}, got one for {_listed(tags)}"


def _requirement_faults(metadata: bytes, expected: Expected) -> Iterator[str]:
    if expected.requires is None:
        return
    read = (Requirement(line) for line in expected.requires)
    locked = {_canonical(one) for one in read if canonicalize_name(one.name) not in expected.overridden}
    built = set[str]()
    for line in read_headers(metadata).all("requires-dist"):
        try:
            requirement = parse_requirement(line)
        except InvalidRequirement:
            yield f"its METADATA requires {line[:_LONGEST_SHOWN]!r}, which is no requirement (PEP 508)"
            continue
        counts = canonicalize_name(requirement.name) not in expected.overridden
        if counts and expected.target.evaluate(requirement.marker, expected.extras):
            built.add(_canonical(requirement))
    if built - locked:
        yield f"it requires what the lock does not have: {', '.join(sorted(built - locked))}"
    if locked - built:
        yield f"it does not require what the lock has: {', '.join(sorted(locked - built))}"


def _canonical(requirement: Requirement) -> str:
    """Spell a requirement without its marker, so that equal ones are equal texts.

    A place counts as the name alone, as it does in locks: where the project comes from is the user's to say.
    """
    plain = Requirement(str(requirement))
    plain.name, plain.marker, plain.url = canonicalize_name(plain.name), None, None
    plain.extras = {canonicalize_name(extra) for extra in plain.extras}
    return str(plain)


def _listed(tags: Iterable[Tag]) -> str:
    return ", ".join(sorted(map(str, tags)))
