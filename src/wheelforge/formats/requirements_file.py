"""What a requirement file says, with all that it includes: values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wheelforge.model.secrets import Secrets

if TYPE_CHECKING:
    from wheelforge.model.inputs import Asked, Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The value of an option, and who wrote it down."""

    value: str = field(repr=False)
    """As written, ``${NAME}`` expanded: perhaps with credentials."""
    origin: str
    """``requirements.txt:3``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexOptions:
    """Where files say that projects are to be looked for; each tuple in the order in which it was written."""

    index_url: Written | None = None
    """The last one counts."""
    extra_index_urls: tuple[Written, ...] = ()
    find_links: tuple[Written, ...] = ()
    """URLs, or paths relative to the working folder."""
    no_index: bool = False
    trusted_hosts: tuple[Written, ...] = ()
    """``HOST`` or ``HOST:PORT``."""

    def then(self, later: IndexOptions) -> IndexOptions:
        """These options and those of a file that is read after them."""
        return IndexOptions(
            index_url=later.index_url or self.index_url,
            extra_index_urls=self.extra_index_urls + later.extra_index_urls,
            find_links=self.find_links + later.find_links,
            no_index=self.no_index or later.no_index,
            trusted_hosts=self.trusted_hosts + later.trusted_hosts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementsFile:
    """What a requirement file and all that it includes say."""

    requirements: tuple[Asked, ...] = ()
    references: tuple[Reference, ...] = ()
    constraints: tuple[Asked, ...] = ()
    """From ``-c``: the same grammar, but a constraint asks for nothing."""
    constraint_places: tuple[Reference, ...] = ()
    """Those by URL, each with a name."""
    index: IndexOptions = field(default_factory=IndexOptions)
    no_binary: frozenset[str] = frozenset()
    """Normalised names, or ``:all:``."""
    only_binary: frozenset[str] = frozenset()
    prefer_binary: bool = False
    pre: bool = False
    require_hashes: bool = False
    no_require_hashes: bool = False
    """A hash on one line does not mean that all lines need one."""
    hashed: bool = False
    """A line has ``--hash``."""
    notes: tuple[str, ...] = ()
    """What was read and means nothing here, a sentence each."""
    secrets: Secrets = field(default_factory=Secrets, compare=False, repr=False)
    """What variables brought into URLs."""
