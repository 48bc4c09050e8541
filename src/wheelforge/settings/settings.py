"""The settings of a run, each with its origin: the nearer to this one run it was said, the more it counts."""

from __future__ import annotations

import enum
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wheelforge.errors import UsageError
from wheelforge.model.secrets import NONE, Secrets
from wheelforge.settings.indexes import Indexes, Surroundings, gather_indexes
from wheelforge.settings.own_config import own_file, own_variables, project_file
from wheelforge.settings.pip_config import pip_files, pip_variables
from wheelforge.settings.places import Places, machine_places
from wheelforge.settings.setting import Key, Layer, Remark, Setting, Source, added, each, nearest
from wheelforge.settings.uv_config import uv_file, uv_project, uv_variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

DEFAULT = "default"
DEFAULT_TIMEOUT = 15.0
DEFAULT_RETRIES = 5
_ON, _OFF = frozenset({"1", "true", "yes", "on", "y", "t"}), frozenset({"0", "false", "no", "off", "n", "f"})
_HOST = re.compile(r"[A-Za-z0-9._-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")


class KeyringProvider(enum.Enum):
    """How the user's keyring is asked for credentials; the values are pip's words."""

    DISABLED = "disabled"
    AUTO = "auto"
    """As a module where it is installed, else as a program where there is one."""
    IMPORT = "import"
    SUBPROCESS = "subprocess"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run goes by."""

    indexes: Indexes
    cert: Setting[Path | None]
    """A CA bundle, absolute; ``None`` for the platform's own."""
    client_cert: Setting[Path | None]
    """A PEM file with a certificate and its key, absolute, by which we are known to servers."""
    trusted_hosts: Setting[frozenset[str]]
    """``HOST`` or ``HOST:PORT``, lower-case: their certificates are not checked."""
    proxy: Setting[str | None]
    """A URL, perhaps with credentials; ``None`` for those of the environment."""
    keyring: Setting[KeyringProvider]
    timeout: Setting[float]
    """Seconds to wait for the next bytes. It may be minutes: connecting must have a short limit of its own."""
    retries: Setting[int]
    offline: Setting[bool]
    """No request is made: what is not in the cache or on this machine is not to be had."""
    cache_dir: Setting[Path]
    """Absolute; need not exist."""
    recipes: tuple[Setting[str], ...]
    """Files, folders, and names of optional recipes; a relative path starts from the working folder, where whatever
    names it stands. The later win over the earlier.
    """
    netrc: tuple[Path, ...]
    """Where credentials may stand; the first that exists counts."""
    remarks: tuple[Remark, ...]
    """What of all that was said is not heeded, and why."""


def load_settings(
    *,
    environ: Mapping[str, str],
    cwd: Path,
    overrides: Layer,
    files: Sequence[Layer] = (),
    places: Places | None = None,
    secrets: Secrets = NONE,
) -> Settings:
    """Read all sources; ``overrides`` is the command line's layer, ``places`` are by default this machine's.

    ``files`` is what files say that are named on the command line; no index is called after one of the ``secrets``.

    The first that speaks counts: the command line, those files, ``WHEELFORGE_*``, ``UV_*``, ``PIP_*``,
    ``wheelforge.toml`` in ``cwd``, ``[tool.wheelforge]`` of the ``pyproject.toml`` there, ``uv.toml`` and
    ``[tool.uv]`` there, pip's files, the default. So what is said for one run beats what is said for a project, that
    beats what is said for a machine, and in each our own word beats uv's, which beats pip's.

    Raises:
        UsageError: a source cannot be read, or a value means nothing; with its origin.
    """
    places = places or machine_places(environ)
    sources = (
        Source(texts=overrides),
        *(Source(texts=layer) for layer in files),
        Source(texts=own_variables(environ)),
        Source(texts=uv_variables(environ)),
        Source(texts=pip_variables(environ)),
        own_file(cwd),
        project_file(cwd),
        uv_file(cwd),
        uv_project(cwd),
        Source(texts=pip_files(environ, places)),
    )
    said = {key: nearest(key, (source.texts for source in sources)) for key in Key}
    around = Surroundings(cwd=cwd, home=places.home, environ=environ, secrets=secrets)
    indexes = gather_indexes(sources, around, no_index=_switch(said[Key.NO_INDEX]).value)
    return Settings(
        indexes=indexes,
        cert=_path(said[Key.CERT], around) or Setting(value=None, origin=DEFAULT),
        client_cert=_path(said[Key.CLIENT_CERT], around) or Setting(value=None, origin=DEFAULT),
        trusted_hosts=_hosts(sources),
        proxy=_proxy(said[Key.PROXY]),
        keyring=_keyring(said[Key.KEYRING_PROVIDER]),
        timeout=_timeout(said[Key.TIMEOUT]),
        retries=_retries(said[Key.RETRIES]),
        offline=_switch(said[Key.OFFLINE]),
        cache_dir=_path(said[Key.CACHE_DIR], around) or Setting(value=places.cache, origin=DEFAULT),
        recipes=tuple(_recipes(said[Key.RECIPES], around)),
        netrc=_netrc(around),
        remarks=(*(remark for source in sources for remark in source.remarks), *indexes.remarks, *_no_netrc(around)),
    )


