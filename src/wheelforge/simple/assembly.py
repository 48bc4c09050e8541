"""From the settings to the index of a run: each place with its own way to read it, and all of them as one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from wheelforge.events import Warn
from wheelforge.settings.index import Form
from wheelforge.simple.address import Login, exposed
from wheelforge.simple.indexes import Indexes, Shelves, Undefined
from wheelforge.simple.kept_pages import KeptPages
from wheelforge.simple.links import Dispensable, FlatIndex
from wheelforge.simple.local import LocalFiles, LocalIndex
from wheelforge.simple.logged_in import LoggedIn
from wheelforge.simple.remote import SimpleIndex

if TYPE_CHECKING:
    from wheelforge.events import Reporter
    from wheelforge.settings.index import Index
    from wheelforge.settings.indexes import Indexes as Wanted
    from wheelforge.simple.client import Client
    from wheelforge.simple.indexes import Pages
    from wheelforge.simple.logins import Logins
    from wheelforge.store.store import Store


def assemble(wanted: Wanted, *, web: Client, store: Store, logins: Logins, reporter: Reporter) -> Indexes:
    """The index that stands for all that the settings name; nothing is asked yet."""
    assembly = _Assembly(web, store, logins, reporter)
    places = {one.value.name: assembly.pages(one.value) for one in wanted.everywhere}
    return Indexes(
        ordered=[places[one.value.name] for one in wanted.ordered],
        links=[places[one.value.name] for one in wanted.find_links],
        pins={name: places.get(pin.value) or Undefined(pin.value, pin.origin) for name, pin in wanted.pins.items()},
        named=places,
        shelves=Shelves(
            local=LocalFiles(store, reporter),
            remote=assembly.remote,
            other=SimpleIndex(name="", url="", web=web, store=store, reporter=reporter, logins=logins),
        ),
        reporter=reporter,
    )


class _Assembly:
    def __init__(self, web: Client, store: Store, logins: Logins, reporter: Reporter) -> None:
        self._web = web
        self._store = store
        self._logins = logins
        self._report = reporter
        self.remote: dict[str, SimpleIndex] = {}
        """Who reads the files of the web that a place lists: a local page may list some, too."""

    def pages(self, index: Index) -> Pages:
        """Who reads the pages of a place."""
        login = Login(base=index.url, userinfo=index.userinfo)
        remote = SimpleIndex(
            name=index.name,
            url=login.onto(index.url),
            web=self._web,
            store=self._store,
            reporter=self._report,
            logins=self._logins,
        )
        self.remote[index.name] = remote
        if index.form is not Form.SIMPLE:
            if exposed(index.url):
                text = f"{index.name} is read over http: anybody on the way can alter its page and files"
                self._report(Warn(text=text, hint="use its https:// address"))
            web = LoggedIn(self._web, login, self._logins, name=index.name)
            kept = KeptPages(web=web, records=self._store.records, clock=time.time)
            flat = FlatIndex(name=index.name, url=index.url, pages=kept)
            return Dispensable(flat, self._report) if index.form is Form.LINKS else flat
        if index.is_local:
            return LocalIndex(name=index.name, url=index.url, reporter=self._report)
        return remote
