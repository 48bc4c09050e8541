"""One requirement: PEP 508 and what pip takes beyond it, with faults that point at their place."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from wheelforge.formats.fault import Fault, FaultyText
from wheelforge.formats.reference import BadPlace, Place, is_folder, is_url, names_a_place, read_place
from wheelforge.model.inputs import Asked, Reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packaging.utils import NormalizedName

HERE = Path()
BY_NAME = "only a project and its versions can be named here, not a place"
_NAMELESS = "nameless"
"""Stands where a place says no name, so that its extras can be read."""
NOT_EDITABLE = "an editable is a folder or a repository"

_EXTRAS = re.compile(r"\[[^\[\]]*\]$")
_MARKER_OF_URL = re.compile(r"\s;|;(?=\s)")
_MARKER_OF_PATH = re.compile(r";")
_NAME_AND_URL = re.compile(r"\s*[A-Za-z0-9][\w.-]*\s*(\[[^\]]*\]\s*)?@\s*(?=\S)")

_OPERATORS = ("<", ">", "=", "!", "~")
_SPECIFIER = "expected a version specifier"
_AFTER_NAME = f"{_SPECIFIER}, ';' with a marker, or the end"
_AFTER_SPECIFIER = "expected a comma, ';' with a marker, or the end"
_TOO_DEEP = "the marker is nested too deeply"
# What packaging expects, in its words and in ours; a wording that is not listed is shown as it is.
_WORDINGS = (
    ("matching RIGHT_BRACKET", "expected a comma or ']' after the extra"),
    ("matching RIGHT_PARENTHESIS", "expected ')' after the version specifier"),
    ("package name", "expected the name of a project"),
    ("semicolon (after name", _AFTER_NAME),
    ("comma (within version", _AFTER_SPECIFIER),
)


class BadRequirement(FaultyText):
    """A text that is no requirement, or one of a kind that cannot stand there."""


def parse_requirement(text: str, *, origin: str) -> Asked:
    """Read one requirement by name (PEP 508), without options and without a comment.

    Raises:
        BadRequirement: it is none, or it names a URL, a repository, a file or a folder.
    """
    if names_a_place(text.strip()):
        raise _bad(text, origin, _start(text), BY_NAME)
    requirement = _requirement(text, origin)
    if requirement.url is not None:
        raise _bad(text, origin, text.index("@"), BY_NAME)
    return Asked(requirement=requirement, origin=origin)


def parse_input(
    text: str, *, origin: str, base: Path | None = HERE, unexpanded: Sequence[str] | None = None
) -> Asked | Reference:
    """Read what pip takes as one requirement, without options: a name, ``name @ URL``, a URL or a path.

    A relative path stands under ``base``; without one, nothing local may be named. ``unexpanded`` tells for each
    character of the text what was written for it, where that holds variables.

    Raises:
        BadRequirement: it is none of them, or leads nowhere.
    """
    typed = _Typed(text=text, unexpanded=unexpanded or text, origin=origin, base=base)
    if names_a_place(text.strip()):
        return _bare(typed)
    requirement = _requirement(text, origin)
    if requirement.url is None:
        return Asked(requirement=requirement, origin=origin)
    return _named(typed, requirement)


def parse_editable(
    text: str, *, origin: str, base: Path | None = HERE, unexpanded: Sequence[str] | None = None
) -> Reference:
    """Read what stands behind ``-e``: a folder, a repository, or ``name @`` and one of these.

    Raises:
        BadRequirement: it is neither.
    """
    typed = _Typed(text=text, unexpanded=unexpanded or text, origin=origin, base=base)
    reference = _named(typed, _requirement(text, origin)) if _NAME_AND_URL.match(text) else _bare(typed)
    if not reference.location.startswith("git+") and not is_folder(reference.location):
        raise _bad(text, origin, _start(text), NOT_EDITABLE)
    written, told = f"-e {reference.written}", f"-e {reference.told}"
    return replace(reference, written=written, told=told, editable=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """A text that names a place, and how it was written."""

    text: str
    unexpanded: Sequence[str]
    """For each character what was written for it."""
    origin: str
    base: Path | None

    def written(self, part: slice) -> str:
        """A part as it was written, with no variable expanded."""
        return "".join(self.unexpanded[part])

    def around(self, told: str, part: slice) -> str:
        """The whole as it was written, but for the place that is named by a part."""
        return f"{self.written(slice(part.start))}{told}{self.written(slice(part.stop, None))}".strip()

    def place(self, part: slice) -> Place:
        """The place that is named by a part."""
        try:
            return read_place(self.text[part], base=self.base, unexpanded=self.written(part))
        except BadPlace as error:
            raise _bad(self.text, self.origin, part.start, str(error)) from error


def _requirement(text: str, origin: str) -> Requirement:
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        raise _bad(text, origin, *_explain(text, error)) from error
    except RecursionError as error:
        raise _bad(text, origin, 0, _TOO_DEEP) from error


def _named(typed: _Typed, requirement: Requirement) -> Reference:
    text, origin, url = typed.text, typed.origin, requirement.url or ""
    offset = text.index(url, text.index("@") + 1)
    end = offset + len(url)
    place = typed.place(slice(offset, end))
    if place.egg and canonicalize_name(place.egg.partition("[")[0]) != canonicalize_name(requirement.name):
        raise _bad(text, origin, offset, f"#egg= names another project than {requirement.name}")
    return Reference(
        location=place.location,
        origin=origin,
        written=typed.around(place.shown, slice(offset, end)),
        told=typed.around(place.told, slice(offset, end)),
        public=place.public,
        name=canonicalize_name(requirement.name),
        extras=_normalised(requirement.extras),
        marker=requirement.marker,
        subdirectory=place.subdirectory,
        hashes=place.hashes,
    )


def _bare(typed: _Typed) -> Reference:
    text, origin = typed.text, typed.origin
    start = _start(text)
    separator = (_MARKER_OF_URL if is_url(text[start:]) else _MARKER_OF_PATH).search(text)
    end = len(text[: separator.start() if separator else None].rstrip())
    bracket = _EXTRAS.search(text, start, end)
    cut = len(text[: bracket.start() if bracket else end].rstrip())
    place = typed.place(slice(start, cut))
    named = _named_by(f"{place.egg or _NAMELESS}{text[cut:end].strip()}", text, origin, cut)
    return Reference(
        location=place.location,
        origin=origin,
        written=typed.around(place.shown, slice(start, cut)),
        told=typed.around(place.told, slice(start, cut)),
        public=place.public,
        name=canonicalize_name(named.name) if place.egg else None,
        extras=_normalised(named.extras),
        marker=_marker(text, separator.end(), origin) if separator else None,
        subdirectory=place.subdirectory,
        hashes=place.hashes,
    )


def _named_by(named: str, text: str, origin: str, offset: int) -> Requirement:
    """What ``#egg=`` and extras behind a place say."""
    try:
        requirement = Requirement(named)
    except InvalidRequirement as error:
        problem = "expected the name of a project after #egg=, and extras in brackets"
        raise _bad(text, origin, offset, problem) from error
    if requirement.specifier or requirement.url or requirement.marker:
        raise _bad(text, origin, offset, "#egg= holds a name only")
    return requirement