def _path(said: Setting[str] | None, around: Surroundings) -> Setting[Path] | None:
    if said is None:
        return None
    return Setting(value=around.cwd / _from_home(said.value, around), origin=said.origin)


def _from_home(text: str, around: Surroundings) -> Path:
    """A path whose beginning may be ``~``, the home."""
    first, *rest = Path(text).parts or (".",)
    return around.home.joinpath(*rest) if first == "~" else Path(text)


def _recipes(said: Setting[str] | None, around: Surroundings) -> Iterator[Setting[str]]:
    for one in each(said):
        # Any other text stays as it is: NAME and ./NAME are two things.
        yield one.saying(str(_from_home(one.value, around))) if one.value.startswith("~") else one


def _netrc(around: Surroundings) -> tuple[Path, ...]:
    if named := around.environ.get("NETRC"):
        return (around.cwd / named,)
    return (around.home / ".netrc", around.home / "_netrc")


def _no_netrc(around: Surroundings) -> Iterator[Remark]:
    if around.environ.get("NETRC") and not any(path.exists() for path in _netrc(around)):
        text = f"NETRC names {around.environ['NETRC']}, which is not there: no credentials are read from a netrc file"
        yield Remark(text=text, hint="name the file that is meant, or unset NETRC")


def _switch(said: Setting[str] | None) -> Setting[bool]:
    if said is None:
        return Setting(value=False, origin=DEFAULT)
    word = said.value.strip().lower()
    if word not in _ON | _OFF:
        raise UsageError(f"{said.origin}: expected true or false, not {said.value!r}")
    return Setting(value=word in _ON, origin=said.origin)


def _hosts(sources: Sequence[Source]) -> Setting[frozenset[str]]:
    said = added(Key.TRUSTED_HOST, sources)
    for host in said:
        if not _HOST.fullmatch(host.value):
            raise UsageError(f"{host.origin}: expected HOST or HOST:PORT")
    return Setting(value=frozenset(host.value.lower() for host in said), origin=said[0].origin if said else DEFAULT)


def _proxy(said: Setting[str] | None) -> Setting[str | None]:
    if said is None:
        return Setting(value=None, origin=DEFAULT)
    url = said.value if "://" in said.value else f"http://{said.value}"
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        # The text itself may hold a password, so only its origin is named.
        raise UsageError(f"{said.origin}: not the URL of a proxy", hint="write http://HOST:PORT")
    return Setting(value=url, origin=said.origin)


def _keyring(said: Setting[str] | None) -> Setting[KeyringProvider]:
    if said is None:
        return Setting(value=KeyringProvider.AUTO, origin=DEFAULT)
    try:
        return Setting(value=KeyringProvider(said.value.strip()), origin=said.origin)
    except ValueError as error:
        words = ", ".join(provider.value for provider in KeyringProvider)
        raise UsageError(f"{said.origin}: expected one of {words}, not {said.value!r}") from error


def _timeout(said: Setting[str] | None) -> Setting[float]:
    if said is None:
        return Setting(value=DEFAULT_TIMEOUT, origin=DEFAULT)
    try:
        seconds = float(said.value)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise UsageError(f"{said.origin}: expected a number of seconds above 0, not {said.value!r}")
    return Setting(value=seconds, origin=said.origin)


def _retries(said: Setting[str] | None) -> Setting[int]:
    if said is None:
        return Setting(value=DEFAULT_RETRIES, origin=DEFAULT)
    if not said.value.isascii() or not said.value.isdecimal():
        raise UsageError(f"{said.origin}: expected a whole number, 0 or above, not {said.value!r}")
    return Setting(value=int(said.value), origin=said.origin)
