"""All indexes of a run: their order, their names, and which projects are pinned to which of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from wheelforge.errors import UsageError
from wheelforge.settings.index import DEFAULT_NAME, NAME, Form, Index, default_index, parse_flat, parse_index
from wheelforge.settings.index_tables import did_you_mean
from wheelforge.settings.setting import Key, Setting, Source, each, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from wheelforge.settings.setting import IndexTable

_VARIABLES = ("WHEELFORGE_INDEX", "UV_INDEX")
_THIS_RUN = "--"
"""How the origin of what was said for this run begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexes:
    """Where packages are looked for. Every name is one index's only."""

    ordered: tuple[Setting[Index], ...]
    """The first of them that has a project is the only one that is asked for it (PEP 708 tells why)."""
    find_links: tuple[Setting[Index], ...]
    """Their files are candidates beside those of the index."""
    explicit: tuple[Setting[Index], ...]
    """Asked only for what is pinned to them."""
    pins: Mapping[NormalizedName, str]
    """Projects that are taken from the index of this name only, which a project file may leave undefined."""
    left_out: frozenset[str]
    """Names of the indexes that are asked as all others, but whose files are not written to the collected folder."""

    @property
    def everywhere(self) -> tuple[Setting[Index], ...]:
        """All of them."""
        return (*self.ordered, *self.explicit, *self.find_links)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What paths and credentials are looked up in."""

    cwd: Path
    home: Path
    environ: Mapping[str, str]


def gather_indexes(sources: Sequence[Source], around: Surroundings, *, no_index: bool) -> Indexes:
    """Put together what the sources say, nearest first; with ``no_index`` only find-links are left.

    Raises:
        UsageError: a URL, a name or a pin means nothing.
    """
    main = [] if no_index else [_main(nearest(Key.INDEX_URL, (source.texts for source in sources)), around)]
    extra = [_parsed(said, around, unnamed="") for said in _added(Key.EXTRA_INDEX_URL, sources)]
    links = [_linked(said, around) for said in _added(Key.FIND_LINKS, sources)]
    found = _with_names(_without_repeats([*_named(sources, around), *main, *extra, *links]))
    places = [_with_login(one, around.environ) for one in found]
    known = [one.value.name for one in places] + ([DEFAULT_NAME] if no_index else [])
    asked = [one for one in places if one.value.form is Form.LINKS or not no_index]
    names = {one.value.name for one in asked}
    return Indexes(
        ordered=tuple(one for one in asked if one.value.form is not Form.LINKS and not one.value.explicit),
        find_links=tuple(one for one in asked if one.value.form is Form.LINKS),
        explicit=tuple(one for one in asked if one.value.explicit),
        pins={project: name for project, name in _pins(sources, known).items() if name in names or not no_index},
        left_out=_left_out(sources, known),
    )


def named_indexes(indexes: Indexes) -> tuple[str, ...]:
    """``NAME=URL`` of what was named for this run, for the lock: without credentials, local places by name only."""
    asked = [one.value for one in indexes.everywhere if one.origin.startswith(_THIS_RUN)]
    return tuple(index.name if index.is_local else f"{index.name}={index.url}" for index in asked)


def index_pins(indexes: Indexes) -> tuple[str, ...]:
    """``PACKAGE=NAME``, sorted, for the lock."""
    return tuple(sorted(f"{package}={name}" for package, name in indexes.pins.items()))


def _main(said: Setting[str] | None, around: Surroundings) -> Setting[Index]:
    """That of pip's ``--index-url``, by default the public one."""
    return Setting(value=default_index(), origin=DEFAULT_NAME) if said is None else _parsed(said, around)


def _named(sources: Iterable[Source], around: Surroundings) -> Iterator[Setting[Index]]:
    """Those of ``--index`` and of tables; the nearest of a name counts."""
    seen: dict[str, str] = {}
    for source in sources:
        here: dict[str, str] = {}
        for one in _of_source(source, around):
            name = one.value.name
            if name and here.setdefault(name, one.value.url) != one.value.url:
                raise UsageError(
                    f"{one.origin}: another index is called {name!r} there", hint="give each a name of its own"
                )
            if not name or name not in seen:
                yield one
        seen |= here


def _of_source(source: Source, around: Surroundings) -> Iterator[Setting[Index]]:
    yield from (_of_table(table, around) for table in source.tables)
    yield from (_parsed(said, around, unnamed="") for said in each(source.texts.get(Key.INDEX)))


