"""pip's configuration: its files and its variables, each value with the place that said it."""

from __future__ import annotations

import configparser
import os
from pathlib import Path
from typing import TYPE_CHECKING

from wheelforge.errors import UsageError
from wheelforge.settings.setting import SEVERAL, Key, Layer, Setting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wheelforge.settings.places import Places

# pip reads [global], then the command's own section over it, from whichever file; we do what download does.
_SECTIONS = ("global", "install", "download")
# pip's older spelling of --timeout lives on in variables and files.
_SPELLINGS = {
    Key.INDEX_URL: ("index-url",),
    Key.EXTRA_INDEX_URL: ("extra-index-url",),
    Key.FIND_LINKS: ("find-links",),
    Key.NO_INDEX: ("no-index",),
    Key.CERT: ("cert",),
    Key.CLIENT_CERT: ("client-cert",),
    Key.TRUSTED_HOST: ("trusted-host",),
    Key.PROXY: ("proxy",),
    Key.KEYRING_PROVIDER: ("keyring-provider",),
    Key.TIMEOUT: ("timeout", "default-timeout"),
    Key.RETRIES: ("retries",),
}


def pip_variables(environ: Mapping[str, str]) -> Layer:
    """``PIP_INDEX_URL``, ``PIP_FIND_LINKS``, ``PIP_CERT`` and the like; several are parted by blanks, as in files."""
    layer: dict[Key, Setting[str]] = {}
    for key, spellings in _SPELLINGS.items():
        for name in (f"PIP_{spelling.upper().replace('-', '_')}" for spelling in spellings):
            if environ.get(name):
                layer.setdefault(key, _said(key, Setting(value=environ[name], origin=name)))
    return layer


def pip_files(environ: Mapping[str, str], places: Places) -> Layer:
    """What pip's files say (the order is pip's: machine, user, environment, then ``PIP_CONFIG_FILE``).

    ``PIP_CONFIG_FILE`` stands in for the user's files where it exists, and turns all files off where it is the
    null device.

    Raises:
        UsageError: a file is there, but cannot be read or is no configuration.
    """
    said: dict[tuple[str, str], Setting[str]] = {}
    for path in _paths(environ, places):
        said |= _read(path)
    layer: dict[Key, Setting[str]] = {}
    for section in _SECTIONS:
        for key, spellings in _SPELLINGS.items():
            found = [said[section, name] for name in spellings if (section, name) in said and said[section, name].value]
            if found:
                layer[key] = _said(key, found[0])
    return layer


def _said(key: Key, setting: Setting[str]) -> Setting[str]:
    if key not in SEVERAL:
        return setting
    return Setting(value="\n".join(setting.value.split()), origin=setting.origin)


def _paths(environ: Mapping[str, str], places: Places) -> Iterable[Path]:
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return ()
    own = (Path(named),) if named else ()
    user = () if own and own[0].exists() else places.pip_user
    return (*places.pip_global, *user, *places.pip_site, *own)


def _read(path: Path) -> dict[tuple[str, str], Setting[str]]:
    """Each key with its section; nothing for a file that is not there."""
    parser = _Parser()
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint=_WITHOUT_FILES) from error
    except (configparser.Error, UnicodeDecodeError) as error:
        # The parser's own words would quote the line, and with it perhaps a password.
        number = getattr(error, "lineno", None)
        place = path if number is None else f"{path}:{number}"
        raise UsageError(f"{place}: not a configuration file of pip", hint=_WITHOUT_FILES) from error
    return {
        (section, name): Setting(value=value.strip(), origin=f"{path} [{section}] {name}")
        for section in parser.sections()
        for name, value in parser.items(section)
    }


_WITHOUT_FILES = f"mend the file, or set PIP_CONFIG_FILE={os.devnull} to do without pip's files"


class _Parser(configparser.RawConfigParser):
    """Takes ``index_url``, ``Index-URL`` and ``--index-url`` for one key, as pip does."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr.lower().replace("_", "-").removeprefix("--")
