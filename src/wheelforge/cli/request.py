"""From what was typed to `Inputs`: requirements, places, files and rules put together."""

from __future__ import annotations

import enum
import operator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wheelforge.cli.gathering import gather
from wheelforge.cli.hash_mode import check_hashes, hashes_are_required
from wheelforge.errors import UsageError
from wheelforge.formats.format_rules import with_rule
from wheelforge.formats.input_file import standing_in
from wheelforge.formats.moment import parse_moment
from wheelforge.formats.requirements_file import IndexOptions
from wheelforge.model.artifacts import Kind
from wheelforge.model.inputs import ALL, Formats, Inputs, Prefer, Resolution
from wheelforge.model.secrets import Secrets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wheelforge.cli.gathered import Gathered
    from wheelforge.cli.options import Asking, Choosing
    from wheelforge.formats.dependency_walk import RequiresPython
    from wheelforge.formats.requirements_file import RequirementsFile
    from wheelforge.formats.requirements_txt import Fetch
    from wheelforge.model.inputs import IndexPin


class Extent(enum.Enum):
    """How far down is collected."""

    RUNTIME = "runtime"
    BUILDS = "builds"
    """Build dependencies too, recursively."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a user wants, and what the files that were named for it say beside that."""

    inputs: Inputs
    index: IndexOptions
    """Where files say that projects are to be looked for, in the order in which they were named."""
    requires_python: tuple[RequiresPython, ...]
    """What projects and scripts say of the Pythons that they are made for."""
    notes: tuple[str, ...]
    """What a user should know of how his files were taken."""
    warnings: tuple[str, ...]
    """What his files say in vain."""


def read_request(asking: Asking, choosing: Choosing, extent: Extent, *, fetch: Fetch | None = None) -> Request:
    """Read all files that were named and put the request together; nothing named means what stands here.

    Raises:
        UsageError: something is not a requirement, a file cannot be read, or nothing is asked for.
    """
    asking, found = _with_standing(asking)
    gathered = gather(asking, choosing.override_files, fetch)
    _check_pins(gathered.pins)
    if not (gathered.requirements or gathered.references or gathered.locks):
        raise UsageError(
            "\n  ".join(["nothing to collect", *found, *gathered.notes]),
            hint="name a requirement (flask), a folder (.) or a file (-r FILE)",
        )
    return Request(
        inputs=_inputs(gathered, choosing, extent),
        index=reduce(IndexOptions.then, (file.index for file in gathered.files), IndexOptions()),
        requires_python=gathered.requires_python,
        notes=(*found, *gathered.notes, *(note for file in gathered.files for note in file.notes)),
        warnings=gathered.warnings,
    )


def _check_pins(pins: Iterable[IndexPin]) -> None:
    """A project that is taken from one index everywhere is taken from no other somewhere."""
    listed = list(pins)
    for everywhere in (pin for pin in listed if pin.marker is None):
        for other in listed:
            if other.project == everywhere.project and other.index != everywhere.index:
                raise UsageError(
                    f"{everywhere.project} is taken from two indexes: {everywhere} ({everywhere.origin}) and {other}"
                    f" ({other.origin})",
                    hint="give each a marker that rules the other out",
                )


def _with_standing(asking: Asking) -> tuple[Asking, tuple[str, ...]]:
    if asking.requirements or asking.editables or asking.requirement_files:
        return asking, ()
    path = standing_in(Path())
    if path is None:
        return asking, ()
    return replace(asking, requirement_files=(str(path),)), (f"nothing was named, so {path} is taken",)


def _inputs(gathered: Gathered, choosing: Choosing, extent: Extent) -> Inputs:
    files = gathered.files
    require_hashes = hashes_are_required(files, option=choosing.require_hashes)
    if require_hashes:
        check_hashes(gathered.requirements, gathered.references)
    until = choosing.uploaded_prior_to
    return Inputs(
        requirements=gathered.requirements,
        references=gathered.references,
        locks=gathered.locks,
        constraints=gathered.constraints,
        constraint_places=gathered.constraint_places,
        overrides=gathered.overrides,
        build_constraints=gathered.build_constraints,
        formats=_formats(files, choosing, extent),
        seeds=frozenset(map(canonicalize_name, choosing.seeds)),
        build_deps=extent is Extent.BUILDS,
        allow_prereleases=choosing.pre or any(file.pre for file in files),
        resolution=Resolution(choosing.resolution),
        uploaded_prior_to=None if until is None else parse_moment(until, now=datetime.now(UTC)),
        uploaded_prior_to_written=until or "",
        require_hashes=require_hashes,
        with_fallback=choosing.with_fallback,
        align=choosing.align,
        index_pins=gathered.pins,
        no_deps=choosing.no_deps,
        secrets=reduce(operator.or_, (file.secrets for file in files), Secrets()),
    )


def _formats(files: Iterable[RequirementsFile], choosing: Choosing, extent: Extent) -> Formats:
    files = tuple(files)
    formats = Formats(prefer=_prefer(files, choosing, extent))
    for file in files:
        formats = _laid_over(formats, file)
    for value in choosing.no_binary:
        formats = with_rule(formats, Kind.SDIST, value)
    for value in choosing.only_binary:
        formats = with_rule(formats, Kind.WHEEL, value)
    return formats


def _prefer(files: Iterable[RequirementsFile], choosing: Choosing, extent: Extent) -> Prefer:
    if choosing.prefer_binary and choosing.prefer == Prefer.SOURCE.value:
        raise UsageError("--prefer-binary and --prefer source exclude each other", hint="leave one of them out")
    if choosing.prefer is not None:
        return Prefer(choosing.prefer)
    binary = choosing.prefer_binary or any(file.prefer_binary for file in files)
    return Prefer.SOURCE if extent is Extent.BUILDS and not binary else Prefer.WHEEL


def _laid_over(formats: Formats, file: RequirementsFile) -> Formats:
    """The rules of one more file: the last word on a name counts, as it does within a file."""
    if ALL in file.no_binary | file.only_binary:
        formats = Formats(prefer=formats.prefer)
    return replace(
        formats,
        no_binary=(formats.no_binary - file.only_binary) | file.no_binary,
        only_binary=(formats.only_binary - file.no_binary) | file.only_binary,
    )
