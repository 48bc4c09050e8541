"""pip's requirement files: read with all that they include, and written with a hash for every file."""

from __future__ import annotations

import enum
import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from wheelforge.errors import UsageError
from wheelforge.formats.fault import Fault, FaultyText
from wheelforge.formats.format_rules import with_rule
from wheelforge.formats.reference import is_url
from wheelforge.formats.requirement import HERE
from wheelforge.formats.requirement_entry import Entry, read_entry
from wheelforge.formats.requirement_lines import LogicalLine, logical_lines
from wheelforge.formats.requirement_options import Option, Said, read_options
from wheelforge.formats.requirement_source import Source, source_of
from wheelforge.formats.requirements_file import IndexOptions, RequirementsFile, Written
from wheelforge.formats.text_file import decoded, read_text
from wheelforge.model.artifacts import Kind
from wheelforge.model.inputs import ALL, Asked, Formats, Reference
from wheelforge.model.secrets import Secrets
from wheelforge.model.told import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from wheelforge.model.lock import LockedArtifact

_OTHER_INPUT = (".toml", ".lock", ".py")
_WEB = ("https://", "http://")
_LEADING = frozenset(
    {
        *(Option.REQUIREMENT, Option.CONSTRAINT),
        *(Option.INDEX_URL, Option.EXTRA_INDEX_URL, Option.FIND_LINKS, Option.TRUSTED_HOST),
    }
)
"""What names a server."""
_DEEPEST = 50
_MOST = 1000
_NO_CONSTRAINT = "a constraint begins with the name of its project, also where it names a place: NAME @ URL"

_URL = "a URL begins with https:// and a host: https://HOST/requirements.txt"

Fetch = Callable[[str], bytes]
"""Fetches a requirement file from a URL."""


class Use(enum.Enum):
    """What the requirements of a file are."""

    REQUIREMENTS = "requirements"
    CONSTRAINTS = "constraints"


def read_requirements(
    source: Path | str,
    *,
    use: Use = Use.REQUIREMENTS,
    environ: Mapping[str, str] | None = None,
    fetch: Fetch | None = None,
) -> RequirementsFile:
    """Read a requirement file as pip does, from a path or a URL.

    ``environ`` fills ``${NAME}``, by default this process's. Without ``fetch`` nothing is read from the web. As in
    pip, a local requirement stands where the run was started, and a file that is included beside the one that names it.

    Raises:
        FaultyText: with every fault of this file and of those that it includes.
        UsageError: the file cannot be read.
    """
    reader = _Reader(os.environ if environ is None else environ, fetch)
    reader.read(source_of(str(source)), use, within=())
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
    """Walks through a file and what it includes, and gathers what they say and what is wrong with them.

    A file from the web speaks for a stranger: it is told no variable of this machine, and names nothing that stands on
    it.
    """

    def __init__(self, environ: Mapping[str, str], fetch: Fetch | None) -> None:
        self.found = RequirementsFile()
        self.faults: list[Fault] = []
        self._environ = environ
        self._fetch = fetch
        self._known: set[tuple[str, Use]] = set()
        """What was read, each once: a file that two others include says the same in both."""

    def read(self, source: Source, use: Use, *, within: tuple[Source, ...]) -> None:
        """Read one file; ``within`` are those that led here, outermost first."""
        self._known.add((source.identity, use))
        environ = {} if source.path is None else self._environ
        for line in logical_lines(self._text(source), file=source.shown, environ=environ):
            unset = "" if source.path is None else line.unset()
            if unset:
                note = f"{line.origin}: {unset}, and so it stays as it is written"
                self.found = replace(self.found, notes=(*self.found.notes, note))
            try:
                self._take(line, use, (*within, source))
            except FaultyText as error:
                self.faults.extend(_because(fault, unset) for fault in error.faults)

    def _text(self, source: Source) -> str:
        if source.path is not None:
            return read_text(source.path, told=source.shown)
        if not source.is_on_the_web:
            raise UsageError(f"{source.shown} is neither a path nor the URL of a web server", hint=_URL)
        if self._fetch is None:
            raise UsageError(f"{source.shown} is not fetched", hint="download it, and name the file")
        with self.found.secrets.kept():
            return decoded(self._fetch(source.place), source.shown)

    def _learn(self, written: str) -> None:
        secrets = self.found.secrets | Secrets.of(written, self._environ)
        self.found = replace(self.found, secrets=secrets)

    def _take(self, line: LogicalLine, use: Use, within: tuple[Source, ...]) -> None:
        foreign = within[-1].path is None
        if foreign and (offset := line.variable()) is not None:
            raise FaultyText([line.fault(offset, "a file from the web is told no variable of this machine")])
        if entry := read_entry(line, base=None if foreign else HERE):
            self._add(entry, use)
            return
        for said in read_options(line):
            try:
                self._apply(said, line, within)
            except FaultyText:
                raise
            except UsageError as error:
                raise FaultyText([line.fault(said.offset, error.message)]) from error

    def _add(self, entry: Entry, use: Use) -> None:
        if isinstance(entry.asked, Reference):
            self._learn(entry.named.unvalued)
        found, asked = self.found, entry.asked
        if use is Use.CONSTRAINTS:
            found = _with_constraint(found, entry)
        elif isinstance(asked, Reference):
            found = replace(found, references=(*found.references, asked))
        else:
            found = replace(found, requirements=(*found.requirements, asked))
        self.found = replace(found, hashed=found.hashed or entry.hashed)

    def _apply(self, said: Said, line: LogicalLine, within: tuple[Source, ...]) -> None:
        if said.option in _LEADING:
            self._learn(f"https://{said.written}" if said.option is Option.TRUSTED_HOST else said.written)
        match said.option:
            case Option.REQUIREMENT:
                self._include(said, Use.REQUIREMENTS, within)
            case Option.CONSTRAINT:
                self._include(said, Use.CONSTRAINTS, within)
            case Option.HASH | Option.CONFIG_SETTINGS | Option.EDITABLE:
                raise UsageError(_misplaced(said.option))
            case Option.USE_FEATURE:
                note = f"{line.origin}: --use-feature {printable(said.written)} means nothing here"
                self.found = replace(self.found, notes=(*self.found.notes, note))
            case _ if index := _with_index_option(self.found.index, said, line.origin, within[-1]):
                self.found = replace(self.found, index=index)
            case _:
                self.found = _with_rule(self.found, said)

    def _include(self, said: Said, use: Use, within: tuple[Source, ...]) -> None:
        source = within[-1].included(said)
        if within[-1].path is None and source.path is not None:
            raise UsageError("a file from the web includes no local one")
        if source.place.endswith(_OTHER_INPUT):
            raise UsageError(f"{source.shown} is no requirement file; name it on the command line with -r")
        if source.identity in {one.identity for one in within}:
            way = " -> ".join(one.shown for one in (*within, source))
            raise UsageError(f"the file includes itself: {way}")
        if (source.identity, use) in self._known:
            return
        if len(within) >= _DEEPEST:
            raise UsageError(f"files include each other more than {_DEEPEST} deep")
        if len(self._known) >= _MOST:
            raise UsageError(f"more than {_MOST} files are included")
        self.read(source, use, within=within)


