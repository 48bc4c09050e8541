"""One setting and where it was said; layers of them, the nearest first."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


class Key(enum.Enum):
    """What can be set; the value is its name in files, and with two dashes before it on the command line."""

    INDEX_URL = "index-url"
    CERT = "cert"
    TIMEOUT = "timeout"
    RETRIES = "retries"
    CACHE_DIR = "cache-dir"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Generic[T_co]):
    """A value, and who said so."""

    value: T_co
    origin: str
    """``--index-url``, ``PIP_INDEX_URL``, ``/etc/pip.conf [global] index-url``, ``wheelforge.toml``, ``default``."""


Layer = Mapping[Key, Setting[str]]
"""What one source says, as text. An empty text says nothing."""


def command_line(given: Mapping[Key, str | None]) -> Layer:
    """The layer of the options that were given; the rest are ``None``."""
    return {key: Setting(value=value, origin=f"--{key.value}") for key, value in given.items() if value is not None}


def nearest(key: Key, layers: Iterable[Layer]) -> Setting[str] | None:
    """The first layer's word on ``key`` that is not empty."""
    said = (layer[key] for layer in layers if key in layer)
    return next((setting for setting in said if setting.value), None)
