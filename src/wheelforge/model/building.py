"""What the user says of builds beyond their requirements."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from packaging.version import Version

from wheelforge.model.upload_time import moment

if TYPE_CHECKING:
    from wheelforge.model.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class AsOf:
    """Build environments as they would have been at an earlier moment."""

    moment: datetime | None
    """Only what was uploaded before it; ``None``: before the sdist that is built was."""
    written: str
    """As it was asked for: ``release``, or a moment."""

    def limit(self, uploaded: str | None, builder: Target) -> datetime | None:
        """The moment for an sdist that was ``uploaded`` then (RFC 3339); ``None`` where nobody knows it.

        A release may be older than anything that the builder's Python can build with: then it is the first day on
        which there was something. One that is younger than the moment that was named is built with what it knew.
        """
        released = moment(uploaded)
        if self.moment is not None:
            return self.moment if released is None else max(released, self.moment)
        return None if released is None else max(released, _first_day(builder))


_FIRST_DAYS = (
    # The first setuptools that does without pkgutil.ImpImporter, which CPython 3.12 dropped: 66.1.
    (Version("3.12"), datetime(2023, 1, 21, tzinfo=UTC)),
    # The first that does without HTMLParser.unescape, which CPython 3.9 dropped: 41.1.
    (Version("3.9"), datetime(2019, 8, 14, tzinfo=UTC)),
)
_BUILD_META = datetime(2019, 2, 6, tzinfo=UTC)
"""setuptools 40.8, which PEP 517 asks for where an sdist names no backend."""


def _first_day(builder: Target) -> datetime:
    """When the last thing was uploaded that a builder's Python cannot do without; from setuptools' changelog."""
    python = Version(builder.environment["python_version"])
    return next((day for since, day in _FIRST_DAYS if python >= since), _BUILD_META)


class Hooks(enum.Enum):
    """Among what backends are asked what they require."""

    WHEELS = "wheels"
    """The index's, whatever stands in the folder: nothing has to be built for an answer."""
    FROM_SOURCE = "from-source"
    """Nothing prebuilt: what they are asked among is built first, and all that this needs."""
    AS_BUILDS = "as builds"
    """Just what their builds would get, and it is built first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """How builds differ from what sdists and recipes say; by default they do not."""

    as_of: AsOf | None = None
    hooks: Hooks = Hooks.WHEELS
    provided: frozenset[str] = frozenset()
    """Tools of the host or the image that every build may see: see `Treatment.provided`."""
    recipes: tuple[str, ...] = ()
    """``NAME sha256:DIGEST`` of each recipe file beyond the built-in ones, in the order of their weight."""