def _marker(text: str, offset: int, origin: str) -> Marker | None:
    if not text[offset:].strip():
        return None
    try:
        return Marker(text[offset:])
    except InvalidMarker as error:
        stopped, problem = _explain(text[offset:], error)
        raise _bad(text, origin, offset + stopped, problem) from error
    except RecursionError as error:
        raise _bad(text, origin, 0, _TOO_DEEP) from error


def _normalised(extras: Iterable[str]) -> tuple[NormalizedName, ...]:
    return tuple(sorted(set(map(canonicalize_name, extras))))


def _start(text: str) -> int:
    return len(text) - len(text.lstrip())


def _bad(text: str, origin: str, offset: int, problem: str) -> BadRequirement:
    return BadRequirement([Fault(origin=origin, column=offset + 1, problem=problem, text=text)])


def _explain(text: str, error: InvalidRequirement | InvalidMarker) -> tuple[int, str]:
    """Where the parser stopped, from 0, and what should have stood there."""
    # packaging keeps the place on the error beneath, whose class is private.
    span = cast("tuple[int, int]", getattr(error.__cause__, "span", (0, 0)))
    said = str(getattr(error.__cause__, "message", error)).splitlines()[0]
    offset = min(span[1], len(text))
    ours = next((ours for theirs, ours in _WORDINGS if theirs in said), said[:1].lower() + said[1:])
    if ours == _AFTER_NAME and text.startswith(_OPERATORS, offset):
        return offset, _SPECIFIER
    if ours == _AFTER_SPECIFIER and text[:offset].rstrip().endswith(","):
        return offset, _SPECIFIER
    return offset, ours