def _because(fault: Fault, unset: str) -> Fault:
    """A fault that may come of variables that are not set."""
    return replace(fault, problem=f"{fault.problem}; {unset}") if unset else fault


def _with_constraint(found: RequirementsFile, entry: Entry) -> RequirementsFile:
    """Add what pip takes as a constraint: a name, or a place with one."""
    asked = entry.asked
    extras = asked.extras if isinstance(asked, Reference) else asked.requirement.extras
    if extras:
        raise FaultyText([entry.named.fault(entry.named.text.index("["), "a constraint takes no extras")])
    if isinstance(asked, Asked):
        return replace(found, constraints=(*found.constraints, asked))
    if asked.name is None or asked.editable:
        raise FaultyText([entry.named.fault(0, _NO_CONSTRAINT)])
    return replace(found, constraint_places=(*found.constraint_places, asked))


def _with_rule(found: RequirementsFile, said: Said) -> RequirementsFile:
    """Apply an option that says which versions and files may be taken."""
    match said.option:
        case Option.NO_BINARY:
            return _with_format(found, Kind.SDIST, said.value)
        case Option.ONLY_BINARY:
            return _with_format(found, Kind.WHEEL, said.value)
        case Option.PREFER_BINARY:
            return replace(found, prefer_binary=True)
        case Option.REQUIRE_HASHES:
            return replace(found, require_hashes=True)
        case Option.NO_REQUIRE_HASHES:
            return replace(found, no_require_hashes=True)
        case _:
            return replace(found, pre=_pre(said))


def _with_format(found: RequirementsFile, kind: Kind, value: str) -> RequirementsFile:
    rules = Formats(no_binary=found.no_binary, only_binary=found.only_binary)
    try:
        rules = with_rule(rules, kind, value)
    except UsageError as error:
        raise UsageError("expected names of projects, :all: or :none:") from error
    return replace(found, no_binary=rules.no_binary, only_binary=rules.only_binary)


def _with_index_option(index: IndexOptions, said: Said, origin: str, source: Source) -> IndexOptions | None:
    if source.path is None:
        _check_foreign(said)
    written = Written(value=said.value, origin=origin)
    match said.option:
        case Option.INDEX_URL:
            return replace(index, index_url=written)
        case Option.EXTRA_INDEX_URL:
            return replace(index, extra_index_urls=(*index.extra_index_urls, written))
        case Option.FIND_LINKS:
            links = replace(written, value=_links(said.value, source))
            return replace(index, find_links=(*index.find_links, links))
        case Option.TRUSTED_HOST:
            return replace(index, trusted_hosts=(*index.trusted_hosts, written))
        case Option.NO_INDEX:
            return replace(index, no_index=True)
        case _:
            return None


def _check_foreign(said: Said) -> None:
    """What a file from the web may say of where files come from, and how they are checked."""
    match said.option:
        case Option.TRUSTED_HOST:
            raise UsageError("a file from the web does not say which hosts are trusted")
        case Option.NO_REQUIRE_HASHES:
            raise UsageError("a file from the web does not say that files need no hash")
        case Option.INDEX_URL | Option.EXTRA_INDEX_URL | Option.FIND_LINKS:
            if not said.value.lower().startswith(_WEB):
                raise UsageError("a file from the web names no place on this machine")
        case _:
            pass


def _links(value: str, source: Source) -> str:
    """As in pip: beside the file where that is there, else in the working folder."""
    if is_url(value) or source.path is None:
        return value
    beside = source.path.parent / value
    return str(beside) if value.isprintable() and beside.exists() else value


def _pre(said: Said) -> bool:
    if said.option is not Option.PRE and said.value != ALL:
        raise UsageError(f"{said.option.value} is taken for {ALL} only")
    return said.option is not Option.ONLY_FINAL


def _misplaced(option: Option) -> str:
    match option:
        case Option.HASH:
            return "a hash stands on the line of its requirement"
        case Option.EDITABLE:
            return "-e stands at the beginning of a line, and a place behind it"
        case _:
            return f"{option.value} stands on the line of its requirement"
