"""From what was typed to `Inputs`: requirements, files and format rules put together."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wheelforge.errors import UsageError
from wheelforge.formats.format_rules import with_rule
from wheelforge.formats.requirement import parse_requirement
from wheelforge.formats.requirements_txt import read_requirements
from wheelforge.model.artifacts import Kind
from wheelforge.model.inputs import ALL, Formats, Inputs, Prefer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from wheelforge.cli.options import Asking, Choosing
    from wheelforge.formats.requirements_txt import RequirementsFile
    from wheelforge.model.inputs import Asked

COMMAND_LINE = "the command line"


class Extent(enum.Enum):
    """How far down is collected."""

    RUNTIME = "runtime"
    BUILDS = "builds"
    """Build dependencies too, recursively."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a user wants, and the index that a requirements file named for it."""

    inputs: Inputs
    index_url: str | None


def read_request(asking: Asking, choosing: Choosing, extent: Extent) -> Request:
    """Read all files that were named and put the request together.

    Raises:
        UsageError: something is not a requirement, a file cannot be read, or nothing is asked for.
    """
    files = [read_requirements(path) for path in asking.requirement_files]
    requirements = tuple(parse_requirement(text, origin=COMMAND_LINE) for text in asking.requirements)
    requirements += tuple(asked for file in files for asked in file.requirements)
    if not requirements:
        raise UsageError("nothing to collect", hint="name a requirement (wheelforge wheel flask) or a file (-r FILE)")
    require_hashes = choosing.require_hashes or any(file.require_hashes for file in files)
    require_hashes = require_hashes or any(asked.hashes for asked in requirements)
    if require_hashes:
        _check_hashes(requirements)
    inputs = Inputs(
        requirements=requirements,
        constraints=_constraints(asking.constraint_files) + tuple(one for file in files for one in file.constraints),
        build_constraints=_constraints(asking.build_constraint_files),
        formats=_formats(files, choosing, extent),
        seeds=frozenset(map(canonicalize_name, choosing.seeds)),
        build_deps=extent is Extent.BUILDS,
        allow_prereleases=choosing.pre or any(file.pre for file in files),
        no_deps=choosing.no_deps,
        require_hashes=require_hashes,
    )
    return Request(inputs=inputs, index_url=next((file.index_url for file in reversed(files) if file.index_url), None))


def _constraints(paths: Iterable[Path]) -> tuple[Asked, ...]:
    files = [read_requirements(path) for path in paths]
    return tuple(asked for file in files for asked in (*file.requirements, *file.constraints))


def _formats(files: Iterable[RequirementsFile], choosing: Choosing, extent: Extent) -> Formats:
    default = Prefer.SOURCE if extent is Extent.BUILDS else Prefer.WHEEL
    formats = Formats(prefer=default if choosing.prefer is None else Prefer(choosing.prefer))
    for file in files:
        formats = _laid_over(formats, file)
    for value in choosing.no_binary:
        formats = with_rule(formats, Kind.SDIST, value)
    for value in choosing.only_binary:
        formats = with_rule(formats, Kind.WHEEL, value)
    return formats


def _laid_over(formats: Formats, file: RequirementsFile) -> Formats:
    """The rules of one more file: the last word on a name counts, as it does within a file."""
    if ALL in file.no_binary | file.only_binary:
        formats = Formats(prefer=formats.prefer)
    return replace(
        formats,
        no_binary=(formats.no_binary - file.only_binary) | file.no_binary,
        only_binary=(formats.only_binary - file.no_binary) | file.only_binary,
    )


def _check_hashes(requirements: Iterable[Asked]) -> None:
    """PEP 508 requirements in pip's hash-checking mode: each is pinned and carries a hash."""
    bare = [f"  {asked.requirement} ({asked.origin})" for asked in requirements if not asked.hashes]
    if bare:
        raise UsageError(
            "\n".join(["hashes are required, and these have none:", *bare]),
            hint="add --hash=sha256:... to each of them, or to none",
        )
    unpinned = [f"  {asked.requirement} ({asked.origin})" for asked in requirements if not _is_pinned(asked)]
    if unpinned:
        raise UsageError(
            "\n".join(["hashes are required, and these are not pinned with ==:", *unpinned]),
            hint="name one version of each: NAME==VERSION --hash=sha256:...",
        )


def _is_pinned(asked: Asked) -> bool:
    return any(
        clause.operator in {"==", "==="} and not clause.version.endswith(".*") for clause in asked.requirement.specifier
    )
