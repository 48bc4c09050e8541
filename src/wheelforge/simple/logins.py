"""Credentials that stand outside of URLs: in netrc, which is read once, and in the user's keyring."""

from __future__ import annotations

import netrc
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias
from urllib.parse import quote, unquote

from wheelforge.events import Warn, silent
from wheelforge.simple.address import origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from wheelforge.events import Reporter
    from wheelforge.simple.address import Login


Hosts: TypeAlias = "Mapping[str, tuple[str, str | None, str | None]]"
"""User, account and password by host, as `netrc` gives them."""
USUAL_NETRC = "~/.netrc"
_ALL_HOSTS = "default"
"""netrc's word for every host that it does not name."""


class Credentials(NamedTuple):
    """As they are, not encoded."""

    user: str
    password: str

    @property
    def userinfo(self) -> str:
        """As they stand in a URL."""
        return f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"


class AskKeyring(Protocol):
    """Asks the user's keyring for what logs in at a service, which is a URL or a host."""

    def __call__(self, service: str, user: str | None, /) -> Credentials | None:
        """``None`` where it knows none. May take seconds.

        Raises:
            KeyringFailed: it cannot be asked.
        """


class KeyringFailed(Exception):
    """The keyring cannot be asked: one clause that says why, without secrets."""


class Logins:
    """What logs in where, for all indexes of a run."""

    def __init__(
        self, *, netrc_files: Iterable[Path] = (), keyring: AskKeyring | None = None, reporter: Reporter = silent
    ) -> None:
        self._files = tuple(netrc_files)
        self._keyring = keyring
        self._report = reporter
        self._read: Hosts | None = None
        self._bare: set[str] = set()
        """Hosts of which it was said that they have no password."""

    @property
    def netrc(self) -> str:
        """How hints call the netrc file: the one that was named, or the usual one."""
        return str(self._files[0]) if len(self._files) == 1 else USUAL_NETRC

    def of_host(self, url: str, index: Login) -> Credentials | None:
        """What netrc says of the server of a URL by its name.

        Since netrc knows no ports, and a page may link to anywhere, only the index itself and the usual port of
        https count.
        """
        host = _named_host(url, index)
        found = _of(self._hosts().get(host))
        if found is not None and found.user and not found.password and host not in self._bare:
            self._bare.add(host)
            self._report(Warn(text=f"{self.netrc} has a login for {host} and no password", hint="add: password WORD"))
        return found

    def after_refusal(self, url: str, index: Login) -> Credentials | None:
        """What to try where a server has refused: netrc's word for all hosts, then the keyring.

        The keyring is asked for the index only, first by its URL, then by its host, as pip does.
        """
        server = origin(index.base)
        if server is None or origin(url) != server or ":" in index.userinfo:
            return None
        return _of(self._hosts().get(_ALL_HOSTS)) or self._in_keyring(index, server.host)

    def _in_keyring(self, index: Login, host: str) -> Credentials | None:
        if self._keyring is None:
            return None
        known = unquote(index.userinfo) or None
        try:
            return self._keyring(index.base, known) or self._keyring(host, known)
        except KeyringFailed as failed:
            self._keyring = None
            self._report(Warn(text=f"the keyring cannot be asked: {failed}", hint="--keyring-provider disabled"))
            return None

    def _hosts(self) -> Hosts:
        if self._read is None:
            self._read = self._read_netrc()
        return self._read

    def _read_netrc(self) -> Hosts:
        for path in self._files:
            try:
                return netrc.netrc(path).hosts
            except FileNotFoundError:
                continue
            except netrc.NetrcParseError as error:
                # Its text may quote a password.
                self._warn(f"{path}:{error.lineno}: not a netrc file")
            except OSError as error:
                self._warn(f"{path} cannot be read: {error.strerror}")
            except ValueError:
                self._warn(f"{path}: not a netrc file in UTF-8")
            break
        return {}

    def _warn(self, text: str) -> None:
        self._report(Warn(text=f"{text}; its credentials are not used", hint="mend the file, or set NETRC to another"))


def _of(entry: tuple[str, str | None, str | None] | None) -> Credentials | None:
    return Credentials(entry[0], entry[2] or "") if entry else None


def _named_host(url: str, index: Login) -> str:
    server = origin(url)
    if server is None or not (server.is_usual or server == origin(index.base)) or server.host == _ALL_HOSTS:
        return ""
    return server.host
