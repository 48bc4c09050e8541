"""All indexes of a run: their order, their names, and which projects are pinned to which of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.utils import InvalidName, NormalizedName, canonicalize_name

from wheelforge.errors import UsageError
from wheelforge.model.inputs import IndexPin
from wheelforge.model.secrets import NONE, Secrets
from wheelforge.settings.credentials import with_login, withheld
from wheelforge.settings.index import DEFAULT_NAME, NAME, Form, Index, as_name, default_index, parse_flat, parse_index
from wheelforge.settings.index_tables import suggestion
from wheelforge.settings.setting import OF_THIS_RUN, Key, Remark, Setting, Source, Whose, added, each, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from wheelforge.settings.setting import IndexTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexes:
    """Where packages are looked for. Every name is one index's only."""

    ordered: tuple[Setting[Index], ...]
    """The first of them that has a project is the only one that is asked for it (PEP 708 tells why)."""
    find_links: tuple[Setting[Index], ...]
    """Their files are candidates beside those of the index."""
    explicit: tuple[Setting[Index], ...]
    """Asked only for what is pinned to them."""
    pins: Mapping[NormalizedName, Setting[str]]
    """Projects that are taken from the index of this name only, which a project file may leave undefined."""
    left_out: frozenset[str]
    """Names of the indexes that are asked as all others, but whose files are not written to the collected folder."""
    remarks: tuple[Remark, ...] = ()

    @property
    def everywhere(self) -> tuple[Setting[Index], ...]:
        """All of them."""
        return (*self.ordered, *self.explicit, *self.find_links)

    def may_pin_to(self, name: str) -> bool:
        """Whether a pin to this index counts; with ``--no-index`` one to find-links alone does.

        That an index is not known is told when something is asked of it.
        """
        return bool(self.ordered) or any(one.value.name == name for one in self.find_links)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What paths and credentials are looked up in."""

    cwd: Path
    home: Path
    environ: Mapping[str, str]
    secrets: Secrets = NONE


def gather_indexes(sources: Sequence[Source], around: Surroundings, *, no_index: bool) -> Indexes:
    """Put together what the sources say, nearest first; with ``no_index`` only find-links are left.

    Raises:
        UsageError: a URL, a name or a pin means nothing.
    """
    main = [] if no_index else [_main(nearest(Key.INDEX_URL, (source.texts for source in sources)), around)]
    extra = [_parsed(said, around, unnamed="") for said in added(Key.EXTRA_INDEX_URL, sources)]
    links = [_linked(said, around) for said in added(Key.FIND_LINKS, sources)]
    unique = _without_repeats([*_named(sources, around), *main, *extra, *links])
    found = list(_with_names(unique, around.secrets))
    known = [one.value.name for one in found] + ([DEFAULT_NAME] if no_index else [])
    places = [one for one in found if one.value.form is Form.LINKS or not no_index]
    asked = [with_login(one, around.environ) for one in places]
    names = {one.value.name for one in asked}
    return Indexes(
        ordered=tuple(one for one in asked if one.value.form is not Form.LINKS and not one.value.explicit),
        find_links=tuple(one for one in asked if one.value.form is Form.LINKS),
        explicit=tuple(one for one in asked if one.value.explicit),
        pins={project: pin for project, pin in _pins(sources, known).items() if pin.value in names or not no_index},
        left_out=_left_out(sources, known),
        remarks=tuple(remark for one in places if (remark := withheld(one, around.environ))),
    )


def named_indexes(indexes: Indexes) -> tuple[str, ...]:
    """``NAME=URL`` of what was named for this run, for the lock: without credentials, local places by name only."""
    asked = [one.value for one in indexes.everywhere if one.whose in OF_THIS_RUN]
    return tuple(index.name if index.is_local else f"{index.name}={index.url}" for index in asked)


def index_pins(indexes: Indexes, sometimes: Iterable[IndexPin] = ()) -> tuple[IndexPin, ...]:
    """All pins that count, sorted: those with a marker, of ``sometimes``, give way to those of the settings."""
    always = [IndexPin(project=project, index=pin.value, origin=pin.origin) for project, pin in indexes.pins.items()]
    marked = (pin for pin in sometimes if pin.marker is not None and pin.project not in indexes.pins)
    return tuple(sorted((*always, *(pin for pin in marked if indexes.may_pin_to(pin.index))), key=str))


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
    said = Setting(value=table.url, origin=table.origin, whose=Whose.FOLDER)
    if table.flat:
        index = parse_flat(said, Form.FLAT, folder=around.cwd, home=around.home)
    else:
        index = parse_index(said, folder=around.cwd, home=around.home)
    return said.saying(replace(index, name=table.name, explicit=table.explicit))


def _parsed(said: Setting[str], around: Surroundings, unnamed: str = DEFAULT_NAME) -> Setting[Index]:
    index = parse_index(said, folder=around.cwd, home=around.home)
    name = unnamed if index.name == DEFAULT_NAME else index.name
    return said.saying(replace(index, name=name))


def _linked(said: Setting[str], around: Surroundings) -> Setting[Index]:
    return said.saying(parse_flat(said, Form.LINKS, folder=around.cwd, home=around.home))


def _without_repeats(indexes: Iterable[Setting[Index]]) -> list[Setting[Index]]:
    """Each place once; one that is asked for pins only stands in for none that is asked for all."""
    unique: dict[tuple[str, Form, bool], Setting[Index]] = {}
    for one in indexes:
        unique.setdefault((one.value.url, one.value.form, one.value.explicit), one)
    return list(unique.values())


def _with_names(indexes: Sequence[Setting[Index]], secrets: Secrets) -> Iterator[Setting[Index]]:
    """Each with a name of its own: given ones first, the others after their place."""
    taken = {one.value.name for one in indexes if one.value.name}
    used: set[str] = set()
    for one in indexes:
        name = one.value.name
        if not name or name in used:
            place = as_name(secrets.masked(one.value.place))
            tries = (place, *(f"{place}-{number}" for number in range(2, len(indexes) + 3)))
            name = next(name for name in tries if name not in taken)
            taken.add(name)
        used.add(name)
        yield one.saying(replace(one.value, name=name))


def _pins(sources: Iterable[Source], known: Iterable[str]) -> dict[NormalizedName, Setting[str]]:
    """The nearest of each project; a project that is asked for may name an index that only others know."""
    pins: dict[NormalizedName, Setting[str]] = {}
    for said in (said for source in sources for said in each(source.texts.get(Key.PIN))):
        project, name = _pin(said)
        if said.whose is not Whose.FILE:
            _checked(name, said.origin, known)
        pins.setdefault(project, said.saying(name))
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
            f"{origin}: no index is called {name!r}{suggestion(name, known)}",
            hint=f"the indexes are: {', '.join(known)}; name another with --index NAME=URL",
        )
    return name
