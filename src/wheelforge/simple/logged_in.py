"""A client that logs in: with what the index's URL says, else with what netrc or the keyring know."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from wheelforge.errors import IndexAccessError
from wheelforge.settings.credentials import login_variable
from wheelforge.simple.address import Login, origin, redact
from wheelforge.simple.attempts import LOGIN_VARIABLE
from wheelforge.simple.exchange import Denied
from wheelforge.simple.logins import USUAL_NETRC
from wheelforge.simple.once import Once

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from wheelforge.simple.address import Origin
    from wheelforge.simple.client import Client
    from wheelforge.simple.exchange import Answer, Part
    from wheelforge.simple.logins import Logins

T = TypeVar("T")


class LoggedIn:
    """A `wheelforge.simple.client.Client` for one index. Credentials go to the server that they are for only."""

    def __init__(self, web: Client, login: Login, logins: Logins, *, name: str = "") -> None:
        """``name`` is that of the index, for hints."""
        self._name = name
        self._web = web
        self._login = login
        self._logins = logins
        self._known: dict[Origin | None, Login] = {origin(login.base): login} if login.userinfo else {}
        self._found: Once[Login | None] = Once()

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """See `Client`."""
        return await self._tried(url, lambda full: self._web.get(full, headers))

    async def range(self, url: str, start: int, stop: int | None = None) -> Part | None:
        """See `Client`."""
        return await self._tried(url, lambda full: self._web.range(full, start, stop))

    async def download(self, url: str, write: Callable[[bytes], object]) -> None:
        """See `Client`."""
        begun = False

        def take(data: bytes) -> None:
            nonlocal begun
            begun = True
            write(data)

        await self._tried(url, lambda full: self._web.download(full, take), may_repeat=lambda: not begun)

    async def _tried(
        self, url: str, ask: Callable[[str], Awaitable[T]], may_repeat: Callable[[], bool] = lambda: True
    ) -> T:
        try:
            return await self._asked(url, ask, may_repeat)
        except IndexAccessError as error:
            if self._name and error.hint is not None:
                hint = error.hint.replace(LOGIN_VARIABLE, login_variable(self._name))
                error.hint = hint.replace(USUAL_NETRC, self._logins.netrc)
            raise

    async def _asked(self, url: str, ask: Callable[[str], Awaitable[T]], may_repeat: Callable[[], bool]) -> T:
        if Login.of(url).userinfo:
            return await ask(url)
        sent = self._first(url).onto(url)
        try:
            return await ask(sent)
        except Denied:
            better = await self._found.get(origin(url), lambda: self._better(url))
            if better is None or better.onto(url) == sent or not may_repeat():
                raise
            return await ask(better.onto(url))

    def _first(self, url: str) -> Login:
        """What is sent unasked."""
        server = origin(url)
        known = self._known.get(server)
        if known is None:
            found = self._logins.of_host(url, self._login)
            known = self._known[server] = Login(base=redact(url), userinfo=found.userinfo if found else "")
        return known

    async def _better(self, url: str) -> Login | None:
        found = await asyncio.to_thread(self._logins.after_refusal, url, self._login)
        if found is None:
            return None
        login = self._known[origin(url)] = Login(base=redact(url), userinfo=found.userinfo)
        return login