def _of_table(table: IndexTable, around: Surroundings) -> Setting[Index]:
    said = Setting(value=table.url, origin=table.origin)
    if table.flat:
        index = parse_flat(said, Form.FLAT, folder=around.cwd, home=around.home)
    else:
        index = parse_index(said, folder=around.cwd, home=around.home)
    return Setting(value=replace(index, name=table.name, explicit=table.explicit), origin=table.origin)


def _parsed(said: Setting[str], around: Surroundings, unnamed: str = DEFAULT_NAME) -> Setting[Index]:
    index = parse_index(said, folder=around.cwd, home=around.home)
    name = unnamed if index.name == DEFAULT_NAME else index.name
    return Setting(value=replace(index, name=name), origin=said.origin)


def _linked(said: Setting[str], around: Surroundings) -> Setting[Index]:
    index = parse_flat(said, Form.LINKS, folder=around.cwd, home=around.home)
    return Setting(value=index, origin=said.origin)


def _added(key: Key, sources: Sequence[Source]) -> list[Setting[str]]:
    """What the command line adds to the nearest other word, as in pip."""
    line, rest = sources[0].texts.get(key), (source.texts for source in sources[1:])
    return [*each(line), *each(nearest(key, rest))]


def _without_repeats(indexes: Iterable[Setting[Index]]) -> list[Setting[Index]]:
    unique: dict[tuple[str, Form], Setting[Index]] = {}
    for one in indexes:
        unique.setdefault((one.value.url, one.value.form), one)
    return list(unique.values())


def _with_names(indexes: Sequence[Setting[Index]]) -> Iterator[Setting[Index]]:
    """Each with a name of its own: given ones first, the others after their place."""
    taken = {one.value.name for one in indexes if one.value.name}
    used: set[str] = set()
    for one in indexes:
        name = one.value.name
        if not name or name in used:
            place = one.value.place
            tries = (place, *(f"{place}-{number}" for number in range(2, len(indexes) + 3)))
            name = next(name for name in tries if name not in taken)
            taken.add(name)
        used.add(name)
        yield Setting(value=replace(one.value, name=name), origin=one.origin)


def _with_login(said: Setting[Index], environ: Mapping[str, str]) -> Setting[Index]:
    """With the credentials that variables give for its name, where its URL has none."""
    index = said.value
    if index.userinfo or index.is_local:
        return said
    name = re.sub(r"[^A-Z0-9]", "_", index.name.upper())
    for prefix in _VARIABLES:
        user, password = (environ.get(f"{prefix}_{name}_{what}", "") for what in ("USERNAME", "PASSWORD"))
        if user or password:
            userinfo = f"{quote(user, safe='')}:{quote(password, safe='')}"
            return Setting(value=replace(index, userinfo=userinfo), origin=said.origin)
    return said


def _pins(sources: Iterable[Source], known: Iterable[str]) -> dict[NormalizedName, str]:
    pins: dict[NormalizedName, str] = {}
    for source in sources:
        for said in each(source.texts.get(Key.PIN)):
            project, name = _pin(said)
            pins.setdefault(project, _checked(name, said.origin, known))
        for package, name in source.pins.items():
            pins.setdefault(canonicalize_name(package), name)
    return pins


def _pin(said: Setting[str]) -> tuple[NormalizedName, str]:
    package, _, name = (part.strip() for part in said.value.partition("="))
    try:
        project = canonicalize_name(package, validate=True)
    except InvalidName:
        project = canonicalize_name("")
    if not project or not NAME.fullmatch(name):
        raise UsageError(f"{said.origin}: not a pin: {said.value!r}", hint="write PACKAGE=NAME: torch=pytorch")
    return project, name


def _left_out(sources: Sequence[Source], known: Iterable[str]) -> frozenset[str]:
    only = frozenset(_names(Key.ONLY_INDEX, sources, known))
    excluded = frozenset(_names(Key.EXCLUDE_INDEX, sources, known))
    return excluded | (frozenset(known) - only if only else frozenset())


def _names(key: Key, sources: Sequence[Source], known: Iterable[str]) -> Iterator[str]:
    said = nearest(key, (source.texts for source in sources))
    return (_checked(one.value, one.origin, known) for one in each(said))


def _checked(name: str, origin: str, known: Iterable[str]) -> str:
    if name not in known:
        raise UsageError(
            f"{origin}: no index is called {name!r}{did_you_mean(name, known)}",
            hint=f"the indexes are: {', '.join(known)}; name another with --index NAME=URL",
        )
    return name
