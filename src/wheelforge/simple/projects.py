"""From a page to a project: its files, and what its index says of it as a whole (PEP 792)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wheelforge.events import Warn
from wheelforge.model.artifacts import Project, Status
from wheelforge.simple.releases import Releases

if TYPE_CHECKING:
    from packaging.utils import NormalizedName

    from wheelforge.simple.pages import Page

_STATUSES = {status.value: status for status in Status}
_LONGEST = 200
"""Characters of a reason that are shown."""


def project(page: Page, *, name: NormalizedName, index: str, url: str) -> Project:
    """What a page at ``url`` says of a project; of one in quarantine no file is offered, whatever the page lists.

    A status that is not known counts as active, as later versions of the standard may add some.
    """
    status = _STATUSES.get(page.standing.status, Status.ACTIVE)
    files = [] if status is Status.QUARANTINED else page.files
    return Project(
        name=name,
        index=index,
        releases=Releases(files, name=name, index=index, url=url),
        status=status,
        status_reason=_shown(page.standing.reason or ""),
    )


def quarantined(found: Project) -> Warn:
    """That none of its files are to be had."""
    reason = f": {found.status_reason}" if found.status_reason else ""
    return Warn(
        text=f"{found.name} is in quarantine on {found.index}, and none of its files are taken{reason}",
        hint="do without it until its index has looked into it",
    )


def doubted(page: Page, found: Project) -> Warn | None:
    """Why a page leads to no file, where it has something odd about it."""
    if not page.doubt or found.releases or found.status is Status.QUARANTINED:
        return None
    return Warn(text=f"{found.name} on {found.index}: {page.doubt}", hint="check the address of the index")


def tell_status(found: Project) -> Warn | None:
    """What a user should know of a project that was chosen; nothing of an active one."""
    reason = f": {found.status_reason}" if found.status_reason else ""
    match found.status:
        case Status.QUARANTINED:
            return quarantined(found)
        case Status.ARCHIVED:
            return Warn(text=f"{found.name} is archived on {found.index}: it gets no updates any more{reason}")
        case Status.DEPRECATED:
            return Warn(text=f"{found.name} is deprecated on {found.index}{reason}")
        case _:
            return None


def _shown(reason: str) -> str:
    """The index's own words, in one line that a terminal does not obey."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in reason).split())
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}..."
