"""pip's requirement files: read with all that they include, and written with a hash for every file."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, assert_never

from wheelforge.errors import UsageError
from wheelforge.formats.fault import Fault, FaultyText, printable
from wheelforge.formats.format_rules import with_rule
from wheelforge.formats.requirement import BadRequirement, parse_requirement
from wheelforge.formats.requirement_lines import LogicalLine, logical_lines
from wheelforge.formats.requirement_options import Option, Said, read_options, requirement_part
from wheelforge.model.artifacts import Kind
from wheelforge.model.inputs import Asked, Formats

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from wheelforge.model.lock import LockedArtifact

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_SHA256 = re.compile(r"sha256:([0-9a-fA-F]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementsFile:
    """What a requirement file and all that it includes say."""

    requirements: tuple[Asked, ...] = ()
    constraints: tuple[Asked, ...] = ()
    """From ``-c``: the same grammar, but a constraint asks for nothing."""
    index_url: str | None = field(default=None, repr=False)
    """As written, perhaps with credentials; the last one counts."""
    no_binary: frozenset[str] = frozenset()
    """Normalised names, or ``:all:``."""
    only_binary: frozenset[str] = frozenset()
    pre: bool = False
    require_hashes: bool = False


def read_requirements(path: Path, *, environ: Mapping[str, str] | None = None) -> RequirementsFile:
    """Read a requirement file as pip does, UTF-8; ``environ`` fills ``${NAME}``, by default this process's.

    Raises:
        FaultyText: with every fault of this file and of those that it includes.
        UsageError: the file cannot be read.
    """
    reader = _Reader(os.environ if environ is None else environ)
    reader.read(path, constraint=False, within=())
    if reader.faults:
        raise FaultyText(reader.faults)
    return reader.found


def write_requirements(files: Iterable[LockedArtifact]) -> str:
    """Write sorted pins as ``pip install --require-hashes`` takes them; the files of one version share a pin."""
    hashes: dict[str, set[str]] = {}
    for file in files:
        hashes.setdefault(f"{file.name}=={file.version}", set()).add(file.sha256)
    return "".join(
        " \\\n    ".join([pin, *(f"--hash=sha256:{sha256}" for sha256 in sorted(hashes[pin]))]) + "\n"
        for pin in sorted(hashes)
    )


class _Reader:
    """Walks through a file and what it includes, and gathers what they say and what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.found = RequirementsFile()
        self.faults: list[Fault] = []
        self._environ = environ

    def read(self, path: Path, *, constraint: bool, within: tuple[Path, ...]) -> None:
        """Read one file; ``within`` are the files that led here, outermost first."""
        for line in logical_lines(_text(path), file=str(path), environ=self._environ):
            try:
                self._take(line, constraint=constraint, within=(*within, path))
            except FaultyText as error:
                self.faults.extend(error.faults)

    def _take(self, line: LogicalLine, *, constraint: bool, within: tuple[Path, ...]) -> None:
        named, options = requirement_part(line)
        said = list(read_options(options))
        if named.text:
            self._add(_asked(named, options, said), named, constraint=constraint)
        else:
            for one in said:
                self._apply(one, options, within)

    def _add(self, asked: Asked, named: LogicalLine, *, constraint: bool) -> None:
        if not constraint:
            self.found = replace(self.found, requirements=(*self.found.requirements, asked))
        elif asked.requirement.extras:
            raise FaultyText([named.fault(named.text.index("["), "a constraint takes no extras")])
        else:
            self.found = replace(self.found, constraints=(*self.found.constraints, asked))

    def _apply(self, said: Said, line: LogicalLine, within: tuple[Path, ...]) -> None:
        match said.option:
            case Option.REQUIREMENT | Option.CONSTRAINT:
                self._include(said, line, within)
            case Option.INDEX_URL:
                self.found = replace(self.found, index_url=said.value)
            case Option.NO_BINARY:
                self._rule(Kind.SDIST, said, line)
            case Option.ONLY_BINARY:
                self._rule(Kind.WHEEL, said, line)
            case Option.PRE:
                self.found = replace(self.found, pre=True)
            case Option.REQUIRE_HASHES:
                self.found = replace(self.found, require_hashes=True)
            case Option.HASH:
                raise FaultyText([line.fault(said.offset, "a hash stands on the line of its requirement")])
            case _:
                assert_never(said.option)

    def _include(self, said: Said, line: LogicalLine, within: tuple[Path, ...]) -> None:
        if _URL.match(said.value):
            raise FaultyText([line.fault(said.offset, "a requirement file from a URL is not supported yet")])
        path = within[-1].parent / said.value
        if "\0" in said.value:
            raise FaultyText([line.fault(said.offset, f"{printable(said.value)!r} is no path")])
        if os.path.realpath(path) in map(os.path.realpath, within):
            way = " -> ".join(str(one) for one in (*within, path))
            raise FaultyText([line.fault(said.offset, f"the file includes itself: {way}")])
        try:
            self.read(path, constraint=said.option is Option.CONSTRAINT, within=within)
        except FaultyText:
            raise
        except UsageError as error:
            raise FaultyText([line.fault(said.offset, error.message)]) from error

    def _rule(self, kind: Kind, said: Said, line: LogicalLine) -> None:
        rules = Formats(no_binary=self.found.no_binary, only_binary=self.found.only_binary)
        try:
            rules = with_rule(rules, kind, said.value)
        except UsageError as error:
            raise FaultyText([line.fault(said.offset, "expected names of projects, :all: or :none:")]) from error
        self.found = replace(self.found, no_binary=rules.no_binary, only_binary=rules.only_binary)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    except UnicodeDecodeError as error:
        number = error.object.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{path}:{number}: not UTF-8", hint="save the file as UTF-8") from error


def _asked(named: LogicalLine, options: LogicalLine, said: Iterable[Said]) -> Asked:
    try:
        asked = parse_requirement(named.text, origin=named.origin)
    except BadRequirement as error:
        raise FaultyText([named.fault(fault.column - 1, fault.problem) for fault in error.faults]) from error
    return replace(asked, hashes=frozenset(_sha256(one, options) for one in said))


def _sha256(said: Said, line: LogicalLine) -> str:
    if said.option is not Option.HASH:
        raise FaultyText([line.fault(said.offset, f"{said.option.value} stands on a line of its own")])
    if found := _SHA256.fullmatch(said.value):
        return found[1].lower()
    raise FaultyText([line.fault(said.offset, "expected sha256: and 64 hex digits")])
