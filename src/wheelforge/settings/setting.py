"""One setting and where it was said; layers of them, the nearest first."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

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


SEVERAL = frozenset(
    {
        Key.INDEX, Key.EXTRA_INDEX_URL, Key.FIND_LINKS, Key.PIN, Key.ONLY_INDEX, Key.EXCLUDE_INDEX, Key.TRUSTED_HOST,
    }
)  # fmt: skip
"""What may be said more than once: a layer holds one of them a line."""
SWITCHES = frozenset({Key.NO_INDEX, Key.OFFLINE})
"""What is on or off: a layer holds a word for it, see `wheelforge.settings.settings`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Generic[T_co]):
    """A value, and who said so."""

    value: T_co
    origin: str
    """``--index-url``, ``PIP_INDEX_URL``, ``/etc/pip.conf [global] index-url``, ``wheelforge.toml``, ``default``."""


Layer = Mapping[Key, Setting[str]]
"""What one source says, as text. An empty text says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexTable:
    """An index with a name, as it is written: a table of a file, or ``NAME=URL``."""

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
    pins: Mapping[str, str] = field(default_factory=dict)
    """Index by package, where the file may leave it to another to define the index (uv's sources)."""


def command_line(given: Mapping[Key, str | None]) -> Layer:
    """The layer of the options that were given; the rest are ``None``."""
    return {key: Setting(value=value, origin=f"--{key.value}") for key, value in given.items() if value is not None}


def nearest(key: Key, layers: Iterable[Layer]) -> Setting[str] | None:
    """The first layer's word on ``key`` that is not empty."""
    said = (layer[key] for layer in layers if key in layer)
    return next((setting for setting in said if setting.value), None)


def each(setting: Setting[str] | None) -> Iterator[Setting[str]]:
    """What was said of one of `SEVERAL`, one by one."""
    if setting is not None:
        lines = (line.strip() for line in setting.value.splitlines())
        yield from (Setting(value=line, origin=setting.origin) for line in lines if line)
