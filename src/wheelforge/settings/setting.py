"""One setting and where it was said; layers of them, the nearest first."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Key(enum.Enum):
    """What can be set; the value is its name in files, and with two dashes before it on the command line."""

    INDEX_URL = "index-url"
    INDEX = "index"
    EXTRA_INDEX_URL = "extra-index-url"
    FIND_LINKS = "find-links"
    NO_INDEX = "no-index"
    PIN = "pin"
    ONLY_INDEX = "only-index"
    EXCLUDE_INDEX = "exclude-index"
    CERT = "cert"
    CLIENT_CERT = "client-cert"
    TRUSTED_HOST = "trusted-host"
    PROXY = "proxy"
    KEYRING_PROVIDER = "keyring-provider"
    TIMEOUT = "timeout"
    RETRIES = "retries"
    OFFLINE = "offline"
    CACHE_DIR = "cache-dir"
    RECIPES = "recipes"
    """The one whose option, ``--recipe``, adds to it rather than beats it."""


SEVERAL = frozenset(
    {
        Key.INDEX, Key.EXTRA_INDEX_URL, Key.FIND_LINKS, Key.PIN, Key.ONLY_INDEX, Key.EXCLUDE_INDEX, Key.TRUSTED_HOST,
        Key.RECIPES,
    }
)  # fmt: skip
"""What may be said more than once: a layer holds one of them a line."""
SWITCHES = frozenset({Key.NO_INDEX, Key.OFFLINE})
"""What is on or off: a layer holds a word for it, see `wheelforge.settings.settings`."""


USERS_ONLY = frozenset(
    {Key.CERT, Key.CLIENT_CERT, Key.TRUSTED_HOST, Key.PROXY, Key.KEYRING_PROVIDER, Key.CACHE_DIR}
)  # fmt: skip
"""What a project may not set: who does can read all credentials that are sent, or alter what comes or is kept."""


class Whose(enum.Enum):
    """Whose word a setting is: a project may be anybody's, and is not handed what was meant for another."""

    LINE = "the command line"
    USER = "the user or the machine"
    """Variables, and configuration outside of projects."""
    FILE = "a file that is named for this run"
    """A requirement file, or a project that is asked for."""
    FOLDER = "the working folder"


OF_THIS_RUN = frozenset({Whose.LINE, Whose.FILE})
"""What is said of several things is gathered from all of these, and the lock remembers the indexes that they name."""
OF_THE_USER = frozenset({Whose.LINE, Whose.USER})
"""Whose word on where an index is counts for credentials too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Generic[T_co]):
    """A value, and who said so."""

    value: T_co
    origin: str
    """``--index-url``, ``PIP_INDEX_URL``, ``/etc/pip.conf [global] index-url``, ``wheelforge.toml``, ``default``."""
    whose: Whose = Whose.USER

    def saying(self, value: T) -> Setting[T]:
        """Another value from the same place."""
        return Setting(value=value, origin=self.origin, whose=self.whose)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a user should know of how his settings were taken."""

    text: str
    hint: str


Layer = Mapping[Key, Setting[str]]
"""What one source says, as text. An empty text says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexTable:
    """An index as a table of a file in the working folder."""

    url: str = field(repr=False)
    """Perhaps with credentials."""
    origin: str
    name: str = ""
    """Empty where none is given."""
    explicit: bool = False
    """Only for projects that are pinned to it (uv's word)."""
    flat: bool = False
    """One page for all projects, as for ``--find-links`` (uv's ``format = "flat"``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """All that one source says."""

    texts: Layer = field(default_factory=dict)
    tables: tuple[IndexTable, ...] = ()
    """In the order in which they are asked."""
    remarks: tuple[Remark, ...] = ()


def command_line(given: Mapping[Key, str | None]) -> Layer:
    """The layer of the options that were given; the rest are ``None``."""
    said = {key: value for key, value in given.items() if value is not None}
    return {key: Setting(value=value, origin=f"--{key.value}", whose=Whose.LINE) for key, value in said.items()}


def nearest(key: Key, layers: Iterable[Layer]) -> Setting[str] | None:
    """The first layer's word on ``key`` that is not empty."""
    said = (layer[key] for layer in layers if key in layer)
    return next((setting for setting in said if setting.value), None)


def added(key: Key, sources: Iterable[Source]) -> list[Setting[str]]:
    """What is said for this run, and beside it the nearest other word, as in pip."""
    said = [source.texts[key] for source in sources if key in source.texts]
    run = [setting for setting in said if setting.whose in OF_THIS_RUN]
    rest = (setting for setting in said if setting.whose not in OF_THIS_RUN and setting.value)
    return [one for setting in (*run, next(rest, None)) for one in each(setting)]


def each(setting: Setting[str] | None) -> Iterator[Setting[str]]:
    """What was said of one of `SEVERAL`, one by one."""
    if setting is not None:
        lines = (line.strip() for line in setting.value.splitlines())
        yield from (setting.saying(line) for line in lines if line)
