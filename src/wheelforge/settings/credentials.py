"""What variables say to log in with at an index of some name, and whether whoever chose its URL may have it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from wheelforge.model.urls import PORTS
from wheelforge.settings.setting import OF_THE_USER, Remark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wheelforge.settings.index import Index
    from wheelforge.settings.setting import Setting

_PREFIXES = ("WHEELFORGE_INDEX", "UV_INDEX")
_PARTS = ("USERNAME", "PASSWORD")


def with_login(said: Setting[Index], environ: Mapping[str, str]) -> Setting[Index]:
    """With the credentials that variables give for its name, where its URL has none and they are meant for it."""
    index = said.value
    variable = _variable(index, environ)
    if variable is None or not _is_meant(said, environ):
        return said
    user, password = (quote(environ.get(f"{variable}_{part}", ""), safe="") for part in _PARTS)
    return said.saying(replace(index, userinfo=f"{user}:{password}"))


def login_variable(name: str) -> str:
    """The variable that gives the user for an index of this name."""
    return f"{_PREFIXES[0]}_{_upper(name)}_{_PARTS[0]}"


def withheld(said: Setting[Index], environ: Mapping[str, str]) -> Remark | None:
    """What to say where variables have credentials for the name of an index, and they are not sent to it.

    A variable knows the name only: a project that gives this name to a server of its own would be sent them.
    """
    variable = _variable(said.value, environ)
    if variable is None or _is_meant(said, environ):
        return None
    return Remark(
        text=f"{variable}_* is not sent to {said.value.url}: nobody but {said.origin} says that this is"
        f" {said.value.name!r}",
        hint=f"if it is meant for that server, set {_host_variable(said.value)}={_server(said.value)}",
    )


def _variable(index: Index, environ: Mapping[str, str]) -> str | None:
    """How the variables begin that are set for an index that has use for them."""
    if index.userinfo or index.is_local:
        return None
    begins = (f"{prefix}_{_upper(index.name)}" for prefix in _PREFIXES)
    return next((one for one in begins if any(environ.get(f"{one}_{part}") for part in _PARTS)), None)


def _is_meant(said: Setting[Index], environ: Mapping[str, str]) -> bool:
    return said.whose in OF_THE_USER or _server(said.value) == environ.get(_host_variable(said.value), "").lower()


def _host_variable(index: Index) -> str:
    return f"{_PREFIXES[0]}_{_upper(index.name)}_HOST"


def _upper(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def _server(index: Index) -> str:
    """``HOST`` of the usual https server, else with what is unusual: ``HOST:8443``, ``http://HOST``."""
    parts = urlsplit(index.url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, PORTS.get(parts.scheme)} else f":{parts.port}"
    return f"{'' if parts.scheme == 'https' else f'{parts.scheme}://'}{host}{port}"
